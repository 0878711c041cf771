import { execFile } from 'node:child_process';
import { chmod, chown, cp, lstat, mkdir, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Isolation } from './isolate.ts';
import { makeFolder, removeFolder } from './left-over.ts';
import { type Place, RUN_AS } from './sandbox.ts';

const run = promisify(execFile);

/** The folder of one replay; with it goes everything that was installed, built and written. */
export interface Scratch extends AsyncDisposable {
  folder: string;
}

export async function openScratch(): Promise<Scratch> {
  const folder = await makeFolder('replay');
  // Others may pass through it, not look into it: another user's processes need to reach the places in it.
  await chmod(folder, 0o711);
  return { folder, [Symbol.asyncDispose]: () => removeFolder(folder) };
}

/** The folders for one side of a replay, their files taken from `dir`: nothing of a run ever happens in `dir` itself. */
export async function makePlace(
  scratch: Scratch,
  name: string,
  isolation: Isolation,
  from: { dir?: string; modules?: string | undefined; cache?: string | undefined } = {},
): Promise<Place> {
  const side = join(scratch.folder, name);
  const place: Place = {
    root: join(scratch.folder, 'root'),
    cache: from.cache ?? join(scratch.folder, 'cache'),
    tree: join(side, 'tree'),
    changes: join(side, 'changes'),
    tmp: join(side, 'tmp'),
    home: join(side, 'home'),
    kit: join(side, 'kit'),
    door: join(side, 'door'),
    modules: from.modules,
  };
  const written = [place.tree, join(place.changes, 'upper'), place.tmp, place.home, place.door];
  for (const folder of [place.root, place.kit, place.cache, join(place.changes, 'work'), ...written]) {
    await mkdir(folder, { recursive: true });
  }
  if (from.dir !== undefined) {
    const { dir } = from;
    const isGit = (path: string) => basename(path) === '.git' && dirname(path) === dir.replace(/\/+$/, '');
    await cp(dir, place.tree, { recursive: true, verbatimSymlinks: true, filter: (path) => !isGit(path) });
  }
  if (from.modules !== undefined && !isolation.mount) await symlink(from.modules, join(side, 'node_modules'));
  if (isolation.user === 'separate') {
    await run('chown', ['-hR', `${RUN_AS}:${RUN_AS}`, ...written]);
    await chown(place.cache, RUN_AS, RUN_AS);
  }
  return place;
}

/**
 * Whether a path of a tree leads nowhere else: no part of it that exists is a link. We may be root, and the links are not ours.
 */
export async function isPlain(tree: string, path: string): Promise<boolean> {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.includes('..')) return false;
  for (let at = 1; at <= steps.length; at += 1) {
    const stat = await lstat(join(tree, ...steps.slice(0, at))).catch(() => undefined);
    if (!stat) return true;
    if (!stat.isDirectory() && !(stat.isFile() && at === steps.length)) return false;
  }
  return true;
}
