import type { Engine, Queries } from './engine.ts';
import { type Entry, type EntryRow, readEntry } from './entry.ts';
import type { Statements } from './sql.ts';

/** Another owner has taken the lane over. Stop at once; whatever was created at GitHub meanwhile is the new owner's to find. */
export class LeaseLost extends Error {
  constructor(lane: string) {
    super(`The lease on ${lane} was taken over.`);
    this.name = 'LeaseLost';
  }
}

export interface Intent {
  key: string;
  data: unknown;
  at: Date;
}

/**
 * The right to work on one lane. Every write checks, in its own transaction, that nobody has claimed the lane since (`LeaseLost`).
 * It lasts for `leaseMs` from the claim or the last `renew` on; a lease that ran out is lost only once another owner has claimed it.
 */
export interface Lease {
  readonly lane: string;
  readonly token: number;
  /** The last one who held this lane was this owner, in this process: what it remembers of the lane is still current. */
  readonly sole: boolean;
  /** What waits and is not held back by `fail`, oldest first, 500 at most. */
  entries(): Promise<Entry[]>;
  /**
   * What was settled here in the last ten minutes, oldest first, 1,000 at most. A holder that slept past its lease may have written
   * over what the next one wrote; whoever takes a lane over (`sole` false) can see here what GitHub must know by now.
   */
  settled(): Promise<Entry[]>;
  /** A full `leaseMs` from now. Call it before every request that writes, and let that request time out well before the lease. */
  renew(): Promise<void>;
  /**
   * Milliseconds left at least, by this process's own clock, ≤ 0 when the lease may have run out: what to look at in the very moment
   * before a write is sent, for a process that was stopped after its `renew`.
   */
  remaining(): number;
  /** Put down what is about to be created at GitHub, before the request. */
  intend(key: string, data: unknown): Promise<void>;
  /** What this or an earlier holder intended and nobody settled, oldest first. */
  intents(): Promise<Intent[]>;
  /** These entries are done and these intentions fulfilled (or given up). */
  settle(done: { ids: string[]; intents?: string[] }): Promise<void>;
  /**
   * One entry failed for a reason of its own. It is held back for a while, and dead after the last attempt; the lane goes on. `plan`: an
   * entry of a kind with its own attempts and pauses.
   */
  fail(id: string, reason: string, plan?: { attempts: number; pauseMs: number }): Promise<void>;
  /**
   * Everything of this lane becomes that lane's, in one step: what waits or is dead, what was settled, what was intended. What the
   * other lane has already is settled here.
   */
  moveTo(lane: string): Promise<void>;
  /** These entries have to wait for so long; nothing is wrong with them. */
  hold(ids: string[], forMs: number): Promise<void>;
  /**
   * Give the lane back. `error`: the lane as a whole failed, the pause grows with each such release in a row. `retryAfterMs`: not
   * before (what GitHub or the budget said). No error when the lease was lost already.
   */
  release(options?: { retryAfterMs?: number; error?: string }): Promise<void>;
}

export interface LeaseTuning {
  leaseMs: number;
  /** Pauses after an entry's failure and after a lane's error: doubling from the first up to the longest. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** Failures after which an entry is dead. */
  attempts: number;
  keepKeysMs: number;
  keepDigestsMs: number;
}

const ENTRIES_AT_ONCE = 500;
const SETTLED_AT_ONCE = 1000;
const LONGEST_REASON = 1000;

