import {
  type DashboardRecord,
  deadLetters,
  type GitHub,
  lookForMissed,
  obstaclesOf,
  overviewOf,
  readAccess,
  redeliverFailed,
  tell,
  watchChanges,
  workConsole,
} from '../bot/index.ts';
import type { Heartbeats } from '../http/index.ts';
import { renderLane } from '../intake/index.ts';
import { inline } from '../issues/index.ts';
import type { Lease, Outbox } from '../outbox/index.ts';
import { newId } from '../report/index.ts';
import type { GapsOfAll } from './gaps.ts';

interface ConsoleOptions {
  outbox: Outbox;
  github: GitHub;
  gaps: GapsOfAll;
  heartbeats: Heartbeats;
  budget(lane: string, writes: number, reserve: 'people'): Promise<{ granted: boolean; retryAfterMs: number }>;
  /** Whether dashboards are kept at all. */
  dashboard: boolean;
  /** How soon after a change the dashboard is looked at, and how often at most. */
  pace: { soonMs: number; everyMs: number };
  now(): Date;
  log(message: string, details?: object): void;
}

/** What people do on GitHub, in one place: commands, the dashboard, and what was missed. */
export interface Console {
  work(lease: Lease, repository: string): Promise<void>;
  /** Something about the repository's gaps changed. */
  changed(repository: string): void;
  /** Finds, in this repository and in all others that are open, what no webhook told of: deliveries, labels, commands, ticks. */
  sweep(repository: string): Promise<void>;
  close(): void;
}

export function createConsole(options: ConsoleOptions): Console {
  const { outbox, gaps, heartbeats, log, now } = options;
  const memory = new Map<number, DashboardRecord>();
  const look = (repository: string, fresh: boolean) => tell(outbox, repository, 'look', newId(), { fresh });
  const watch = watchChanges((repository) => look(repository, false), options.pace, log);
  const redelivered = new Map<string, number>();
  const seen = new Set<string>();
  const sealed = new Map<string, number>();
  const conditions = new Map<string, string[]>();

  async function problems(repository: string): Promise<string[]> {
    const { problem } = await gaps.settings(repository);
    return [
      // Also those of names that it had: what still goes by them.
      ...[...conditions].flatMap(([name, found]) => (gaps.nameOf(name) === gaps.nameOf(repository) ? found : [])),
      ...(problem ? [`${inline(problem)}. Until it is mended the defaults are used.`] : []),
      ...(await deadLetters(outbox, repository)),
    ];
  }

  async function examineAccess(repository: string): Promise<void> {
    const lacking = await readAccess(options.github, repository);
    const found = lacking.length ? lacking : obstaclesOf(await gaps.describe(repository), repository);
    conditions.set(
      repository.toLowerCase(),
      found.map(({ what, next }) => `${what}. ${next}`),
    );
    for (const { what } of found) log('repository out of order', { repository, problem: what });
  }

  return {
    work: (lease, repository) =>
      workConsole(lease, {
        gaps: () => gaps.openNamed(repository),
        async twin() {
          const { private_repo: name } = (await gaps.config(repository)).privacy;
          return name === undefined ? undefined : gaps.open(name);
        },
        sealed,
        outbox,
        budget: (writes) => options.budget(renderLane('reports', repository), writes, 'people'),
        async dashboard() {
          if (!options.dashboard || !(await gaps.settings(repository)).config.dashboard) return undefined;
          return {
            memory,
            overview: async ({ index }) =>
              overviewOf(index.all(), heartbeats.of(repository), await problems(repository), now()),
          };
        },
        now,
        log,
      }),
    changed: (repository) => options.dashboard && watch.changed(repository),
    async sweep(repository) {
      const { app } = options.github;
      const all = new Set([repository, ...gaps.names()].map((name) => name.toLowerCase()));
      const parts: [string, () => Promise<unknown>][] = [];
      if (options.dashboard) for (const name of all) parts.push([name, () => look(name, true)]);
      if (app) parts.push(['-', () => redeliverFailed(app, redelivered, now())]);
      for (const name of all) {
        parts.push([name, () => examineAccess(name)]);
        parts.push([name, async () => lookForMissed(await gaps.open(name), outbox, seen)]);
        parts.push([name, () => gaps.config(name)]);
      }
      for (const [name, part] of parts) {
        try {
          await part();
        } catch (error) {
          // GitHub may be away; reports are accepted all the same, and the next sweep comes.
          log('sweep failed', { repository: name, error: error instanceof Error ? error.message : String(error) });
        }
      }
    },
    close: () => watch.close(),
  };
}
