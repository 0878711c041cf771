import { isSecret, plainArgument, plainValue } from './stand-in.ts';
import { containerEnv, IS_NAME } from './told.ts';

interface Variable {
  name?: string;
  value?: string;
  default?: string;
  isRequired?: boolean;
  /** What some write for it. */
  required?: boolean;
  isSecret?: boolean | undefined;
  variables?: Record<string, Variable>;
}

interface Argument extends Variable {
  type?: string;
}

interface Description {
  packages?: {
    identifier?: string;
    transport?: { type?: string };
    runtimeArguments?: Argument[];
    packageArguments?: Argument[];
    environmentVariables?: Variable[];
  }[];
}

/** `server.json`, the registry's description of a server (static.modelcontextprotocol.io/schemas): how it is started. */
export function readServerJson(text: string): { args: string[]; env: Record<string, string> } | undefined {
  let described: Description;
  try {
    described = JSON.parse(text) as Description;
  } catch {
    return undefined;
  }
  const packages = described.packages ?? [];
  const one = packages.find(({ transport }) => transport?.type === 'stdio') ?? packages[0];
  if (!one) return undefined;
  const args = (one.packageArguments ?? []).flatMap(({ type, name, value, default: preset, ...rest }) => {
    if (!isRequired(rest) && value === undefined) return [];
    const given = plainArgument(value ?? preset ?? `<${name ?? 'value'}>`, name);
    return type === 'named' && name ? [name, given] : [given];
  });
  const variables = [...(one.environmentVariables ?? []), ...(one.runtimeArguments ?? []).flatMap(ofContainer)];
  const env = variables.flatMap(({ name = '', value, default: preset, ...rest }) =>
    IS_NAME.test(name) && (isRequired(rest) || mayBeRefused(name, rest))
      ? [[name, plainValue(name, value ?? preset ?? '')]]
      : [],
  );
  return { args, env: Object.fromEntries(env) as Record<string, string> };
}

function isRequired({ isRequired, required }: Variable): boolean {
  return isRequired === true || required === true;
}

/** A key that may be left out often only may where another way to sign in is at hand. */
function mayBeRefused(name: string, { isSecret: secret }: Variable): boolean {
  return secret === true && isSecret(name);
}

/** `-e NAME={value}` of a container is a variable. */
function ofContainer({ name = '', value = '', variables, ...rest }: Argument): Variable[] {
  const given = containerEnv(['docker', name, value]);
  const inner = Object.values(variables ?? {});
  return Object.entries(given).map(([variable, shown]) => ({
    ...rest,
    name: variable,
    value: shown,
    isRequired: isRequired(rest) || inner.some(isRequired) || (!inner.length && shown !== ''),
    isSecret: inner.some((each) => each.isSecret),
  }));
}
