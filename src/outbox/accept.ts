import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import type { Engine } from './engine.ts';
import type { Statements } from './sql.ts';

/** An entry on its way in, its body as JSON text. */
export interface Incoming {
  lane: string;
  id: string;
  kind: string;
  key: string | undefined;
  digest: string | undefined;
  body: string;
  holdMs: number;
}

export interface Accepted {
  id: string;
  repeat: boolean;
  mismatch?: boolean;
}

/** Key taken, digest taken, window over, and some for what other nodes do meanwhile. */
const MOST_ROUNDS = 8;

interface Attempt {
  entry: Incoming;
  id: string;
  mark: string | null;
  mismatch: boolean;
  result: Accepted | undefined;
}

interface Holder {
  lane: string;
  id: string;
  mark: string | null;
  digest: string | null;
  age: number;
}

/**
 * Store a group. The unique indexes decide what is new, also between nodes, in the very statement that stores it. What they turn away
 * is looked up: a repeat, or another body under the same key or id (tried again by its digest, under a fresh id), or a mark whose
 * window is over (freed and tried again).
 */
export async function accept(
  engine: Engine,
  sql: Statements,
  group: Incoming[],
  windowMs: number,
): Promise<Accepted[]> {
  const attempts = group.map(
    (entry): Attempt => ({ entry, id: entry.id, mark: markOf(entry), mismatch: false, result: undefined }),
  );
  let open = attempts;
  for (let round = 1; open.length > 0; round++) {
    if (round > MOST_ROUNDS) throw new Error('the store neither takes an entry nor says what it collides with');
    await store(engine, sql, open);
    open = open.filter(({ result }) => !result);
    if (open.length > 0) open = await judge(engine, sql, open, windowMs);
  }
  return attempts.map(({ result }) => result as Accepted);
}

/** Gives each attempt that was stored its result. Sorted, as everything that locks, so that nodes cannot deadlock. */
async function store(engine: Engine, sql: Statements, attempts: Attempt[]): Promise<void> {
  const sorted = attempts.toSorted((a, b) => compare(place(a), place(b)));
  const rows = await engine.each<{ lane: string; id: string; mark: string | null }>(
    sql.store,
    sorted.map(({ entry, id, mark }) => [
      entry.lane,
      id,
      entry.kind,
      mark,
      entry.digest ?? null,
      entry.body,
      String(entry.holdMs),
    ]),
  );
  // Of several with the same id and mark, the first in order is the one that was stored.
  const byPlace = new Set(rows.map((row) => place({ entry: row, id: row.id, mark: row.mark })));
  for (const attempt of sorted)
    if (byPlace.delete(place(attempt))) attempt.result = answer(attempt.id, false, attempt.mismatch);
}

/** Decide the attempts that the indexes turned away; returns those to store once more. */
async function judge(engine: Engine, sql: Statements, attempts: Attempt[], windowMs: number): Promise<Attempt[]> {
  const holders = await engine.each<Holder>(
    sql.holders,
    attempts.map(({ entry, id, mark }) => [entry.lane, mark, id]),
  );
  const byMark = new Map(holders.map((holder) => [`${holder.lane} ${holder.mark}`, holder]));
  const byId = new Map(holders.map((holder) => [`${holder.lane} ${holder.id}`, holder]));
  const expired: Holder[] = [];
  for (const attempt of attempts) {
    const { entry, mark } = attempt;
    const holder = mark === null ? undefined : byMark.get(`${entry.lane} ${mark}`);
    if (holder && mark === digestMark(entry)) {
      if (holder.age < windowMs) attempt.result = answer(holder.id, true, attempt.mismatch);
      else expired.push(holder);
    } else if (holder && sameBody(holder, entry)) {
      attempt.result = answer(holder.id, true, false);
    } else if (holder) {
      Object.assign(attempt, { id: ulid(), mark: digestMark(entry), mismatch: true });
    } else {
      const namesake = byId.get(`${entry.lane} ${attempt.id}`);
      if (namesake && sameBody(namesake, entry)) attempt.result = answer(namesake.id, true, attempt.mismatch);
      else if (namesake) Object.assign(attempt, { id: ulid(), mismatch: true });
      // Neither: whatever stood in the way was forgotten in this very moment.
    }
  }
  if (expired.length > 0)
    await engine.each(
      sql.freeMark,
      expired
        .toSorted((a, b) => compare(a.lane, b.lane) || compare(a.mark ?? '', b.mark ?? ''))
        .map(({ lane, mark, id }) => [lane, mark, id]),
    );
  return attempts.filter(({ result }) => !result);
}

const answer = (id: string, repeat: boolean, mismatch: boolean): Accepted => ({
  id,
  repeat,
  ...(mismatch ? { mismatch } : {}),
});

const sameBody = (holder: Holder, entry: Incoming) =>
  holder.digest === null || entry.digest === undefined || holder.digest === entry.digest;

const markOf = (entry: Incoming) => (entry.key === undefined ? digestMark(entry) : `key:${short(entry.key)}`);

const digestMark = ({ digest }: Incoming) => (digest === undefined ? null : `digest:${short(digest)}`);

/** Keys come from outside: any length, any character. Index rows are bounded, and PostgreSQL knows no U+0000. */
const short = (text: string) =>
  /^[\x21-\x7e]{1,64}$/.test(text) ? text : `sha256-${createHash('sha256').update(text).digest('base64url')}`;

const place = ({ entry, mark, id }: { entry: { lane: string }; mark: string | null; id: string }) =>
  `${entry.lane} ${mark} ${id}`;

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
