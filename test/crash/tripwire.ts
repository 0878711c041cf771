/**
 * Loaded before a program under test (`node --import`, by NODE_OPTIONS): strikes the process itself, with SIGKILL or SIGSTOP, at the
 * moment that CRASH_POINT names. Moments are read off the SQL of the outbox and the requests to GitHub, so the program need not know.
 */
import { appendFileSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import pg from 'pg';
import type { Moment, Point, Side } from './plan.ts';

const point: Point | undefined = process.env.CRASH_POINT ? JSON.parse(process.env.CRASH_POINT) : undefined;
const MOST_INSIDE_MS = 15;
let seen = 0;

function strike(): void {
  if (!point || !process.env.CRASH_LOG) return;
  appendFileSync(process.env.CRASH_LOG, `${point.number} struck\n`);
  process.kill(process.pid, point.strike === 'kill' ? 'SIGKILL' : 'SIGSTOP');
}

function reach(moment: Moment | undefined, side: Side): void {
  if (!point || 'clock' in point.at || moment !== point.at.moment || side !== point.at.side) return;
  seen += 1;
  if (seen === point.at.nth) strike();
}

/** For what takes its time: some moment between its start and its end. */
const reachInside = (moment: Moment | undefined) => {
  if (moment && point && 'moment' in point.at && point.at.moment === moment && point.at.side === 'inside')
    setTimeout(() => reach(moment, 'inside'), Math.random() * MOST_INSIDE_MS);
};

const STATEMENTS: [RegExp, Moment][] = [
  [/INSERT INTO outbox_entry/, 'accept'],
  [/UPDATE outbox_lane SET owner/, 'claim'],
  [/UPDATE outbox_lane SET lease_until = 0/, 'release'],
  [/UPDATE outbox_lane SET lease_until/, 'renew'],
  [/INSERT INTO outbox_intent/, 'intend'],
  [/SET state = 'settled'/, 'settle'],
];
const momentOf = (sql: string) => STATEMENTS.find(([pattern]) => pattern.test(sql))?.[1];

let born = false;
/** The program has opened its store: its life begins here, all before was loading code. */
function live(): void {
  if (born || !point || !process.env.CRASH_LOG) return;
  born = true;
  appendFileSync(process.env.CRASH_LOG, `${point.number} lives\n`);
  if ('clock' in point.at) setTimeout(strike, point.at.clock);
}

// SQLite: a statement runs at once; in a transaction it counts as done when that is committed.
let transaction: (Moment | undefined)[] | undefined;
const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  live();
  exec.call(this, sql);
  if (sql.startsWith('BEGIN')) transaction = [];
  else if (sql === 'COMMIT') {
    const moments = transaction ?? [];
    transaction = undefined;
    for (const moment of moments) reach(moment, 'after');
  }
};
const all = StatementSync.prototype.all as (...values: unknown[]) => Record<string, never>[];
StatementSync.prototype.all = function (this: StatementSync, ...values: unknown[]) {
  const moment = /^\s*CREATE/.test(this.sourceSQL) ? undefined : momentOf(this.sourceSQL);
  reach(moment, 'before');
  const rows = all.call(this, ...values);
  reach(moment, 'inside');
  if (transaction) transaction.push(moment);
  else reach(moment, 'after');
  return rows;
};

// PostgreSQL: the pool passes a callback, a client held for a transaction answers a promise.
const committing = new WeakMap<pg.Client, Moment[]>();
const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
Object.assign(pg.Client.prototype, {
  query(this: pg.Client, ...args: unknown[]) {
    live();
    const text = typeof args[0] === 'string' ? args[0] : (args[0] as { text: string }).text;
    const moment = momentOf(text);
    if (text.startsWith('BEGIN')) committing.set(this, []);
    const open = committing.get(this);
    const done = text === 'COMMIT' ? (open ?? []) : moment && !open ? [moment] : [];
    if (text === 'COMMIT' || text === 'ROLLBACK') committing.delete(this);
    else if (moment) open?.push(moment);
    const finished = () => {
      for (const one of done) reach(one, 'after');
    };
    reach(moment, 'before');
    const last = args.at(-1);
    if (typeof last === 'function')
      args[args.length - 1] = (...answer: unknown[]) => {
        finished();
        last(...answer);
      };
    const result = query.apply(this, args);
    reachInside(moment);
    if (!(result instanceof Promise)) return result;
    return result.then((answer) => {
      finished();
      return answer;
    });
  },
});

const realFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const method = (input instanceof Request ? input.method : init?.method) ?? 'GET';
  const moment = method === 'POST' ? 'create' : method === 'PATCH' ? 'edit' : undefined;
  reach(moment, 'before');
  const answer = realFetch(input, init);
  reachInside(moment);
  const response = await answer;
  reach(moment, 'after');
  return response;
};
