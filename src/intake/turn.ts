import type { Entry, Lease } from '../outbox/index.ts';
import { failureOf } from './failure.ts';
import type { LaneOptions } from './lane.ts';

/** The lane as a whole has to wait; nothing is wrong with the entry. */
export class Wait extends Error {
  readonly failure: { kind: 'later'; retryAfterMs?: number; reason: string };
  constructor(failure: Wait['failure']) {
    super(failure.reason);
    this.failure = failure;
  }
}

/** Nothing is written to GitHub unless the lane is still ours and the content budget allows it. */
export async function spend(lease: Lease, options: LaneOptions, writes: number): Promise<void> {
  const { granted, retryAfterMs } = await options.budget(lease.lane, writes);
  if (!granted) throw new Wait({ kind: 'later', retryAfterMs, reason: 'content budget used up' });
  await lease.renew();
}

/** A refusal that will never change sets these entries aside and lets the lane go on; everything else stops the lane for now. */
export async function guarded(
  lease: Lease,
  entries: Entry[],
  options: LaneOptions,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const failure = error instanceof Wait ? error.failure : failureOf(error, options.now());
    if (failure.kind === 'later') throw error;
    options.log('entry refused', { lane: lease.lane, ids: entries.map((entry) => entry.id), reason: failure.reason });
    for (const entry of entries) await lease.fail(entry.id, failure.reason);
  }
}

/** Well below every lease: a model takes longer to read than a lane's lease lasts. */
const RENEW_MS = 1000;

/** Holds the lane while something takes its time. */
export async function holding<T>(lease: Lease, work: Promise<T>): Promise<T> {
  const renewing = setInterval(() => lease.renew().catch(() => clearInterval(renewing)), RENEW_MS);
  try {
    return await work;
  } finally {
    clearInterval(renewing);
  }
}
