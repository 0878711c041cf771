import { failureOf } from '../../intake/index.ts';
import type { Gaps, Repository } from '../../issues/index.ts';
import type { Entry, Lease, Outbox } from '../../outbox/index.ts';
import { type Door, noteOutcome, takeCommand } from './commands.ts';
import type { ConsoleBodies } from './lane.ts';

export interface ConsoleWork {
  gaps(): Promise<Gaps>;
  /** The private repository for what is sealed, where one is configured. */
  twin(): Promise<Repository | undefined>;
  outbox: Outbox;
  /** Asks for so many content-creating requests; answers how long to wait if they are not to be had now. */
  budget(writes: number): Promise<{ granted: boolean; retryAfterMs: number }>;
  now(): number;
  log(message: string, details?: object): void;
}

/** Works off what people asked for in one repository, in the order they asked. */
export async function workConsole(lease: Lease, options: ConsoleWork): Promise<void> {
  try {
    const gaps = await options.gaps();
    if (lease.sole) await gaps.index.current();
    else await gaps.index.refresh();
    const door: Door = {
      gaps,
      outbox: options.outbox,
      twin: options.twin,
      spend: (writes) => spend(lease, options, writes),
    };
    for (const entry of await lease.entries()) {
      try {
        await take(door, entry);
        await lease.settle({ ids: [entry.id] });
      } catch (error) {
        if (error instanceof OutOfBudget || failureOf(error, options.now()).kind === 'later') throw error;
        const { reason } = failureOf(error, options.now());
        options.log('wish refused', { lane: lease.lane, kind: entry.kind, reason });
        await lease.fail(entry.id, reason);
      }
    }
    await lease.release();
  } catch (error) {
    const failure = failureOf(error, options.now());
    const retryAfterMs =
      error instanceof OutOfBudget ? error.retryAfterMs : failure.kind === 'later' ? failure.retryAfterMs : undefined;
    options.log('console waits', { lane: lease.lane, reason: failure.reason });
    await lease.release({ error: failure.reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }
}

async function take(door: Door, entry: Entry): Promise<void> {
  if (entry.kind === 'command') await takeCommand(door, entry.body as ConsoleBodies['command']);
  if (entry.kind === 'answer') await noteOutcome(door, entry.body as ConsoleBodies['answer']);
}

class OutOfBudget extends Error {
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super('content budget used up');
    this.retryAfterMs = retryAfterMs;
  }
}

async function spend(lease: Lease, options: ConsoleWork, writes: number): Promise<void> {
  const { granted, retryAfterMs } = await options.budget(writes);
  if (!granted) throw new OutOfBudget(retryAfterMs);
  await lease.renew();
}
