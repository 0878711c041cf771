import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { PatchworkError } from '../report/index.ts';
import { type Dialect, type Engine, type Queries, unavailable, type Value } from './engine.ts';

const dialect: Dialect = {
  // Not clock_timestamp(): a volatile function cannot bound an index scan.
  now: `(extract(epoch FROM statement_timestamp()) * 1000)::bigint`,
  sequence: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
  combines: true,
  integer: 'BIGINT',
  rows: (columns) =>
    `FROM unnest(${columns.map((_, i) => `$${i + 1}::text[]`).join(', ')}) AS r(${columns}) WHERE true`,
  greatest: (...values) => `GREATEST(${values.join(', ')})`,
  least: (...values) => `LEAST(${values.join(', ')})`,
  lock: 'FOR UPDATE',
  lockFree: 'FOR UPDATE SKIP LOCKED',
};

/** SQLSTATE classes that blame the statement or its values: cardinality, data, constraint, syntax or access, limits. */
const REFUSED = new Set(['21', '22', '23', '42', '54']);
/** Worth another attempt at once: rolled back for a neighbour's sake, or the server went away (a restart, a failover). */
const PASSING = /^(40...|08...|57P0.|25P03|25006|ECONNRESET|ECONNREFUSED|EPIPE)$/;
const PAUSES_MS = [50, 250];

// A node that is stopped in the middle of a transaction must not keep its locks.
const BEGIN = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'`;
const BIGINT_TYPE = 20;

export async function openPostgres(connectionString: string, schema: (dialect: Dialect) => string[]): Promise<Engine> {
  const pool = new pg.Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: 5000,
    query_timeout: 10_000,
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === BIGINT_TYPE ? Number : pg.types.getTypeParser(oid, format as 'text'),
    } as pg.CustomTypesConfig,
  });
  // The server closed an idle connection; the pool opens another when one is needed.
  pool.on('error', () => {});

  const names = new Map<string, string>();
  const nameOf = (sql: string) => {
    const name = names.get(sql) ?? `outbox_${names.size}`;
    names.set(sql, name);
    return name;
  };
  function queriesOf(runner: pg.Pool | pg.PoolClient): Queries {
    const all = async <Row>(sql: string, values: readonly unknown[] = []) =>
      (await driven(runner.query({ name: nameOf(sql), text: sql, values: [...values] }))).rows as Row[];
    return {
      all,
      async each<Row>(sql: string, rows: readonly (readonly Value[])[]) {
        if (rows.length === 0) return [];
        const columns = (rows[0] as readonly Value[]).map((_, i) => rows.map((row) => row[i]));
        return all<Row>(sql, columns);
      },
    };
  }

  async function once<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await driven(pool.connect());
    let broken = false;
    // A connection lost between two queries is told here; the next query fails.
    const onError = () => {
      broken = true;
    };
    client.on('error', onError);
    try {
      await driven(client.query(BEGIN));
      const result = await work(queriesOf(client));
      await driven(client.query('COMMIT'));
      return result;
    } catch (error) {
      broken ||= error instanceof DriverError && !error.refused;
      if (!broken)
        await client.query('ROLLBACK').catch(() => {
          broken = true;
        });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  async function repeatedly<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof DriverError)) throw error;
        if (error.refused) throw error.cause;
        const pause = PAUSES_MS[attempt];
        if (pause === undefined || !PASSING.test(error.code) || pool.ending) throw unavailable(error.cause);
        await sleep(pause * (0.5 + Math.random()));
      }
    }
  }

  const pooled = queriesOf(pool);
  const engine: Engine = {
    dialect,
    all: (sql, values) => repeatedly(() => pooled.all(sql, values)),
    each: (sql, rows) => repeatedly(() => pooled.each(sql, rows)),
    tx: (work) => repeatedly(() => once(work)),
    close: () => pool.end(),
  };
  try {
    await refuseForgetful(engine);
    await engine.tx(async (q) => {
      // Nodes that start together: CREATE … IF NOT EXISTS alone may collide.
      await q.all(`SELECT pg_advisory_xact_lock(hashtext('patchwork outbox'))`);
      for (const statement of schema(dialect)) await q.all(statement);
    });
  } catch (error) {
    await engine.close();
    throw error instanceof PatchworkError ? error : unavailable(error);
  }
  return engine;
}

/** A database that commits before its disk has written would turn every 201 into a promise that a power cut breaks. */
async function refuseForgetful(engine: Engine): Promise<void> {
  const [set] = await engine.all<{ fsync: string; commit: string }>(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
  );
  if (set?.fsync === 'on' && set.commit !== 'off') return;
  throw new PatchworkError('outbox_not_durable', 'The database confirms writes before they are on its disk.', {
    status: 503,
    next: 'Set fsync = on and synchronous_commit = on for this database (ALTER ROLE … SET synchronous_commit = on).',
  });
}

/** What the driver or the server said, as opposed to what the work in a transaction threw of its own. */
class DriverError extends Error {
  readonly code: string;
  readonly refused: boolean;

  constructor(cause: unknown) {
    super('the database failed', { cause });
    const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    const lost = cause instanceof Error && cause.message.startsWith('Connection terminated');
    this.code = lost ? 'ECONNRESET' : code;
    this.refused = cause instanceof pg.DatabaseError && REFUSED.has(code.slice(0, 2));
  }
}

const driven = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error: unknown) => {
    throw new DriverError(error);
  });
