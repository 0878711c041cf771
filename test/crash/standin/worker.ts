/**
 * A worker without the rest of the product: folds reports into issues by the rules of a leaseholder. It shows how the outbox is meant
 * to be used, and the crash harness shows that used like this nothing is lost or doubled.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { type Entry, type Lease, LeaseLost } from '../../../src/outbox/index.ts';
import type { Issue } from '../github.ts';
import { type GapIssue, parseIssue, renderIssue } from './issue.ts';
import { outboxFromEnvironment } from './store.ts';

interface Report {
  gap: string;
  session: string;
}

type Known = Map<string, GapIssue & { number: number }>;

/** Well below the lease, and what must be left of it when a request is sent. */
const REQUEST_MS = 500;

const outbox = await outboxFromEnvironment();
const caches = new Map<string, Known>();

class Refused extends Error {
  readonly retryAfterMs: number;
  constructor(status: number, retryAfter: string | null) {
    super(`GitHub answers ${status}`);
    this.retryAfterMs = Number(retryAfter ?? 0) * 1000;
  }
}

async function github<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${process.env.GITHUB_API_URL}${path}`, {
    method,
    signal: AbortSignal.timeout(REQUEST_MS),
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Refused(response.status, response.headers.get('retry-after'));
  return (await response.json()) as T;
}

async function work(lease: Lease): Promise<void> {
  const { lane } = lease;
  let wrote = false;
  const write = async <T>(request: () => Promise<T>): Promise<T> => {
    await lease.renew();
    // Stopped since then: perhaps the lane is another's already.
    if (lease.remaining() < REQUEST_MS) throw new LeaseLost(lane);
    wrote = true;
    return request();
  };
  try {
    const entries = await lease.entries();
    const intents = await lease.intents();
    const reports = entries.filter(({ kind }) => kind === 'report');
    const rechecks = entries.filter(({ kind }) => kind === 'recheck');
    let known = lease.sole && intents.length === 0 && rechecks.length === 0 ? caches.get(lane) : undefined;
    caches.delete(lane);
    const missing: Entry[] = [];
    if (!known) {
      known = await readLane(lane, write);
      const there = new Set([...known.values()].flatMap(({ sessions }) => [...sessions]));
      for (const entry of await lease.settled())
        if (entry.kind === 'report' && !there.has((entry.body as Report).session)) missing.push(entry);
    }
    const byGap = Map.groupBy([...missing, ...reports], ({ body }) => (body as Report).gap);
    for (const [gap, group] of byGap) {
      const before = known.get(gap);
      const sessions = new Set([...(before?.sessions ?? []), ...group.map(({ body }) => (body as Report).session)]);
      if (before) {
        if (sessions.size > before.sessions.size)
          await write(() =>
            github('PATCH', `/repos/${lane}/issues/${before.number}`, { body: renderIssue({ gap, sessions }) }),
          );
        known.set(gap, { ...before, sessions });
      } else {
        await lease.intend(gap, {});
        const issue = { title: gap, body: renderIssue({ gap, sessions }) };
        const { number } = await write(() => github<Issue>('POST', `/repos/${lane}/issues`, issue));
        known.set(gap, { gap, sessions, number });
      }
      await lease.settle({ ids: group.map(({ id }) => id), intents: [gap] });
    }
    await lease.settle({ ids: rechecks.map(({ id }) => id), intents: intents.map(({ key }) => key) });
    caches.set(lane, known);
    await lease.release();
  } catch (error) {
    if (error instanceof LeaseLost) {
      // What was written late may stand over what the new holder wrote, or beside it: it is for the holder to look.
      if (wrote) await outbox.accept({ lane, id: ulid(), kind: 'recheck', body: null });
      return;
    }
    const { message } = error as Error;
    await lease.release({ error: message, ...(error instanceof Refused ? { retryAfterMs: error.retryAfterMs } : {}) });
  }
}

/** Everything of the lane that is open, by gap. Of several issues for one gap, the oldest takes all and the others are closed. */
async function readLane(lane: string, write: (request: () => Promise<unknown>) => Promise<unknown>): Promise<Known> {
  const known: Known = new Map();
  for (let page = 1; ; page++) {
    const issues = await github<Issue[]>('GET', `/repos/${lane}/issues?state=all&per_page=100&page=${page}`);
    for (const { number, body, state } of issues) {
      const issue = parseIssue(body);
      if (!issue || state === 'closed') continue;
      const first = known.get(issue.gap);
      if (!first) {
        known.set(issue.gap, { ...issue, number });
        continue;
      }
      const sessions = new Set([...first.sessions, ...issue.sessions]);
      if (sessions.size > first.sessions.size)
        await write(() =>
          github('PATCH', `/repos/${lane}/issues/${first.number}`, { body: renderIssue({ gap: issue.gap, sessions }) }),
        );
      first.sessions = sessions;
      await write(() => github('PATCH', `/repos/${lane}/issues/${number}`, { state: 'closed' }));
    }
    if (issues.length < 100) return known;
  }
}

async function loop(owner: string): Promise<void> {
  for (;;) {
    try {
      const lease = await outbox.claim(owner);
      if (lease) await work(lease);
      else await sleep(30);
    } catch {
      await sleep(100);
    }
  }
}

// One owner for all: they share the caches.
await Promise.all(Array.from({ length: 3 }, () => loop('worker')));
