import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SCHEMA } from './schema.ts';

export type Value = SQLInputValue;

/** One SQLite connection. Calls are synchronous, so a transaction is never interleaved with another one. */
export interface Store {
  all<Row>(sql: string, ...values: Value[]): Row[];
  get<Row>(sql: string, ...values: Value[]): Row | undefined;
  /** Runs a write; `id` is the row id of an INSERT. */
  run(sql: string, ...values: Value[]): { id: number; changes: number };
  /** Runs statements that take no values. */
  exec(sql: string): void;
  /** A function without arguments that SQL can call. */
  define(name: string, answer: () => Value): void;
  /** A write that a power cut may undo; one after another it costs a fraction of `run`. Not inside a transaction. */
  note(sql: string, ...values: Value[]): void;
  /** All or nothing; an inner call joins the outer transaction. On return everything is flushed to disk. */
  transaction<T>(work: () => T): T;
  close(): void;
}

const MOST_PREPARED = 500;

export function openStore(file: string): Store {
  const database = new DatabaseSync(file, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > SCHEMA.length) throw new Error(`${file} was written by a newer version of the forge`);
  for (let step = version; step < SCHEMA.length; step += 1) {
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA[step]}; PRAGMA user_version = ${step + 1}; COMMIT;`);
  }

  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string) => {
    let found = prepared.get(sql);
    if (!found) {
      found = database.prepare(sql);
      // what people search for is of endless variety
      if (prepared.size >= MOST_PREPARED) prepared.delete(prepared.keys().next().value ?? '');
      prepared.set(sql, found);
    }
    return found;
  };

  let depth = 0;
  return {
    all: <Row>(sql: string, ...values: Value[]) => statement(sql).all(...values) as Row[],
    get: <Row>(sql: string, ...values: Value[]) => statement(sql).get(...values) as Row | undefined,
    run(sql, ...values) {
      const { lastInsertRowid, changes } = statement(sql).run(...values);
      return { id: Number(lastInsertRowid), changes: Number(changes) };
    },
    note(sql, ...values) {
      database.exec('PRAGMA synchronous = NORMAL');
      try {
        statement(sql).run(...values);
      } finally {
        database.exec('PRAGMA synchronous = FULL');
      }
    },
    exec: (sql) => database.exec(sql),
    define: (name, answer) => database.function(name, answer),
    transaction(work) {
      if (depth > 0) return work();
      database.exec('BEGIN IMMEDIATE');
      depth += 1;
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      } finally {
        depth -= 1;
      }
    },
    close: () => database.close(),
  };
}
