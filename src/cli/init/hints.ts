import { posix } from 'node:path';
import { parse } from 'yaml';
import type { Files } from './files.ts';
import type { Found } from './found.ts';

/** What a server is given when people start it: what its own words tell. */
export interface Hints {
  args: string[];
  /** Names it wants, with values that only look right. */
  env: Record<string, string>;
  why: string[];
}

/** Reads `server.json` (the registry's description of a server), else the configuration that the README shows. */
export function hintsFor(files: Files, found: Found): Hints {
  const near = [posix.join(found.dir, 'server.json'), 'server.json'].find((path) => files.has(path));
  const described = near === undefined ? undefined : fromServerJson(files.read(near) ?? '', near, found);
  if (described) return described;
  const readmes = files.paths.filter((path) => /^readme\.mdx?$/i.test(posix.basename(path)));
  const own = readmes.filter((path) => posix.dirname(path) === (found.dir || '.') || posix.dirname(path) === '.');
  for (const path of own.sort((a, b) => b.length - a.length)) {
    const shown = fromReadme(files.read(path) ?? '', path, found);
    if (shown) return shown;
  }
  return { args: [], env: {}, why: [] };
}

interface Argument {
  type?: string;
  name?: string;
  value?: string;
  default?: string;
  isRequired?: boolean;
}

interface Description {
  packages?: {
    transport?: { type?: string };
    packageArguments?: Argument[];
    environmentVariables?: { name?: string; value?: string; default?: string; isRequired?: boolean }[];
  }[];
}

function fromServerJson(text: string, path: string, found: Found): Hints | undefined {
  let described: Description;
  try {
    described = JSON.parse(text) as Description;
  } catch {
    return undefined;
  }
  const packages = described.packages ?? [];
  const one = packages.find(({ transport }) => transport?.type === 'stdio') ?? packages[0];
  if (!one) return undefined;
  const args = (one.packageArguments ?? []).flatMap(({ type, name, value, default: preset, isRequired }) => {
    if (!isRequired && value === undefined) return [];
    const given = plainArgument(value ?? preset ?? `<${name ?? 'value'}>`, name);
    if (type !== 'named') return [given];
    return [name ?? '', given].filter(Boolean);
  });
  const env = Object.fromEntries(
    (one.environmentVariables ?? []).flatMap(({ name, value, default: preset, isRequired }) =>
      name && isRequired && IS_NAME.test(name) ? [[name, plainArgument(value ?? preset ?? `<${name}>`, name)]] : [],
    ),
  );
  const known = args.length || Object.keys(env).length;
  const fresh = args.filter((arg) => !found.args.includes(arg));
  return { args: fresh, env, why: known ? [`${path} says what it is given`] : [] };
}

const IS_NAME = /^[A-Za-z_]\w*$/;

/** The blocks of JSON (with comments, as people write them) that show how a client starts the server. */
function fromReadme(text: string, path: string, found: Found): Hints | undefined {
  for (const [, block = ''] of text.matchAll(/```(?:jsonc?|json5)?[^\n]*\n([\s\S]*?)```/g)) {
    if (!/"command"\s*:/.test(block)) continue;
    for (const { command, args, env } of startsIn(block)) {
      const own = argumentsAfter([command, ...args], found.names);
      if (!own) continue;
      const given = own.map((arg) => plainArgument(arg)).filter((arg) => !found.args.includes(arg));
      const wanted = Object.fromEntries(
        Object.keys(env)
          .filter((name) => IS_NAME.test(name) && !/^(?:LOG|DEBUG|NODE_|PATH$)/.test(name))
          .map((name) => [name, standIn(name)]),
      );
      const why = given.length || Object.keys(wanted).length ? [`${path} shows what it is given`] : [];
      return { args: given, env: wanted, why };
    }
  }
  return undefined;
}

interface Start {
  command: string;
  args: string[];
  env: Record<string, unknown>;
}

function startsIn(block: string): Start[] {
  let value: unknown;
  try {
    // YAML reads JSON with trailing commas; its comments begin otherwise.
    value = parse(
      block
        .replace(/^\s*\/\/.*$/gm, '')
        .replace(/\s\/\/ .*$/gm, '')
        .replace(/\/\*[\s\S]*?\*\//g, ''),
      { maxAliasCount: 0 },
    );
  } catch {
    return [];
  }
  const starts: Start[] = [];
  const visit = (at: unknown): void => {
    if (typeof at !== 'object' || at === null) return;
    const { command, args, env } = at as Record<string, unknown>;
    if (typeof command === 'string') {
      starts.push({
        command,
        args: Array.isArray(args) ? args.map(String) : [],
        env: typeof env === 'object' && env !== null ? (env as Record<string, unknown>) : {},
      });
    }
    for (const child of Object.values(at)) visit(child);
  };
  visit(value);
  return starts;
}

/** What comes after the server's own name, or its image, in a command line; undefined when it starts something else. */
function argumentsAfter(words: string[], names: string[]): string[] | undefined {
  const isContainer = /^(?:docker|podman)$/.test(words[0] ?? '');
  const at = words.findLastIndex((word) => {
    if (isContainer) return /^[\w.-]+\/[\w./:-]+$/.test(word);
    const plain = word.replace(/(?<=.)@[\w.^~-]+$/, '');
    return names.some((name) => plain === name || posix.basename(plain) === name);
  });
  return at < 0 ? undefined : words.slice(at + 1);
}

/** An argument as it is, or something in place of what only its reader has. */
function plainArgument(arg: string, name = arg): string {
  const [, flag, value] = /^(--?[\w-]+)=(.*)$/s.exec(arg) ?? [];
  if (flag !== undefined) return `${flag}=${plainArgument(value ?? '', flag)}`;
  if (isPathLike(arg)) return '.';
  return isPlaceholder(arg) ? standIn(name, arg) : arg;
}

function isPlaceholder(text: string): boolean {
  return !text.startsWith('-') && (/[<>{}$[\]]|your|xxx|\.\.\./i.test(text) || /^[A-Z][A-Z_-]{3,}$/.test(text));
}

function isPathLike(text: string): boolean {
  return /^(?:~|[A-Z]:\\|\/[\w.-]+\/|(?:some\/)?path\/)/i.test(text);
}

/** A value that only looks right, by what its name says it is, or what stands in its place. */
function standIn(name: string, shown = ''): string {
  if (/url|uri|endpoint/i.test(name)) return 'http://127.0.0.1:9';
  if (/host/i.test(name)) return '127.0.0.1';
  if (/port$/i.test(name)) return '9';
  if (/mail|user(?:name)?$/i.test(name)) return 'nobody@example.test';
  if (/dir|path|folder|root/i.test(name)) return '.';
  return shown ? standIn(shown.replace(/\W/g, '')) : 'dummy';
}
