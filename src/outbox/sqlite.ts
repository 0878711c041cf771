import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Dialect, type Engine, isUnavailable, type Queries, unavailable, type Value } from './engine.ts';

const dialect: Dialect = {
  now: `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
  sequence: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  combines: false,
  integer: 'INTEGER',
  rows: (columns) => `FROM (SELECT ${columns.map((name, i) => `$${i + 1} AS ${name}`).join(', ')}) AS r WHERE true`,
  greatest: (...values) => `max(${values.join(', ')})`,
  least: (...values) => `min(${values.join(', ')})`,
  lock: '',
  lockFree: '',
};

// Primary result codes, https://www.sqlite.org/rescode.html
const BUSY = 5;
/** ERROR, TOOBIG, CONSTRAINT, MISMATCH, RANGE: the statement or its values are wrong; the store itself is well. */
const REFUSED = new Set([1, 18, 19, 20, 25]);

const resultCode = (error: unknown) =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;

/** How long a writer waits for another process that writes. A process stopped inside a transaction blocks all others. */
const PATIENCE_MS = 5000;

export async function openSqlite(file: string, schema: (dialect: Dialect) => string[]): Promise<Engine> {
  let db: DatabaseSync;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    ownerOnly(file);
    // The blocking wait is kept short because it stops the event loop; `patiently` does the long waiting.
    db = new DatabaseSync(file, { timeout: 25 });
  } catch (error) {
    throw unavailable(error);
  }
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string) => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = db.prepare(sql.replaceAll('$', '?'));
    prepared.set(sql, statement);
    return statement;
  };
  const queries: Queries = {
    async all<Row>(sql: string, values: readonly Value[] = []) {
      return prepare(sql).all(...values) as Row[];
    },
    async each<Row>(sql: string, rows: readonly (readonly Value[])[]) {
      const statement = prepare(sql);
      const returned: Row[] = [];
      for (const row of rows) returned.push(...(statement.all(...row) as Row[]));
      return returned;
    },
  };

  // One connection: whatever runs waits for the transaction before it.
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work).catch((error: unknown) => {
      const code = resultCode(error);
      throw code === undefined || REFUSED.has(code) ? closedOr(error) : unavailable(error);
    });
    last = turn.catch(() => {});
    return turn;
  }
  const closedOr = (error: unknown) => (db.isOpen || isUnavailable(error) ? error : unavailable(error));

  async function tx<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    await patiently(() => db.exec('BEGIN IMMEDIATE'));
    try {
      const result = await work(queries);
      db.exec('COMMIT');
      return result;
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  const engine: Engine = {
    dialect,
    all: (sql, values) => inTurn(() => patiently(() => queries.all(sql, values))),
    each: (sql, rows) => inTurn(() => tx((q) => q.each(sql, rows))),
    tx: (work) => inTurn(() => tx(work)),
    close: () => inTurn(async () => db.close()),
  };
  try {
    // FULL: every commit of the write-ahead log is flushed to the disk before it returns.
    for (const pragma of ['journal_mode = WAL', 'synchronous = FULL'])
      await inTurn(() => patiently(() => db.exec(`PRAGMA ${pragma}`)));
    await engine.tx(async (q) => {
      for (const statement of schema(dialect)) await q.all(statement);
    });
  } catch (error) {
    db.close();
    throw unavailable(error);
  }
  return engine;
}

/** Reports are nobody else's business: a new file (and with it its log) is readable by its owner only. */
function ownerOnly(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    // An existing file must not be opened here: closing it again would drop the locks of this process on it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function patiently<T>(work: () => T | Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (resultCode(error) !== BUSY || Date.now() > deadline) throw error;
    }
    await sleep(1 + Math.random() * 4);
  }
}
