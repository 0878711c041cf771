/**
 * What reports cost GitHub. `node test/bench/intake.ts [distinct]`
 *
 * A stream: 1,000 reports on gaps of which some are asked for much oftener than others (Zipf), some fifty a second, through the whole
 * product. A storm: 10,000 reports of as many gaps within a minute, then all of them into issues under GitHub's limits on content,
 * with a clock that jumps to when the budget grants the next write.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectToken } from '../../src/bot/index.ts';
import { gapsOfAll } from '../../src/cli/gaps.ts';
import { openForge } from '../../src/forge/index.ts';
import { renderLane, runLanes, workLane } from '../../src/intake/index.ts';
import { grant, type Spent } from '../../src/outbox/budget.ts';
import { type Lease, type Outbox, openOutbox } from '../../src/outbox/index.ts';
import { readReport } from '../../src/report/index.ts';
import { chance, needOf } from '../crash/chance.ts';

const distinct = Number(process.argv[2] ?? 10_000);
const GAPS = 200;
const SENDERS = 64;
const REPOSITORY = 'owner/weather';
const directory = mkdtempSync(join(tmpdir(), 'patchwork-bench-'));
/** The forge, and how it is asked. */
async function forgeAt(name: string, seen: (request: Request, answer: Response) => void) {
  const url = 'http://localhost';
  const forge = await openForge({ dir: join(directory, name), url });
  await forge.createRepository({ owner: 'owner', name: 'weather', files: { 'README.md': '# Weather\n' } });
  const github = await connectToken({
    api: `${url}/api/v3`,
    token: 'owner',
    async fetch(input, init) {
      const request = new Request(input, init);
      const answer = await forge.fetch(request);
      seen(request, answer);
      return answer;
    },
  });
  const gaps = await gapsOfAll(github, ['a secret of the bench'], 10_000).open(REPOSITORY);
  return { gaps, close: () => forge.close() };
}

/** As on github.com, but for the budget. */
const remote = {
  requestMs: 1000,
  listLagMs: 0,
  paceMs: 10_000,
  recheck: async () => {},
  notify: async () => {},
  now: Date.now,
  log() {},
};

async function stream(): Promise<void> {
  const counts = new Map<string, number>();
  const { gaps, close } = await forgeAt('stream', ({ method }, { status }) => {
    const name = method !== 'GET' ? 'writes' : status === 304 ? 'unchanged (free)' : 'reads';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  const outbox = await openOutbox({ file: join(directory, 'stream.db') });
  const work = (lease: Lease) =>
    workLane(lease, { ...remote, gaps: async () => gaps, budget: async () => ({ granted: true, retryAfterMs: 0 }) });
  const runner = runLanes({ outbox, owner: 'bench', work, lanes: 1, log: console.error });
  const next = chance('zipf');
  const weights = Array.from({ length: GAPS }, (_, rank) => 1 / (rank + 1));
  const sums = weights.map((_, rank) => weights.slice(0, rank + 1).reduce((sum, weight) => sum + weight, 0));
  for (let n = 0; n < 1000; n++) {
    const drawn = next() * (sums.at(-1) as number);
    await put(
      outbox,
      sums.findIndex((sum) => sum >= drawn),
      n,
    );
    await sleep(20);
  }
  while ((await outbox.stats()).waiting > 0) await sleep(100);
  await runner.stop();
  const parts = [...counts].map(([name, n]) => `${n} ${name}`).join(', ');
  console.log(`1,000 reports on ${gaps.index.all().length} gaps: ${parts}`);
  await outbox.close();
  await close();
}

async function put(outbox: Outbox, gap: number, n: number): Promise<void> {
  const body = {
    server_name: 'weather',
    what_i_needed: needOf(String(gap)),
    what_i_tried: 'Every tool there is.',
    gap_type: 'missing_tool',
    session_id: `session ${n}`,
  };
  const { report } = readReport(body, { now: new Date() });
  const lane = renderLane('reports', REPOSITORY);
  await outbox.accept({ lane, id: report.id, kind: 'report', key: report.id, body: report });
}

async function storm(): Promise<void> {
  const outbox = await openOutbox({ file: join(directory, 'storm.db') });
  const began = performance.now();
  let sent = 0;
  const sender = async () => {
    while (sent < distinct) await put(outbox, sent, sent++);
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  const acceptedMs = performance.now() - began;

  let clock = 0;
  const written: number[] = [];
  const { gaps, close } = await forgeAt('storm', ({ method, url }) => {
    if (method === 'POST' && /\/(?:issues|comments)$/.test(new URL(url).pathname)) written.push(clock);
  });
  let spent: Spent = [];
  const budget = async (_lane: string, writes: number) => {
    for (;;) {
      const { granted, retryAfterMs, ...rest } = grant(spent, clock, writes, false);
      spent = rest.spent;
      if (granted === writes) return { granted: true, retryAfterMs: 0 };
      clock += retryAfterMs;
    }
  };
  for (;;) {
    const lease = await outbox.claim('bench');
    if (!lease) break;
    await workLane(lease, { ...remote, gaps: async () => gaps, budget });
    if (process.stdout.isTTY) process.stdout.write(`\r${gaps.index.all().length} gaps `);
  }
  const most = (spanMs: number) => {
    let from = 0;
    return written.reduce((high, at, i) => {
      while ((written[from] as number) <= at - spanMs) from += 1;
      return Math.max(high, i - from + 1);
    }, 0);
  };
  const arrived = gaps.index.all().reduce((sum, gap) => sum + gap.reports.length, 0);
  const { waiting, dead } = await outbox.stats();
  console.log(
    `${distinct} reports accepted in ${(acceptedMs / 1000).toFixed(1)} s; ${arrived} in ${gaps.index.all().length} issues after ` +
      `${(clock / 3_600_000).toFixed(1)} simulated hours, ${waiting} waiting, ${dead} set aside; ` +
      `at most ${most(60_000)} creations in a minute (limit 80), ${most(3_600_000)} in an hour (limit 500)`,
  );
  if (arrived !== distinct || most(60_000) > 80 || most(3_600_000) > 500) process.exitCode = 1;
  await outbox.close();
  await close();
}

await stream();
await storm();
rmSync(directory, { recursive: true });
