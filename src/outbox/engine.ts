import { PatchworkError } from '../report/index.ts';

export type Value = string | number | null;

/** What runs statements: inside a transaction, or each on its own. Statements use `$1`, `$2`, … on both engines. */
export interface Queries {
  all<Row>(sql: string, values?: readonly Value[]): Promise<Row[]>;
  /** One statement over many rows of values (see `Dialect.rows`), all or nothing; the answer is what it returned for all of them. */
  each<Row>(sql: string, rows: readonly (readonly Value[])[]): Promise<Row[]>;
}

/** What differs between the two engines' SQL. Everything else is one text (sql.ts). */
export interface Dialect {
  /** Milliseconds since 1970 by the database's clock. */
  readonly now: string;
  readonly sequence: string;
  readonly integer: string;
  /** Whether one statement can write to several tables (`WITH … INSERT`). */
  readonly combines: boolean;
  /** A `FROM r …` with these text columns, one row for each row given to `each`. */
  rows(columns: readonly string[]): string;
  greatest(...values: string[]): string;
  least(...values: string[]): string;
  /** Row locks. SQLite has one writer at a time and needs none. */
  readonly lock: string;
  readonly lockFree: string;
}

export interface Engine extends Queries {
  readonly dialect: Dialect;
  /**
   * All or nothing, durable when it resolves. May run `work` again after a lost connection or a deadlock, so `work` must be
   * repeatable. Rejects with `outbox_unavailable` when the store cannot write now, with the engine's own error otherwise.
   */
  tx<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function unavailable(cause?: unknown): PatchworkError {
  return new PatchworkError('outbox_unavailable', 'The outbox cannot write to its store at the moment.', {
    status: 503,
    next: 'Nothing was stored; send it again in a few seconds.',
    cause,
  });
}

export function full(what: string): PatchworkError {
  return new PatchworkError('outbox_full', what, {
    status: 503,
    next: 'Nothing was stored; send it again in a few seconds.',
  });
}

export const isUnavailable = (error: unknown) => error instanceof PatchworkError && error.code === 'outbox_unavailable';
