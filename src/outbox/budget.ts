import type { Engine } from './engine.ts';
import type { Statements } from './sql.ts';

/** Content writes of one installation: [when (ms), how many], oldest first, nothing older than an hour. */
export type Spent = [at: number, writes: number][];

export interface Grant {
  granted: number;
  /** When the rest could be granted if nobody else asks; 0 when all was. */
  retryAfterMs: number;
}

interface Limit {
  spanMs: number;
  writes: number;
  /** Of these, what only people and drafts may use. */
  reserve: number;
}

const HOUR_MS = 3_600_000;

/**
 * GitHub's secondary limits on requests that create content: 80 a minute and 500 an hour
 * (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api). It does not say where its minute starts, so ours is
 * any minute.
 */
const LIMITS: readonly Limit[] = [
  { spanMs: 60_000, writes: 80, reserve: 20 },
  { spanMs: HOUR_MS, writes: 500, reserve: 100 },
];

/** How many of `wanted` writes may be made at `now`, and what is spent then. Pure. */
export function grant(spent: Spent, now: number, wanted: number, forPeople: boolean): Grant & { spent: Spent } {
  const recent = spent.filter(([at]) => at > now - HOUR_MS);
  const allowed = (limit: Limit) => limit.writes - (forPeople ? 0 : limit.reserve);
  const within = (limit: Limit) => recent.filter(([at]) => at > now - limit.spanMs);
  const granted = Math.max(0, Math.min(wanted, ...LIMITS.map((limit) => allowed(limit) - sum(within(limit)))));
  if (granted > 0) {
    const last = recent.at(-1);
    if (last && last[0] === now) recent.splice(-1, 1, [now, last[1] + granted]);
    else recent.push([now, granted]);
  }
  const rest = wanted - granted;
  const waits = LIMITS.map((limit) => {
    let over = sum(within(limit)) + Math.min(rest, allowed(limit)) - allowed(limit);
    if (over <= 0) return 0;
    for (const [at, writes] of within(limit)) {
      over -= writes;
      if (over <= 0) return at + limit.spanMs - now;
    }
    return limit.spanMs;
  });
  return { granted, retryAfterMs: rest === 0 ? 0 : Math.max(...waits), spent: recent };
}

const sum = (spent: Spent) => spent.reduce((total, [, writes]) => total + writes, 0);

/** `grant` on the store, so that all nodes share one budget. */
export function take(
  engine: Engine,
  sql: Statements,
  installation: string,
  writes: number,
  forPeople: boolean,
): Promise<Grant> {
  return engine.tx(async (q) => {
    const [row] = await q.all<{ spent: string; paused_until: number; now: number }>(sql.budget, [installation]);
    if (!row) throw new Error('the budget row was not returned');
    if (row.paused_until > row.now) return { granted: 0, retryAfterMs: row.paused_until - row.now };
    const { spent, ...answer } = grant(JSON.parse(row.spent) as Spent, row.now, writes, forPeople);
    if (answer.granted > 0) await q.all(sql.spend, [installation, JSON.stringify(spent)]);
    return answer;
  });
}
