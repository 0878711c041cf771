import { chmod, lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, type Finding, ok, plural } from './check.ts';

const LITTLE = 1024 ** 3;
const TOO_LITTLE = 100 * 1024 ** 2;

/** The data folder: nobody else's to read, and room on its disk. */
export const data: Check = {
  name: 'data folder',
  async look({ environment }) {
    const { dataDir, github } = environment;
    const folder = await lstat(dataDir).catch(() => undefined);
    if (!folder) return [ok(`${dataDir} is made at the first start`)];
    const files = (await readdir(dataDir, { withFileTypes: true })).filter((entry) => entry.isFile());
    const key = github.mode === 'app' && 'file' in github.privateKey ? [github.privateKey.file] : [];
    const paths = [dataDir, ...files.map(({ name }) => join(dataDir, name)), ...key];
    const open = (
      await Promise.all(
        paths.map(async (path) => {
          const mode = (await lstat(path).catch(() => undefined))?.mode ?? 0;
          return mode & 0o077 ? [path] : [];
        }),
      )
    ).flat();
    const findings: Finding[] = [];
    if (open.length) {
      findings.push({
        state: 'warning',
        what: `others on this machine may read ${open.join(', ')}`,
        next: '`--fix` leaves them to their owner.',
        async fix() {
          for (const path of open) await chmod(path, path === dataDir ? 0o700 : 0o600);
          return `${plural(open.length, 'path')} closed`;
        },
      });
    }
    const disk = await statfs(dataDir);
    const free = disk.bavail * disk.bsize;
    const shown = `${(free / 1024 ** 3).toFixed(1)} GB free`;
    if (free < LITTLE) {
      findings.push({
        state: free < TOO_LITTLE ? 'problem' : 'warning',
        what: `${shown} on the disk of ${dataDir}`,
        next: 'Reports are refused when it is full.',
      });
    }
    return findings.length ? findings : [ok(`${dataDir} is its owner’s alone, ${shown}`)];
  },
};
