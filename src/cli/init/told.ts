import { posix } from 'node:path';
import { parse } from 'yaml';
import type { Files } from './files.ts';

/** A start of a server as a client's configuration has it. */
export interface Told {
  /** The file that tells it. */
  path: string;
  words: string[];
  env: Record<string, string>;
}

/** What may be called a variable. */
export const IS_NAME = /^[A-Za-z_]\w*$/;

/** Files that clients read, or that a server is packed with for them. */
const CONFIGURATIONS = ['manifest.json', 'mcp.json', '.mcp.json', '.vscode/mcp.json', 'gemini-extension.json'];

/** What the README of a folder shows, then what configurations beside it say. */
export function toldIn(files: Files, folder: string): Told[] {
  const readmes = files.paths.filter(
    (path) => /^readme\.mdx?$/i.test(posix.basename(path)) && posix.dirname(path) === (folder || '.'),
  );
  const shown = readmes.flatMap((path) => blocksOf(files.read(path) ?? '').flatMap((block) => startsIn(block, path)));
  const configured = CONFIGURATIONS.map((name) => posix.join(folder, name)).flatMap((path) =>
    startsIn(files.read(path) ?? '', path),
  );
  return [...shown, ...configured];
}

/** What comes after the server's own name, or its image, in a command line; undefined when it starts something else. */
export function argumentsAfter(words: string[], names: string[]): string[] | undefined {
  const named = placeOf(words, names);
  const image = isContainerRun(words) ? words.findLastIndex((word) => /^[\w.-]+\/[\w./:-]+$/.test(word)) : -1;
  const at = Math.max(named, image);
  return at < 0 ? undefined : words.slice(at + 1);
}

/** Whether a command line calls one of these names. */
export function calls(words: string[], names: string[]): boolean {
  return placeOf(words, names) >= 0;
}

function placeOf(words: string[], names: string[]): number {
  return words.findLastIndex((word) => {
    const plain = word.replace(/(?<=.)[@:][\w.^~-]+$/, '');
    return names.some((name) => plain === name || posix.basename(plain) === name);
  });
}

/** The variables that a command line gives a container, with the values it shows: `-e NAME`, `--env NAME=value`. */
export function containerEnv(words: string[]): Record<string, string> {
  if (!isContainerRun(words)) return {};
  return Object.fromEntries(
    words.flatMap((word, at) => {
      const given = /^(?:-e|--env)$/.test(word) ? words[at + 1] : /^--env=(.+)$/s.exec(word)?.[1];
      const [, name, value] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(given ?? '') ?? [];
      return name ? [[name, value ?? '']] : [];
    }),
  );
}

function isContainerRun([command = '']: string[]): boolean {
  return /^(?:docker|podman)$/.test(posix.basename(command));
}

/** JSON (with comments, as people write it) in fences. */
function blocksOf(text: string): string[] {
  return [...text.matchAll(/```(?:jsonc?|json5)?[^\n]*\n([\s\S]*?)```/g)].map(([, block = '']) => block);
}

function startsIn(text: string, path: string): Told[] {
  if (!/"command"\s*:/.test(text)) return [];
  let value: unknown;
  try {
    // YAML reads JSON with trailing commas; its comments begin otherwise.
    value = parse(
      text
        .replace(/^\s*\/\/.*$/gm, '')
        .replace(/\s\/\/ .*$/gm, '')
        .replace(/\/\*[\s\S]*?\*\//g, ''),
      { maxAliasCount: 0 },
    );
  } catch {
    return [];
  }
  const starts: Told[] = [];
  const visit = (at: unknown): void => {
    if (typeof at !== 'object' || at === null) return;
    const { command, args, env, environment } = at as Record<string, unknown>;
    const line = Array.isArray(command) ? command.map(String) : String(command ?? '').split(/\s+/);
    const words = [...line, ...(Array.isArray(args) ? args.map(String) : [])];
    const given = env ?? environment;
    const named = typeof given === 'object' && given !== null ? Object.entries(given) : [];
    if (words[0]) {
      const all = [...Object.entries(containerEnv(words)), ...named.map(([name, shown]) => [name, String(shown)])];
      starts.push({ path, words, env: Object.fromEntries(all) as Record<string, string> });
    }
    for (const child of Object.values(at)) visit(child);
  };
  visit(value);
  return starts;
}
