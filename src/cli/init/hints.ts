import { posix } from 'node:path';
import { keysRead, stdioChosen } from './code.ts';
import type { Files } from './files.ts';
import type { Found } from './found.ts';
import { readServerJson } from './server-json.ts';
import { plainArgument, plainValue } from './stand-in.ts';
import { argumentsAfter, IS_NAME, toldIn } from './told.ts';

/** What a server is given when people start it: what its own words tell. */
export interface Hints {
  args: string[];
  /** Names it wants, with values that only look right. */
  env: Record<string, string>;
  why: string[];
}

/**
 * Reads `server.json` (the registry's description of a server) and the configurations for clients that a repository shows: of
 * each kind of thing, what the first of them says.
 */
export function hintsFor(files: Files, found: Found): Hints {
  const description = [posix.join(found.dir, 'server.json'), 'server.json'].find((path) => files.has(path));
  const described = description === undefined ? undefined : readServerJson(files.read(description) ?? '');
  const folders = [...new Set([found.dir, ''])];
  const told = folders
    .flatMap((folder) => toldIn(files, folder))
    .flatMap(({ path, words, env }) => {
      const own = argumentsAfter(words, found.names);
      return own ? [{ path, args: plainArguments(own), env: plainEnv(env) }] : [];
    });
  const sources = [...(described ? [{ path: description, ...described }] : []), ...told].map((source) => ({
    ...source,
    args: source.args.filter((arg) => !found.args.includes(arg) && !NARROWS.test(arg)),
  }));
  // Of the starts that are shown, the first is the usual one, also when it needs no arguments.
  const args = sources.slice(0, described ? 2 : 1).find((source) => source.args.length);
  const env = sources.find((source) => Object.keys(source.env).length);
  const paths = [...new Set([args, env].flatMap((source) => source?.path ?? []))];
  const keys = env ? [] : keysRead(files, found);
  const given = args?.args ?? [];
  const stdio = [...found.args, ...given].some((arg) => /transport|stdio/.test(arg)) ? [] : stdioChosen(files, found);
  return {
    args: [...given, ...stdio],
    env: env?.env ?? Object.fromEntries(keys.map((name) => [name, plainValue(name, '')])),
    why: [
      ...paths.map((path) => `${path} shows what it is given`),
      ...(stdio.length ? ['its code lets an argument choose stdio'] : []),
      ...(keys.length ? [`its code asks for ${keys.join(' and ')}`] : []),
    ],
  };
}

/** Flags that hide tools from whoever lists them. */
const NARROWS = /^--?read-?only(?:=true)?$/i;

/** A value of an option is called as its option is; folders that come to the same are given once. */
function plainArguments(args: string[]): string[] {
  const plain = args.map((arg, at) => {
    const option = /^--?([\w-]+)$/.exec(args[at - 1] ?? '')?.[1];
    const isFolder = /^\/[\w./-]*$/.test(arg) && !/path|endpoint|route|prefix/i.test(option ?? '');
    return isFolder ? '.' : plainArgument(arg, option);
  });
  return plain.filter((arg, at) => arg !== '.' || plain[at - 1] !== '.');
}

function plainEnv(env: Record<string, string>): Record<string, string> {
  const wanted = Object.entries(env).filter(([name]) => IS_NAME.test(name) && !/^(?:LOG|DEBUG|NODE_|PATH$)/.test(name));
  return Object.fromEntries(wanted.map(([name, shown]) => [name, plainValue(name, shown)]));
}
