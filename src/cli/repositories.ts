import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PatchworkError } from '../report/index.ts';
import type { LocalRepository } from './github.ts';

const run = promisify(execFile);

/** The project's own folder, from the sources as well as from the bundle. */
export const ROOT = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../..' : '..', import.meta.url));
export const SAMPLE = join(ROOT, 'examples', 'cost-server');

/** The sample MCP server as a repository. */
export async function sampleRepository(): Promise<LocalRepository> {
  const entries = await readdir(SAMPLE, { recursive: true, withFileTypes: true });
  const files: Record<string, Uint8Array> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(SAMPLE, path);
    if (entry.isFile() && !name.split('/').includes('node_modules')) files[name] = await readFile(path);
  }
  return { name: 'cost-server', description: 'A small MCP server with a gap: the sample', source: { files } };
}

/** A git repository of the user's. Throws `not_a_repository`. */
export async function linkedRepository(path: string): Promise<LocalRepository> {
  const linked = resolve(path);
  try {
    const { stdout } = await run('git', ['-C', linked, 'rev-parse', '--show-toplevel', '--verify', 'HEAD']);
    const top = stdout.split('\n', 1)[0] || linked;
    const name = basename(top).replace(/[^A-Za-z0-9._-]+/g, '-');
    return { name, description: `Linked to ${top}`, source: { linked: top } };
  } catch {
    throw new PatchworkError('not_a_repository', `${linked} is not a git repository with a commit.`, {
      next: 'Give the folder of your MCP server’s repository.',
    });
  }
}
