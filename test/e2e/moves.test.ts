import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GapCommand, type LaneBodies, renderLane } from '../../src/intake/index.ts';
import { freePort } from '../support/process.ts';
import { type Item, type Product, startProduct } from '../support/product.ts';

/** Writes to GitHub, counted; one of them can fail. */
let writes = 0;
let failing: { at: number; when: 'before' | 'after' } | undefined;
let dataDir: string;
let port: number;
let product: Product;

const start = () =>
  startProduct({
    dataDir,
    env: { PORT: String(port) },
    async fault(request, pass) {
      if (request.method === 'GET' || request.url.includes('access_tokens')) return pass();
      writes += 1;
      if (failing?.at !== writes) return pass();
      if (failing.when === 'after') await pass();
      return new Response('{"message":"Server Error"}', {
        status: 502,
        headers: { 'content-type': 'application/json' },
      });
    },
  });
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'patchwork-moves-'));
  port = await freePort();
  product = await start();
});
afterAll(async () => {
  await product.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function command(issue: number, given: GapCommand): Promise<void> {
  const body: LaneBodies['command'] = { issue, command: given, actor: 'owner', at: new Date().toISOString() };
  const lane = renderLane('reports', product.repository);
  await product.server.outbox.accept({ lane, id: ulid(), kind: 'command', body });
}
const TRIED = 'looked everywhere';
async function report(what_i_needed: string, session_id = ulid()): Promise<Item> {
  const server_name = `server-${server}`;
  const { id } = await product.report({ server_name, what_i_needed, what_i_tried: TRIED, suggestion: '', session_id });
  return product.until(id, ({ gap }) => gap !== null);
}
const issue = (number: number) => product.as('stranger', 'GET', `/issues/${number}`);
const items = async (): Promise<Item[]> => (await product.ask('GET', '/api/export?format=json')).json;
/** Which reports count where; throws when one counts twice. */
async function places(): Promise<Record<string, number | null>> {
  const all = await items();
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  return Object.fromEntries(all.map(({ id, gap }) => [id, gap]));
}
/** Two wishes that nobody takes for one, of another server in each test. */
const WISHES = [
  'The weather is nowhere to be seen in the almanac.',
  'Payroll runs cannot be exported at all.',
] as const;
let server = 0;
function wishes(): readonly [string, string] {
  server += 1;
  return WISHES;
}

it('a merge moves all evidence, closes the issue as a duplicate, and later reports follow', async () => {
  const [weather, payroll] = wishes();
  const kept = await report(weather);
  const moved = await report(payroll);
  await report(payroll);
  const [from, into] = [moved.gap as number, kept.gap as number];
  await command(from, { kind: 'merge', into });
  await product.settled();
  const later = await report(payroll);
  expect(later.gap).toBe(into);
  expect(await product.until(kept.id, ({ seen }) => seen === 4)).toMatchObject({ gap: into });
  const closed = await issue(from);
  expect(closed).toMatchObject({ state: 'closed', state_reason: 'duplicate' });
  expect(closed.body).toContain(`- Merged into #${into} by \`owner\` on `);
  expect((await issue(into)).body).toContain(`- Took over reports of #${from} by \`owner\` on `);
  expect((await product.ask('GET', `/api/feedback/${from}`)).json.gap).toBe(into);
  const [evidence] = await product.as('stranger', 'GET', `/issues/${into}/comments`);
  expect(evidence.body).toContain(payroll);
});

it('a split takes a report and what came on its account into an issue of its own', async () => {
  const [weather, payroll] = wishes();
  const first = await report(weather);
  const second = await report(payroll);
  const again = await report(payroll);
  await command(second.gap as number, { kind: 'merge', into: first.gap as number });
  // Merged by a person, its issue is its home again.
  await command(first.gap as number, { kind: 'split', report: second.id });
  await product.settled();
  expect(await places()).toMatchObject({ [first.id]: first.gap, [second.id]: second.gap, [again.id]: second.gap });
  expect(await issue(second.gap as number)).toMatchObject({ state: 'open', state_reason: 'reopened' });
  expect((await issue(first.gap as number)).body).toContain(`- 2 reports were taken out into #${second.gap} by `);
  expect((await report(payroll)).gap).toBe(second.gap);
  expect((await report(weather)).gap).toBe(first.gap);
});

it('what folded by likeness gets an issue when it is split, and is kept apart from then on', async () => {
  const first = await report('get_costs has no date range: only the last 30 days are possible in the accounting tool');
  const alike = 'The costs of March. get_costs has no date range, only the last 30 days, in the accounting tool';
  const second = await report(alike);
  expect(second.gap).toBe(first.gap);
  await command(first.gap as number, { kind: 'split', report: second.id });
  await product.settled();
  const own = (await product.until(second.id, ({ gap }) => gap !== first.gap)).gap;
  expect((await report(alike)).gap).toBe(own);
  expect((await issue(own as number)).body).toContain(`A person took it out of #${first.gap}.`);
  const [evidence] = await product.as('stranger', 'GET', `/issues/${first.gap}/comments`);
  expect(evidence.body).toContain('The reports that stood here count in another issue');
  expect((await issue(first.gap as number)).body).toContain('| Reports | 1 |');
});

it('answers the same, and keeps what people said, after its outbox was deleted', async () => {
  const before = await items();
  await product.settled();
  await product.stop();
  for (const file of ['outbox.db', 'outbox.db-wal', 'outbox.db-shm']) await rm(join(dataDir, file), { force: true });
  product = await start();
  expect(await items()).toEqual(before);
  server = 1;
  const merged = before.find((item) => item.server_name === 'server-1');
  expect((await report(WISHES[1])).gap).toBe(merged?.gap);
  server = 2;
  const apart = before.find(({ what_i_needed }) => what_i_needed.startsWith('The costs of March'));
  expect((await report(apart?.what_i_needed ?? '')).gap).toBe(apart?.gap);
});

it('what cannot be merged or split is refused, and nothing changes', async () => {
  const [weather] = wishes();
  const first = await report(weather);
  const before = await places();
  const gap = first.gap as number;
  await command(gap, { kind: 'merge', into: 9999 });
  await command(gap, { kind: 'merge', into: gap });
  await command(gap, { kind: 'split', report: first.id });
  await command(gap, { kind: 'split', report: ulid() });
  await product.settled();
  expect(await places()).toEqual(before);
  expect((await product.server.outbox.stats()).dead).toBe(0);
});

it('interrupted at any of its writes, a move ends as if nothing had happened, and every report counts once all the time', async () => {
  for (const kind of ['merge', 'split'] as const) {
    for (let at = 1; ; at += 1) {
      const [weather, payroll] = wishes();
      const [first, second] = [await report(weather), await report(payroll)];
      const again = await report(payroll);
      await product.settled();
      const [into, from] = [first.gap as number, second.gap as number];
      if (kind === 'split') {
        await command(from, { kind: 'merge', into });
        await product.settled();
      }
      const count = (await items()).length;
      writes = 0;
      // Every other time GitHub does what was asked, and only its answer is lost.
      failing = { at, when: at % 2 === (kind === 'merge' ? 0 : 1) ? 'after' : 'before' };
      await (kind === 'merge' ? command(from, { kind, into }) : command(into, { kind, report: second.id }));
      while ((await product.server.outbox.stats()).waiting) expect(Object.keys(await places())).toHaveLength(count);
      const reached = writes >= at;
      failing = undefined;
      const there = kind === 'merge' ? into : from;
      expect(await places(), `${kind} ${at}`).toMatchObject({
        [first.id]: into,
        [second.id]: there,
        [again.id]: there,
      });
      const state = kind === 'merge' ? 'closed' : 'open';
      expect(await issue(from), `${kind} ${at}`).toMatchObject({ state });
      for (const number of [from, into]) {
        const comments = await product.as('stranger', 'GET', `/issues/${number}/comments`);
        expect(comments.length, `${kind} ${at} #${number}`).toBeLessThanOrEqual(1);
      }
      if (!reached) break;
    }
  }
}, 120_000);
