import { type Accepted, accept, type Incoming } from './accept.ts';
import { type Grant, take } from './budget.ts';
import { type Dialect, type Engine, full } from './engine.ts';
import { type Entry, type EntryRow, type NewEntry, readEntry } from './entry.ts';
import { groupCommit } from './group.ts';
import { type Intent, type Lease, leasing, readIntents } from './lease.ts';
import { openPostgres } from './postgres.ts';
import { statements } from './sql.ts';
import { openSqlite } from './sqlite.ts';

/** Durable transit between the doors and GitHub. Methods reject with a `PatchworkError` `outbox_unavailable` (503) when the store is. */
export interface Outbox {
  /**
   * Resolves when the entry is durable, never otherwise. `repeat`: it is there already, under `id`, and nothing was stored.
   * `mismatch`: the key (or id) came with another body before; this one went by its digest, and was stored under a fresh id unless
   * it is also a `repeat`. Rejects with `outbox_full` (503) when more waits than memory should hold until it is stored, or than the
   * store should hold for one lane.
   */
  accept(entry: NewEntry): Promise<Accepted>;
  /** Accepted and not yet settled, without the dead ones, oldest first. */
  waiting(lane: string, limit?: number): Promise<Entry[]>;
  /** One entry that waits or is dead. */
  find(lane: string, id: string): Promise<Entry | undefined>;
  /** What the lane's holders intended or keep in mind (`Lease.intend`), for somebody who only looks. */
  intents(lane: string): Promise<Intent[]>;
  /** The dead-letter list, oldest first, 1,000 at most. */
  dead(lane?: string): Promise<Entry[]>;
  /** Gives a dead entry all its attempts again. False: it is not dead. */
  revive(lane: string, id: string): Promise<boolean>;
  /** Gives an entry that is still held back (`holdMs`) another body, and lets it go. False: it went already. */
  letGo(lane: string, id: string, body: unknown): Promise<boolean>;
  /** A lane that is due and that nobody holds, the one that waits longest first. `owner` names the caller within its process. */
  claim(owner: string): Promise<Lease | undefined>;
  /**
   * Ask for content writes from the installation's budget, which all nodes share: 80 in any minute, 500 in any hour. Of these, 20 and
   * 100 are kept for people and drafts, who ask with `people`. What was granted is spent, used or not.
   */
  take(installation: string, writes: number, reserve?: 'people'): Promise<Grant>;
  /** GitHub told this installation to wait: `take` grants nothing to anyone before. */
  pause(installation: string, forMs: number): Promise<void>;
  /** Called after entries became durable through this handle, or were revived. A wake-up call; other nodes' entries are not told. */
  onAccept(listener: () => void): () => void;
  stats(): Promise<Stats>;
  /** Resolves when the store takes a write. Asked often, it answers from one write a second. */
  ping(): Promise<void>;
  /** Refuses what comes from now on, and resolves when all that was being accepted is decided and the store is closed. */
  close(): Promise<void>;
}

export interface Stats {
  waiting: number;
  dead: number;
  /** When the oldest waiting entry was received. */
  oldest: Date | undefined;
  /** How many lanes have waiting entries. */
  lanes: number;
  /** Lanes whose last release named an error, the most stubborn first, 20 at most. */
  failing: { lane: string; errors: number; error: string; retryAt: Date }[];
}

export interface Tuning {
  leaseMs: number;
  windowMs: number;
  firstPauseMs: number;
  longestPauseMs: number;
  attempts: number;
  cleanEveryMs: number;
  /** How many entries may wait in memory for their commit. */
  mostAccepts: number;
  /** How many entries of one lane may wait in the store. Looked at when it is cleaned, so that many can come in between. */
  mostWaiting: number;
}

const TUNING: Tuning = {
  leaseMs: 30_000,
  windowMs: 120_000,
  firstPauseMs: 1000,
  longestPauseMs: 300_000,
  attempts: 8,
  cleanEveryMs: 60_000,
  mostAccepts: 5000,
  mostWaiting: 100_000,
};

const KEEP_KEYS_MS = 7 * 86_400_000;
/** Several leases: as long as a late holder could still write over what was settled. */
const KEEP_BODIES_MS = 600_000;
const KEEP_DIGESTS_MS = 3_600_000;
const MOST_ACCEPT_BYTES = 32 * 1024 * 1024;
const MOST_READ = 10_000;
const MOST_DEAD = 1000;
const MOST_FAILING = 20;
const CLEAN_AT_ONCE = 500;
const PING_FRESH_MS = 1000;

