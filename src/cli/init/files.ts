import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';
import { promisify } from 'node:util';

/** The files of a repository on disk. Paths are relative and have `/`. */
export interface Files {
  paths: string[];
  has(path: string): boolean;
  /** Undefined for what is not there. */
  read(path: string): string | undefined;
}

const SKIPPED = /(^|\/)(?:node_modules|vendor|target|dist|build|\.git|\.venv|venv|__pycache__)(\/|$)/;

/** Of a git repository what git knows of, else what is in the folder and was not made by a tool. */
export async function listFiles(dir: string): Promise<Files> {
  const paths = (await tracked(dir)) ?? (await present(dir));
  const known = new Set(paths);
  const texts = new Map<string, string>();
  return {
    paths,
    has: (path) => known.has(path),
    read(path) {
      if (!known.has(path)) return undefined;
      const text = texts.get(path) ?? readFileSync(join(dir, path), 'utf8');
      texts.set(path, text);
      return text;
    },
  };
}

async function tracked(dir: string): Promise<string[] | undefined> {
  try {
    const listed = await promisify(execFile)(
      'git',
      ['-C', dir, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    const paths = listed.stdout.split('\0').filter(Boolean);
    return paths.length ? paths : undefined;
  } catch {
    return undefined;
  }
}

async function present(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !SKIPPED.test(path));
}

/** Folders that show or test a server rather than hold it. */
const ASIDE =
  /(^|\/)(?:tests?|__tests__|fixtures?|examples?|samples?|docs?|demos?|templates?|e2e|benchmarks?|evals?)\//i;

/** The files of that name, the nearest to the top first. */
export function named(files: Files, name: string): string[] {
  return files.paths
    .filter((path) => posix.basename(path) === name && !ASIDE.test(path))
    .sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
}

export function isAside(path: string): boolean {
  return ASIDE.test(path);
}

export function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}

/** The nearest file of that name in a folder or above it. */
export function above(files: Files, folder: string, name: string): string | undefined {
  for (let at = folder; ; at = folderOf(at)) {
    const path = posix.join(at, name);
    if (files.has(path)) return path;
    if (at === '') return undefined;
  }
}

export function depth(folder: string): number {
  return folder === '' ? 0 : folder.split('/').length;
}
