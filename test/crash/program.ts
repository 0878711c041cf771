/**
 * A node of a fleet, or a worker, made of the product's own rooms: `node program.ts node|worker`. They are two programs here, so that
 * each can be struck alone, and their lease is short, so that a taking over need not be waited for.
 */
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { connectToken } from '../../src/bot/index.ts';
import { gapsOfAll } from '../../src/cli/gaps.ts';
import { parseLane, runLanes, workLane } from '../../src/intake/index.ts';
import { openOutbox } from '../../src/outbox/index.ts';
import { newId } from '../../src/report/index.ts';
import { bareApp } from '../support/bare-app.ts';
import { REPOSITORIES, SECRET, TOKEN } from './world.ts';

const { DATABASE_URL, PATCHWORK_DATA = '', GITHUB_API_URL: api = '', PORT, CRASH_LEASE_MS } = process.env;
const leaseMs = Number(CRASH_LEASE_MS);
const requestMs = Math.floor(leaseMs / 3);
const outbox = await openOutbox(
  DATABASE_URL ? { databaseUrl: DATABASE_URL } : { file: join(PATCHWORK_DATA, 'outbox.db') },
  {
    leaseMs,
    firstPauseMs: 100,
    longestPauseMs: 1000,
  },
);
const log = (message: string, details?: object) => console.log(message, JSON.stringify(details));

if (process.argv[2] === 'node') {
  const app = bareApp({
    outbox,
    repository: REPOSITORIES[0] as string,
    secrets: [SECRET],
    health: { mode: 'crash', api },
    log,
  });
  serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' });
} else {
  const github = await connectToken({
    api,
    token: TOKEN,
    fetch: (input, init) => {
      const request = new Request(input, init);
      return fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(requestMs)]) });
    },
  });
  const gaps = gapsOfAll(github, [SECRET], 60_000);
  runLanes({
    outbox,
    owner: newId(),
    lanes: 3,
    log,
    work: (lease) =>
      workLane(lease, {
        gaps: () => gaps.open(parseLane(lease.lane)?.repository ?? ''),
        budget: async () => ({ granted: true, retryAfterMs: 0 }),
        requestMs,
        listLagMs: 0,
        paceMs: 0,
        notify: async () => {},
        recheck: async (lane) => {
          await outbox.accept({ lane, id: newId(), kind: 'recheck', body: null });
        },
        now: Date.now,
        log,
      }),
  });
}
