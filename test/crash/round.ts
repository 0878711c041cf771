import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openOutbox } from '../../src/outbox/index.ts';
import { setStage } from './cast.ts';
import { judge, type Verdict } from './check.ts';
import { type BadGitHub, startGitHub } from './github.ts';
import { type Load, startLoad } from './load.ts';
import type { Point } from './plan.ts';

/** Where the outbox of a round is. */
export type Place = { data: string } | { databaseUrl: string };

export interface RoundOptions {
  seed: string;
  name: string;
  points: readonly Point[];
  place: Place;
  /** For logs. */
  directory: string;
  leaseMs: number;
}

export interface RoundResult extends Verdict {
  reports: number;
  /** Points that struck at their moment; the other points were kills at no moment in particular. */
  struck: Set<number>;
  answers: Load['answers'];
  github: BadGitHub['counts'];
  /** What is wrong with the store itself. */
  unsound: string | undefined;
}

const NODES = 2;
const WORKERS = 3;
/** Long enough for agents to meet every server again after the last crash: whoever takes its lane over then looks at all of it. */
const CALM_MS = 2500;
const LONGEST_DRAIN_MS = 90_000;

/** One store, one GitHub, agents that report all the time, and processes that are struck at these points; then peace, and the verdict. */
export async function playRound(options: RoundOptions): Promise<RoundResult> {
  const { seed, name, place, points } = options;
  await using undo = new AsyncDisposableStack();
  const github = undo.adopt(await startGitHub(`${seed} ${name}`, options.directory), (it) => it.close());
  const ports = await freePorts(NODES);
  const queues = Map.groupBy(points, ({ role }) => role);
  const stage = undo.adopt(
    setStage({
      ...{
        ports,
        workers: WORKERS,
        directory: options.directory,
        leaseMs: options.leaseMs,
      },
      env: environmentOf(place, github.url),
      next: (role) => queues.get(role)?.shift(),
    }),
    (it) => it.end(),
  );
  const load = undo.adopt(await startLoad(seed, name, ports, { agents: 16, pauseMs: 300 }), (it) => it.abandon());
  while ([...queues.values()].some((queue) => queue.length > 0) || stage.playing() > 0) await sleep(50);
  stage.calm();
  await sleep(CALM_MS);
  github.heal();
  await load.finish();
  await drained(place);
  await stage.end();
  return {
    ...judge(load.reports, await github.gaps()),
    reports: load.reports.length,
    struck: stage.struck(),
    answers: load.answers,
    github: github.counts,
    unsound: unsound(place),
  };
}

/** As the product reads its environment. */
export function environmentOf(place: Place, githubUrl: string): NodeJS.ProcessEnv {
  return {
    GITHUB_API_URL: githubUrl,
    PATCHWORK_DATA: 'data' in place ? place.data : '',
    DATABASE_URL: 'databaseUrl' in place ? place.databaseUrl : '',
  };
}

/** Waits until nothing waits. */
export async function drained(place: Place): Promise<void> {
  const outbox = await openOutbox('data' in place ? { file: `${place.data}/outbox.db` } : place);
  try {
    const until = performance.now() + LONGEST_DRAIN_MS;
    for (;;) {
      const stats = await outbox.stats().catch(() => undefined);
      if (stats?.dead) throw new Error(`${stats.dead} entries were set aside: ${(await outbox.dead())[0]?.deadReason}`);
      if (stats?.waiting === 0) return;
      if (performance.now() > until) throw new Error(`the outbox does not run dry: ${JSON.stringify(stats)}`);
      await sleep(100);
    }
  } finally {
    await outbox.close();
  }
}

/** PostgreSQL checks its pages itself when it reads them; SQLite is asked. */
export function unsound(place: Place): string | undefined {
  if ('databaseUrl' in place) return undefined;
  const db = new DatabaseSync(`${place.data}/outbox.db`);
  const { integrity_check } = db.prepare('PRAGMA integrity_check').get() as { integrity_check: string };
  db.close();
  return integrity_check === 'ok' ? undefined : integrity_check;
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