/** Claims lanes for the owners of one process and remembers what they held last. */
export function leasing(
  engine: Engine,
  sql: Statements,
  tuning: LeaseTuning,
): (owner: string) => Promise<Lease | undefined> {
  const settleEntries = sql.settle(tuning.keepKeysMs, tuning.keepDigestsMs);
  const lastTokens = new Map<string, number>();

  async function claimed(owner: string): Promise<{ name: string; token: number } | undefined> {
    for (const claim of new Set([sql.claim, sql.claimBusy])) {
      const [row] = await engine.all<{ name: string; token: number }>(claim, [owner, tuning.leaseMs]);
      if (row) return row;
    }
    return undefined;
  }

  return async (owner) => {
    // SQLite answers without leaving this turn of the event loop; a worker that goes from lane to lane must not keep the doors shut.
    await new Promise(setImmediate);
    let heldSince = performance.now();
    const row = await claimed(owner);
    if (!row) return undefined;
    const { name: lane, token } = row;
    const place = `${owner} ${lane}`;
    // Each claim raises the token by one, so the next number means that nobody else was there.
    const sole = lastTokens.get(place) === token - 1;
    lastTokens.set(place, token);

    const held = <T>(work: (q: Queries, errors: number) => Promise<T>): Promise<T> =>
      engine.tx(async (q) => {
        const [hold] = await q.all<{ errors: number }>(sql.hold, [lane, token]);
        if (!hold) throw new LeaseLost(lane);
        return work(q, hold.errors);
      });

    return {
      lane,
      token,
      sole,
      async entries() {
        const rows = await engine.all<EntryRow>(sql.due, [lane, ENTRIES_AT_ONCE]);
        return rows.map(readEntry);
      },
      async settled() {
        const rows = await engine.all<EntryRow>(sql.settled, [lane, SETTLED_AT_ONCE]);
        return rows.map(readEntry);
      },
      async renew() {
        const asked = performance.now();
        const renewed = await engine.all(sql.renew, [lane, token, tuning.leaseMs]);
        if (renewed.length === 0) throw new LeaseLost(lane);
        heldSince = asked;
      },
      remaining: () => heldSince + tuning.leaseMs - performance.now(),
      async intend(key, data) {
        await held((q) => q.all(sql.intend, [lane, key, JSON.stringify(data ?? null)]));
      },
      intents: () => readIntents(engine, sql, lane),
      async settle({ ids, intents = [] }) {
        await held(async (q) => {
          await q.each(
            settleEntries,
            ids.map((id) => [lane, id]),
          );
          await q.each(
            sql.fulfil,
            intents.map((key) => [lane, key]),
          );
        });
      },
      async fail(id, reason, plan) {
        const text = reason.replaceAll('\0', '').slice(0, LONGEST_REASON);
        const { attempts, firstPauseMs, longestPauseMs } = plan
          ? { attempts: plan.attempts, firstPauseMs: Math.ceil(plan.pauseMs), longestPauseMs: Math.ceil(plan.pauseMs) }
          : tuning;
        await held((q) => q.all(sql.fail, [lane, id, text, attempts, firstPauseMs, longestPauseMs]));
      },
      async moveTo(other) {
        await held(async (q) => {
          await q.all(sql.moveEntries, [lane, other]);
          await q.all(sql.settleTwins, [lane]);
          await q.all(sql.moveIntents, [lane, other]);
          await q.all(sql.dropIntents, [lane]);
          await q.all(sql.wake, [other]);
        });
      },
      async hold(ids, forMs) {
        await held((q) =>
          q.each(
            sql.postpone(Math.ceil(forMs)),
            ids.map((id) => [lane, id]),
          ),
        );
      },
      async release({ retryAfterMs = 0, error } = {}) {
        await held(async (q, errors) => {
          const failures = error === undefined ? 0 : errors + 1;
          const pause = failures === 0 ? 0 : pauseAfter(failures, tuning);
          const text = error === undefined ? null : error.replaceAll('\0', '').slice(0, LONGEST_REASON);
          await q.all(sql.release, [lane, token, Math.ceil(Math.max(pause, retryAfterMs)), failures, text]);
        }).catch((lost: unknown) => {
          if (!(lost instanceof LeaseLost)) throw lost;
        });
      },
    };
  };
}

export async function readIntents(engine: Engine, sql: Statements, lane: string): Promise<Intent[]> {
  const rows = await engine.all<{ key: string; data: string; at: number }>(sql.intents, [lane]);
  return rows.map(({ key, data, at }) => ({ key, data: JSON.parse(data) as unknown, at: new Date(at) }));
}

/** Up to a quarter is chance, so that lanes that failed together do not come back together. */
const pauseAfter = (failures: number, { firstPauseMs, longestPauseMs }: LeaseTuning) =>
  Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs) * (1 + Math.random() / 4);