/** Open the outbox, create what is missing in its store. Rejects with `outbox_unavailable` or `outbox_not_durable`. */
export async function openOutbox(
  store: { file: string } | { databaseUrl: string },
  tuned: Partial<Tuning> = {},
): Promise<Outbox> {
  const tuning = { ...TUNING, ...tuned };
  const schema = (dialect: Dialect) => statements(dialect).schema;
  const engine: Engine =
    'file' in store ? await openSqlite(store.file, schema) : await openPostgres(store.databaseUrl, schema);
  const sql = statements(engine.dialect);
  const commits = groupCommit((group: Incoming[]) => accept(engine, sql, group, tuning.windowMs), {
    items: tuning.mostAccepts,
    bytes: MOST_ACCEPT_BYTES,
  });
  const claim = leasing(engine, sql, { ...tuning, keepKeysMs: KEEP_KEYS_MS, keepDigestsMs: KEEP_DIGESTS_MS });

  const listeners = new Set<() => void>();
  const wake = () => {
    for (const listener of listeners) listener();
  };

  /** Lanes that fill faster than GitHub's limits can ever empty them: the disk is everyone's. */
  let crowded = new Set<string>();
  const cleaning = setInterval(() => {
    // Whatever fails here fails again, and louder, where somebody waits for an answer.
    clean().catch(() => {});
  }, tuning.cleanEveryMs).unref();
  async function clean(): Promise<void> {
    const lanes = await engine.all<{ lane: string }>(sql.crowded, [tuning.mostWaiting]);
    crowded = new Set(lanes.map(({ lane }) => lane));
    while ((await engine.all(sql.dropBodies, [KEEP_BODIES_MS, CLEAN_AT_ONCE])).length === CLEAN_AT_ONCE);
    while ((await engine.all(sql.forget, [CLEAN_AT_ONCE])).length === CLEAN_AT_ONCE);
  }

  let ping: { at: number; answer: Promise<unknown> } | undefined;
  let closing: Promise<void> | undefined;

  return {
    async accept({ lane, id, kind, key, digest, body, holdMs = 0 }) {
      if (crowded.has(lane)) throw full('More waits for this repository than the outbox should hold.');
      const text = JSON.stringify(body ?? null);
      const accepted = await commits.add(
        { lane, id, kind, key, digest, body: text, holdMs: Math.ceil(holdMs) },
        text.length,
      );
      if (!accepted.repeat) wake();
      return accepted;
    },
    async waiting(lane, limit = MOST_READ) {
      return (await engine.all<EntryRow>(sql.waiting, [lane, limit])).map(readEntry);
    },
    async find(lane, id) {
      const [row] = await engine.all<EntryRow>(sql.find, [lane, id]);
      return row && readEntry(row);
    },
    intents: (lane) => readIntents(engine, sql, lane),
    async dead(lane) {
      const rows = await (lane === undefined
        ? engine.all<EntryRow>(sql.dead, [MOST_DEAD])
        : engine.all<EntryRow>(sql.deadOfLane, [lane, MOST_DEAD]));
      return rows.map(readEntry);
    },
    async revive(lane, id) {
      const revived = await engine.tx(async (q) => {
        await q.all(sql.wake, [lane]);
        return (await q.all(sql.revive, [lane, id])).length > 0;
      });
      if (revived) wake();
      return revived;
    },
    async letGo(lane, id, body) {
      const gone = await engine.tx(async (q) => {
        await q.all(sql.wake, [lane]);
        return (await q.all(sql.letGo, [lane, id, JSON.stringify(body ?? null)])).length > 0;
      });
      if (gone) wake();
      return gone;
    },
    claim,
    take: (installation, writes, reserve) => take(engine, sql, installation, writes, reserve === 'people'),
    async pause(installation, forMs) {
      await engine.all(sql.pause, [installation, Math.ceil(forMs)]);
    },
    onAccept(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stats() {
      const [waiting] = await engine.all<{ waiting: number; oldest: number | null; lanes: number }>(sql.stats);
      const [dead] = await engine.all<{ dead: number }>(sql.deadCount);
      const failing = await engine.all<{ name: string; errors: number; error: string; not_before: number }>(
        sql.failing,
        [MOST_FAILING],
      );
      return {
        waiting: waiting?.waiting ?? 0,
        dead: dead?.dead ?? 0,
        oldest: waiting?.oldest ? new Date(waiting.oldest) : undefined,
        lanes: waiting?.lanes ?? 0,
        failing: failing.map(({ name, errors, error, not_before }) => ({
          lane: name,
          errors,
          error,
          retryAt: new Date(not_before),
        })),
      };
    },
    async ping() {
      if (!ping || performance.now() - ping.at > PING_FRESH_MS)
        ping = { at: performance.now(), answer: engine.tx((q) => q.all(sql.pulse)) };
      await ping.answer;
    },
    close() {
      closing ??= (async () => {
        clearInterval(cleaning);
        await commits.drain();
        await engine.close();
      })();
      return closing;
    },
  };
}
