/** What is put in. Opaque here: whoever reads `body` knows what a `kind` is. */
export interface NewEntry {
  /** The repository, `owner/name` in lower case. */
  lane: string;
  /** ULID. An id that is taken counts like a key. */
  id: string;
  kind: string;
  /** Exact idempotency key, scoped to the lane, remembered for seven days after the entry is settled. It alone decides if given. */
  key?: string;
  /** Content digest. Without a key, a second one within the window (two minutes) is a repeat; with one, it tells a mismatch. */
  digest?: string;
  /** JSON. */
  body: unknown;
  /** It waits so long, or until it is let go, before a worker may have it. What comes after it in its lane does not wait. */
  holdMs?: number;
}

export interface Entry {
  lane: string;
  id: string;
  kind: string;
  body: unknown;
  receivedAt: Date;
  /** How often it failed (`Lease.fail`). */
  attempts: number;
  /** Why it is on the dead-letter list; absent while it waits. */
  deadReason?: string;
}

export interface EntryRow {
  lane: string;
  id: string;
  kind: string;
  body: string;
  received_at: number;
  attempts: number;
  state: 'waiting' | 'settled' | 'dead';
  reason: string | null;
}

export const readEntry = (row: EntryRow): Entry => ({
  lane: row.lane,
  id: row.id,
  kind: row.kind,
  body: JSON.parse(row.body) as unknown,
  receivedAt: new Date(row.received_at),
  attempts: row.attempts,
  ...(row.state === 'dead' ? { deadReason: row.reason ?? '' } : {}),
});
