import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../support/postgres.ts';
import { setStage } from './cast.ts';
import { chance } from './chance.ts';
import { judge, type Verdict } from './check.ts';
import { startGitHub } from './github.ts';
import { startLoad } from './load.ts';
import { drained, environmentOf, freePorts, type Place, unsound } from './round.ts';

export interface PowerResult extends Verdict {
  confirmedBefore: number;
  unsound: string | undefined;
}

const DISK_MB = 600;
const AFTER_MS = 4000;

/** Why not, or undefined if they are: it takes a file system of our own on a loop device, which only root may mount. */
export function powerCutsPossible(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can mount a disk';
  if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse';
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import fusepy'], { stdio: 'ignore' });
    execFileSync('losetup', ['-f'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'python3-fusepy is not installed, or there are no loop devices';
  }
}

/**
 * The store lies on a disk that forgets what was not flushed. Under load the power goes: every process dies, the disk is what was
 * flushed (in every other run also some of what was not). Then the machine starts again, works on, and everything that was ever
 * confirmed has to be in its issue.
 */
export async function cutPower(options: {
  seed: string;
  name: string;
  engine: string;
  directory: string;
  leaseMs: number;
}): Promise<PowerResult> {
  const { seed, name, engine, directory } = options;
  const next = chance(seed, name);
  await using undo = new AsyncDisposableStack();
  const github = undo.adopt(await startGitHub(`${seed} ${name}`, directory), (it) => it.close());
  const disk = undo.adopt(await plugIn(directory, next() < 0.5 ? 0 : 0.5), (it) => it.unplug());
  const postgres =
    engine === 'postgres'
      ? undo.adopt(await startPostgres({ directory: join(disk.mount, 'postgres') }), (it) => it.stop('kill'))
      : undefined;
  const place: Place = postgres ? { databaseUrl: await postgres.database() } : { data: join(disk.mount, 'data') };
  const ports = await freePorts(2);
  const play = () =>
    undo.adopt(
      setStage({
        ...{
          ports,
          workers: 3,
          directory,
          leaseMs: options.leaseMs,
          next: () => undefined,
        },
        env: environmentOf(place, github.url),
      }),
      (it) => it.end(),
    );
  const before = play();
  const load = undo.adopt(await startLoad(seed, name, ports, { agents: 16, pauseMs: 100 }), (it) => it.abandon());
  const confirmed = () => load.reports.filter((report) => report.confirmed !== undefined).length;
  while (confirmed() < 200) await sleep(50);
  await sleep(next() * 2000);
  const confirmedBefore = confirmed();
  disk.cut();
  await before.end();
  await postgres?.stop('kill');
  await disk.replug();
  await postgres?.start();
  const after = play();
  await sleep(AFTER_MS);
  github.heal();
  await load.finish();
  await drained(place);
  await after.end();
  return { ...judge(load.reports, await github.gaps()), confirmedBefore, unsound: unsound(place) };
}

interface Disk {
  mount: string;
  /** The power is gone: nothing more is read or written. */
  cut(): void;
  /** The same disk again, as it was when the power went. */
  replug(): Promise<void>;
  unplug(): void;
}

const quietly = (command: string, ...args: string[]) => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
  } catch {
    // It was not there.
  }
};

async function plugIn(directory: string, share: number): Promise<Disk> {
  const image = join(directory, 'disk.img');
  const fuse = join(directory, 'fuse');
  const mount = join(directory, 'disk');
  for (const folder of [fuse, mount]) mkdirSync(folder);
  execFileSync('truncate', ['-s', `${DISK_MB}M`, image]);
  execFileSync('mkfs.ext4', ['-q', '-F', image]);
  const script = new URL('volatile_disk.py', import.meta.url).pathname;
  const server = spawn('/usr/bin/python3', [script, fuse, image, String(share)], { stdio: 'ignore' });
  while (!existsSync(join(fuse, 'disk'))) {
    if (server.exitCode !== null) throw new Error('the volatile disk does not start');
    await sleep(50);
  }
  let loop = '';
  const mountFrom = (file: string) => {
    loop = execFileSync('losetup', ['-f', '--show', file], { encoding: 'utf8' }).trim();
    execFileSync('mount', ['-t', 'ext4', loop, mount]);
  };
  const unmount = () => {
    quietly('umount', '-l', mount);
    quietly('losetup', '-d', loop);
  };
  mountFrom(join(fuse, 'disk'));
  return {
    mount,
    cut: () => existsSync(join(fuse, 'cut')),
    async replug() {
      unmount();
      quietly('fusermount3', '-u', '-z', fuse);
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      mountFrom(image);
    },
    unplug() {
      unmount();
      quietly('fusermount3', '-u', '-z', fuse);
      server.kill('SIGKILL');
    },
  };
}
