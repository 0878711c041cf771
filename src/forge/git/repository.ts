import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { type ObjectReader, openObjects } from './objects.ts';
import { git, gitText } from './run.ts';

/** A bare repository on disk with its object reader. */
export interface GitRepository {
  dir: string;
  objects: ObjectReader;
}

export const NO_OBJECT = '0'.repeat(40);

export function openRepository(dir: string): GitRepository {
  return { dir, objects: openObjects(dir) };
}

/** Makes an empty bare repository whose HEAD names `branch`; in one step, so a crash leaves none or a whole one. */
export async function initRepository(dir: string, branch: string): Promise<void> {
  if (existsSync(dir)) return;
  const draft = `${dir}.${process.pid}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await git(draft, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, draft]);
  await rename(draft, dir);
}

/** What a clone checks out. */
export async function setHead(dir: string, branch: string): Promise<void> {
  await git(dir, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
}

export function writeBlob(dir: string, content: string | Uint8Array): Promise<string> {
  return gitText(dir, ['hash-object', '-w', '--stdin'], { input: content });
}

/** All branches and tags with what they point at. */
export async function listRefs(dir: string): Promise<Map<string, string>> {
  const text = await gitText(dir, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags']);
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(41), line.slice(0, 40)]),
  );
}

/** Thrown when a ref is not what the caller thought, or git refuses the name (`a` beside `a/b`). */
export class RefRefused extends Error {}

/** Moves a ref. `old`: what it must be now, {@link NO_OBJECT} for "must not exist". `next` null deletes it. */
export async function updateRef(dir: string, name: string, next: string | null, old: string): Promise<void> {
  const args = next === null ? ['update-ref', '-d', name, old] : ['update-ref', name, next, old];
  const { code, stderr } = await git(dir, args, { allow: [1, 128] });
  if (code !== 0) throw new RefRefused(stderr.trim());
}
