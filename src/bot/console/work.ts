import { failureOf } from '../../intake/index.ts';
import type { Gaps } from '../../issues/index.ts';
import type { Entry, Lease, Outbox } from '../../outbox/index.ts';
import { newId } from '../../report/index.ts';
import { type DashboardDoor, lookAtDashboard } from '../dashboard/index.ts';
import { type Door, noteOutcome, takeCommand } from './commands.ts';
import { type ConsoleBodies, tell } from './lane.ts';
import { keepTwins } from './twin.ts';

export interface ConsoleWork {
  gaps(): Promise<Gaps>;
  /** The private repository for what is sealed, where one is configured. */
  twin(): Promise<Gaps | undefined>;
  /** What the twins show already, by gap. */
  sealed: Map<string, number>;
  outbox: Outbox;
  /** Asks for so many content-creating requests; answers how long to wait if they are not to be had now. */
  budget(writes: number): Promise<{ granted: boolean; retryAfterMs: number }>;
  /** What the dashboard is made of; undefined where the repository wants none. */
  dashboard(): Promise<Pick<DashboardDoor, 'overview' | 'memory'> | undefined>;
  now(): Date;
  log(message: string, details?: object): void;
}

/** Works off what people asked for in one repository, in the order they asked; then brings the dashboard up to date. */
export async function workConsole(lease: Lease, options: ConsoleWork): Promise<void> {
  const later = (error: unknown) => {
    const failure = failureOf(error, options.now().getTime());
    return error instanceof OutOfBudget
      ? { kind: 'later' as const, retryAfterMs: error.retryAfterMs, reason: error.message }
      : failure;
  };
  const guarded = async (entries: Entry[], work: () => Promise<void>) => {
    if (!entries.length) return;
    try {
      await work();
      await lease.settle({ ids: entries.map(({ id }) => id) });
    } catch (error) {
      const failure = later(error);
      if (failure.kind === 'later') throw error;
      options.log('wish refused', { lane: lease.lane, kind: entries[0]?.kind, reason: failure.reason });
      for (const { id } of entries) await lease.fail(id, failure.reason);
    }
  };
  try {
    const entries = await lease.entries();
    const claimed = options.now().getTime();
    const gaps = await options.gaps();
    const spend = (writes: number) => spendFor(lease, options, writes);
    const door: Door = { gaps, outbox: options.outbox, twin: options.twin, memory: options.sealed, spend };
    const looks = bodiesOf(entries, 'look');
    // Webhooks keep the index young enough for the dashboard; what people ask for is about what GitHub says now.
    if (!lease.sole || looks.some(({ fresh }) => fresh)) await gaps.index.refreshSince(claimed);
    else if (entries.length > looks.length) await gaps.index.current();
    for (const entry of entries.filter(({ kind }) => kind === 'command')) {
      await guarded([entry], () => takeCommand(door, entry.body as ConsoleBodies['command']));
    }
    const outcomes = bodiesOf(entries, 'answer');
    const inComments = entries.filter((entry) => entry.kind === 'answer' && commentOf(entry) !== undefined);
    for (const entry of inComments) {
      await guarded([entry], () => noteOutcome(door, entry.body as ConsoleBodies['answer']));
    }
    const rest = entries.filter((entry) => entry.kind !== 'command' && !inComments.includes(entry));
    await guarded(rest, async () => {
      const dashboard = await options.dashboard();
      if (!dashboard) return;
      const occasion = {
        ticks: bodiesOf(rest, 'tick'),
        outcomes: outcomes.filter(({ given }) => given.comment === undefined),
        fresh: !lease.sole || looks.some(({ fresh }) => fresh),
      };
      try {
        await lookAtDashboard({ ...door, ...dashboard, now: options.now }, occasion);
      } catch (error) {
        if (occasion.ticks.length || occasion.outcomes.length) throw error;
        // Nobody waits for it: commands must not, either, and the next look comes.
        options.log('dashboard not looked at', { lane: lease.lane, reason: later(error).reason });
      }
    });
    await guardTwins(door, options, (error) => later(error).reason);
    await lease.release();
  } catch (error) {
    const failure = later(error);
    options.log('console waits', { lane: lease.lane, reason: failure.reason });
    const retryAfterMs = failure.kind === 'later' ? failure.retryAfterMs : undefined;
    await lease.release({ error: failure.reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }
}

/** Nobody waits for it: the next look tries again what did not work. */
async function guardTwins(door: Door, { log, outbox }: ConsoleWork, reasonOf: (error: unknown) => string) {
  const { owner, name } = door.gaps.repository;
  try {
    if (await keepTwins(door, door.twin)) {
      await tell(outbox, `${owner}/${name}`, 'look', newId(), { fresh: false });
    }
  } catch (error) {
    log('nothing put into the private repository', { repository: `${owner}/${name}`, reason: reasonOf(error) });
  }
}

function bodiesOf<K extends keyof ConsoleBodies>(entries: Entry[], kind: K): ConsoleBodies[K][] {
  return entries.filter((entry) => entry.kind === kind).map(({ body }) => body as ConsoleBodies[K]);
}

function commentOf({ body }: Entry): number | undefined {
  return (body as ConsoleBodies['answer']).given.comment;
}

class OutOfBudget extends Error {
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super('content budget used up');
    this.retryAfterMs = retryAfterMs;
  }
}

async function spendFor(lease: Lease, options: ConsoleWork, writes: number): Promise<void> {
  const { granted, retryAfterMs } = await options.budget(writes);
  if (!granted) throw new OutOfBudget(retryAfterMs);
  await lease.renew();
}
