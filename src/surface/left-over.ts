import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NAME = /^patchwork-(?:replay|workspace)-(\d+)-/;

/** A temporary folder whose name says which process made it, so that it can be swept when that one is gone. */
export async function makeFolder(kind: 'replay' | 'workspace'): Promise<string> {
  return mkdtemp(join(tmpdir(), `patchwork-${kind}-${process.pid}-`));
}

export async function removeFolder(folder: string): Promise<void> {
  // Go keeps what it fetched read-only, folders included.
  await rm(folder, { recursive: true, force: true }).catch(async () => {
    await chmod(folder, 0o700).catch(() => {});
    await run('chmod', ['-R', 'u+rwX', folder]).catch(() => {});
    await rm(folder, { recursive: true, force: true });
  });
}

/**
 * Ends what processes of ours that were killed have left running, and removes their folders; gives how many folders. Where the
 * system has process namespaces nothing is left running: it died with them.
 */
export async function sweepLeftOver(): Promise<number> {
  const names = await readdir(tmpdir()).catch(() => []);
  const folders = names.filter((name) => {
    const pid = NAME.exec(name)?.[1];
    return pid !== undefined && Number(pid) !== process.pid && !isAlive(Number(pid));
  });
  if (folders.length === 0) return 0;
  await endThoseIn(folders.map((name) => join(tmpdir(), name)));
  for (const name of folders) await removeFolder(join(tmpdir(), name)).catch(() => {});
  return folders.length;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** Kills processes that work in one of the folders: only they can be of a run that is over. */
async function endThoseIn(folders: string[]): Promise<void> {
  if (!existsSync('/proc/self/cwd')) return;
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (!folders.some((folder) => cwd === folder || cwd.startsWith(`${folder}/`))) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself, or is not ours to end.
    }
  }
}
