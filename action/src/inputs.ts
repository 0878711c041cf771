import { parse, stringify } from 'yaml';
import { type RepositoryConfig, readRepositoryConfig } from '../../src/config/index.ts';
import { PatchworkError } from '../../src/report/index.ts';

type Environment = Record<string, string | undefined>;

export interface Inputs {
  /** Verify markers, the newest first. */
  secrets: string[];
  credentials: { token: string } | { appId: number; privateKey: string };
  /** Under which logins gaps are opened. */
  logins: string[];
  /** As `modelFromEnvironment` reads it; empty where no model is to be asked. */
  model: Environment;
  /** Comes before patchwork.yml. */
  settings: Partial<Pick<RepositoryConfig, 'server' | 'verify'>>;
}

/** Values that no log may show. */
export function secretsOf(env: Environment): string[] {
  return ['secret', 'github-token', 'private-key', 'api-key'].flatMap((name) => input(env, name) ?? []);
}

/** Throws a PatchworkError that names the input and what to do, never its value. */
export function readInputs(env: Environment): Inputs {
  const secrets = (input(env, 'secret') ?? '').split(',').flatMap((part) => part.trim() || []);
  if (!secrets.length) {
    throw new PatchworkError(
      'secret_missing',
      'The input `secret` is empty: no issue can be trusted to be a gap of ours.',
      {
        next:
          'Store the server’s PATCHWORK_SECRET as a secret of this repository and pass it on as `secrets.PATCHWORK_SECRET`. ' +
          'Workflows of forks get no secrets.',
      },
    );
  }
  if (secrets.some((secret) => secret.length < 16)) throw wrong('secret', 'has to have at least 16 characters');
  const logins = (input(env, 'logins') ?? '').split(',').flatMap((login) => login.trim() || []);
  if (logins.some((login) => !/^[\w.-]+(?:\[bot\])?$/.test(login)))
    throw wrong('logins', 'has to be logins, separated by commas');
  return { secrets, credentials: credentials(env), logins, model: model(env), settings: settings(env) };
}

/** Nobody filled it in: the runner hands over an empty string. */
function input(env: Environment, name: string): string | undefined {
  return env[`INPUT_${name.toUpperCase()}`]?.trim() || undefined;
}

function credentials(env: Environment): Inputs['credentials'] {
  const id = input(env, 'app-id');
  const privateKey = input(env, 'private-key')?.replaceAll('\\n', '\n');
  if (id || privateKey) {
    if (!id || !/^\d+$/.test(id)) throw wrong('app-id', 'has to be the App’s number when there is a `private-key`');
    if (!privateKey?.includes('PRIVATE KEY'))
      throw wrong('private-key', 'has to be the App’s key (PEM) when there is an `app-id`');
    return { appId: Number(id), privateKey };
  }
  const token = input(env, 'github-token');
  if (!token) throw wrong('github-token', 'is empty, and there is no `app-id`');
  return { token };
}

function model(env: Environment): Environment {
  const provider = input(env, 'provider') ?? 'anthropic';
  const key = input(env, 'api-key');
  const baseUrl = input(env, 'base-url');
  const named = { PATCHWORK_PROVIDER: provider, PATCHWORK_MODEL: input(env, 'model') };
  // A server on one's own network may want no key; the others answer nothing without.
  if (provider === 'compatible') return { ...named, OPENAI_API_KEY: key, OPENAI_BASE_URL: baseUrl };
  if (provider === 'recorded') return { ...named, PATCHWORK_RECORDED: env.PATCHWORK_RECORDED };
  if (!key) return {};
  return provider === 'openai'
    ? { ...named, OPENAI_API_KEY: key, OPENAI_BASE_URL: baseUrl }
    : { ...named, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: baseUrl };
}

function settings(env: Environment): Inputs['settings'] {
  const server = input(env, 'server');
  const verify = input(env, 'verify')
    ?.split('\n')
    .flatMap((line) => line.trim() || []);
  if (!server && !verify) return {};
  const { config, problem } = readRepositoryConfig(
    stringify({ ...(server ? { server: serverOf(server) } : {}), ...(verify ? { verify } : {}) }),
  );
  if (problem)
    throw wrong(/: verify/.test(problem) ? 'verify' : 'server', `is not as patchwork.yml has it (${problem})`);
  return { ...(server ? { server: config.server } : {}), ...(verify ? { verify: config.verify } : {}) };
}

function serverOf(text: string): unknown {
  let read: unknown;
  try {
    read = parse(text, { maxAliasCount: 0 });
  } catch {
    throw wrong('server', 'is neither a command nor YAML');
  }
  if (typeof read !== 'string') return read;
  if (/["'`$|&;<>\\]/.test(read))
    throw wrong('server', 'has quotes or shell signs: write it as YAML, with `command` and `args`');
  const [command, ...args] = read.split(/\s+/);
  return { command, args };
}

function wrong(name: string, what: string): PatchworkError {
  return new PatchworkError('input_invalid', `The input \`${name}\` ${what}.`, {
    next: 'Mend the workflow’s `with` section.',
  });
}
