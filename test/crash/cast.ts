import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Point, Role } from './plan.ts';

/** How the programs under test are started, and what they find. */
export interface Cast {
  ports: readonly number[];
  workers: number;
  env: NodeJS.ProcessEnv;
  /** For logs and the list of points that struck. */
  directory: string;
  leaseMs: number;
  /** The point for the next process of a role; undefined: leave it alone. */
  next(role: Role): Point | undefined;
}

export interface Stage {
  /** How many processes still have their point before them. */
  playing(): number;
  /** Numbers of the points that struck by themselves; the others were killed when their moment did not come. */
  struck(): Set<number>;
  /** No further points: every process is started anew and left alone. */
  calm(): void;
  /** SIGKILL for all, at once. */
  end(): Promise<void>;
}

/** A moment that did not come in this time does not come: the process is killed wherever it is. */
const LONGEST_LIFE_MS = 2000;
const LONGEST_BIRTH_MS = 30_000;

const PROGRAM = new URL('program.ts', import.meta.url).pathname;
const TRIPWIRE = new URL('tripwire.ts', import.meta.url).href;

/** Starts two or more nodes and some workers, each with a point at which it is struck, and starts each again when it died. */
export function setStage(cast: Cast): Stage {
  const diary = join(cast.directory, 'diary');
  const log = openSync(join(cast.directory, 'log'), 'a');
  const alive = new Set<ChildProcess>();
  const told = (what: string) =>
    new Set(
      (existsSync(diary) ? readFileSync(diary, 'utf8') : '')
        .split('\n')
        .filter((line) => line.endsWith(` ${what}`))
        .map((line) => Number.parseInt(line, 10)),
    );
  let playing = 0;
  let ended = false;
  let calm = false;

  async function play(role: Role, n: number): Promise<void> {
    while (!ended) {
      const point = calm ? undefined : cast.next(role);
      const child = spawn(process.execPath, [PROGRAM, role], {
        stdio: ['ignore', log, log],
        env: {
          ...process.env,
          ...cast.env,
          // Most of a short life would be spent on compiling.
          NODE_COMPILE_CACHE: join(tmpdir(), 'patchwork-crash-compiled'),
          ...(role === 'node' ? { PORT: String(cast.ports[n]) } : {}),
          CRASH_LEASE_MS: String(cast.leaseMs),
          ...(point
            ? { CRASH_POINT: JSON.stringify(point), CRASH_LOG: diary, NODE_OPTIONS: `--import ${TRIPWIRE}` }
            : {}),
        },
      });
      alive.add(child);
      const exit = once(child, 'exit');
      if (point) {
        playing += 1;
        await see(child, point, exit);
        playing -= 1;
      }
      await exit;
      alive.delete(child);
      if (!point && !ended && !calm) appendFileSync(log, `a ${role} without a point died\n`);
      // A program that cannot start must not keep the machine busy.
      if (!point && !ended) await sleep(200);
    }
  }

  /** Lets a stopped process go on when its lease is long over, and kills one whose moment does not come. */
  async function see(child: ChildProcess, point: Point, exit: Promise<unknown>): Promise<void> {
    const dead = exit.then(() => true);
    const spawned = performance.now();
    let born: number | undefined;
    while (performance.now() - (born ?? spawned) < (born ? LONGEST_LIFE_MS : LONGEST_BIRTH_MS)) {
      if (await Promise.race([dead, sleep(50).then(() => false)])) return;
      if (calm) break;
      if (!born && told('lives').has(point.number)) born = performance.now();
      if (point.strike === 'stop' && stopped(child)) {
        await sleep(cast.leaseMs * 1.5);
        child.kill('SIGCONT');
        // What it does on waking is the point; then it makes way for the next.
        await Promise.race([dead, sleep(500)]);
        break;
      }
    }
    child.kill('SIGKILL');
  }

  const parts = [
    ...cast.ports.map((_, n) => play('node', n)),
    ...Array.from({ length: cast.workers }, (_, n) => play('worker', n)),
  ];
  const killAll = () => {
    for (const child of alive) child.kill('SIGKILL');
  };
  return {
    playing: () => playing,
    struck: () => told('struck'),
    calm() {
      calm = true;
      killAll();
    },
    async end() {
      ended = true;
      killAll();
      await Promise.all(parts);
    },
  };
}

function stopped(child: ChildProcess): boolean {
  try {
    return readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.startsWith('T') ?? false;
  } catch {
    return false;
  }
}
