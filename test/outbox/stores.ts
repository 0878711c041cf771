import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { type Outbox, openOutbox, type Tuning } from '../../src/outbox/index.ts';
import { postgresInstalled, sharedPostgres } from '../support/postgres.ts';

/** An empty store for one test; every `open` is another node on it. */
export interface Store {
  /** What `openOutbox` takes. */
  where: { file: string } | { databaseUrl: string };
  open(tuning?: Partial<Tuning>): Promise<Outbox>;
  /** Rows of the store itself, past the outbox. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  /** Lets time go by: every time in the store moves into the past. */
  travel(ms: number): Promise<void>;
  close(): Promise<void>;
}

const TIMES: Record<string, string[]> = {
  outbox_entry: ['received_at', 'retry_at', 'settled_at', 'forget_at'],
  outbox_lane: ['due_at', 'lease_until', 'not_before'],
  outbox_budget: ['paused_until'],
};

export const engines: { name: string; store(): Promise<Store> }[] = [
  { name: 'SQLite', store: sqliteStore },
  ...(postgresInstalled() ? [{ name: 'PostgreSQL', store: postgresStore }] : []),
];

async function sqliteStore(): Promise<Store> {
  const directory = mkdtempSync(join(tmpdir(), 'patchwork-outbox-'));
  const file = join(directory, 'data', 'outbox.db');
  const store = storeOn({ file }, async (sql) => {
    const db = new DatabaseSync(file, { timeout: 5000 });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  });
  return {
    ...store,
    async close() {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

async function postgresStore(): Promise<Store> {
  const databaseUrl = await (await sharedPostgres()).database();
  return storeOn({ databaseUrl }, async (sql) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  });
}

function storeOn(where: Store['where'], rows: Store['rows']): Store {
  const opened: Outbox[] = [];
  return {
    where,
    rows,
    async open(tuning) {
      const outbox = await openOutbox(where, tuning);
      opened.push(outbox);
      return outbox;
    },
    async travel(ms) {
      for (const [table, columns] of Object.entries(TIMES))
        await rows(`UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - ${ms}`).join(', ')}`);
      // What was spent of a budget is JSON: [[at, writes], …].
      for (const { installation, spent } of await rows('SELECT installation, spent FROM outbox_budget')) {
        const earlier = (JSON.parse(String(spent)) as [number, number][]).map(([at, writes]) => [at - ms, writes]);
        await rows(
          `UPDATE outbox_budget SET spent = '${JSON.stringify(earlier)}' WHERE installation = '${installation}'`,
        );
      }
    },
    async close() {
      for (const outbox of opened) await outbox.close();
    },
  };
}
