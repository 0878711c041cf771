import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GapCommand, type LaneBodies, renderLane } from '../../src/intake/index.ts';
import { newId } from '../../src/report/index.ts';
import { freePort } from '../support/process.ts';
import { type Product, startProduct } from '../support/product.ts';

let dataDir: string;
let port: number;
let product: Product;
const start = () => startProduct({ dataDir, env: { PORT: String(port) } });
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'patchwork-life-'));
  port = await freePort();
  product = await start();
});
afterAll(async () => {
  await product.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const WISH = 'Invoices cannot be fetched by their number.';
let server = 0;
interface Answer {
  id: string;
  message: string;
  gap?: number;
  seen?: number;
  workaround?: string;
  fixed_in?: string;
}
async function say(server_version = '', what_i_needed = WISH): Promise<Answer> {
  const sent = { server_name: `server-${server}`, what_i_needed, what_i_tried: 'x', suggestion: '', server_version };
  return (await product.report({ ...sent, session_id: newId() })) as Answer;
}
async function open(): Promise<number> {
  server += 1;
  const { id } = await say();
  return (await product.until(id, ({ gap }) => gap !== null)).gap as number;
}
async function command(issue: number, given: GapCommand): Promise<void> {
  const body: LaneBodies['command'] = { issue, command: given, actor: 'owner', at: new Date().toISOString() };
  const lane = renderLane('reports', product.repository);
  await product.server.outbox.accept({ lane, id: newId(), kind: 'command', body });
  await product.settled();
}
const issue = (number: number) => product.as('stranger', 'GET', `/issues/${number}`);
const labels = async (number: number) => (await issue(number)).labels.map(({ name }: { name: string }) => name);
const comments = (number: number) => product.as('stranger', 'GET', `/issues/${number}/comments`);
/** GitHub's times are whole seconds: what comes within the same one came before. */
async function close(number: number, reason: object = { state_reason: 'completed' }): Promise<void> {
  await product.as('owner', 'PATCH', `/issues/${number}`, { state: 'closed', ...reason });
  await product.settled();
  await sleep(2100);
}
async function countedIn(id: string, number: number): Promise<void> {
  await product.until(id, ({ gap }) => gap === number);
  await product.settled();
}

it('a report of a version that has the fix opens the issue again, once, and says why in one sentence', async () => {
  const gap = await open();
  await command(gap, { kind: 'fixed-in', version: '1.4.0' });
  await close(gap);
  const answer = await say('1.5.0');
  expect(answer).toMatchObject({ gap, seen: 2 });
  expect(answer.message).toContain('It was closed, and is opened again.');
  expect(answer.fixed_in).toBeUndefined();
  await countedIn(answer.id, gap);
  expect(await issue(gap)).toMatchObject({ state: 'open', state_reason: 'reopened' });
  expect(await labels(gap)).toContain('patchwork:regression');
  await countedIn((await say('1.5.1')).id, gap);
  const said = (await comments(gap)).filter(({ body }: { body: string }) => body.startsWith('**Reopened.**'));
  expect(said).toHaveLength(1);
  expect(said[0].body).toContain('Met in `1.5.0`, fixed in `1.4.0`.');
  expect((await issue(gap)).body).toMatch(/- Reopened on [\d-]+: met in `1.5.0`, though `1.4.0` should have it fixed/);
  expect((await issue(gap)).body).not.toContain('- Fixed in');
});

it('a report of an older version folds quietly, and its agent hears which version has it', async () => {
  const gap = await open();
  await command(gap, { kind: 'fixed-in', version: '1.4.0' });
  await command(gap, { kind: 'workaround', text: 'list_invoices, then look for it' });
  await close(gap);
  const answer = await say('1.3.2');
  expect(answer).toMatchObject({ gap, seen: 2, fixed_in: '1.4.0', workaround: 'list_invoices, then look for it' });
  expect(answer.message).toContain('Fixed in 1.4.0; this server runs 1.3.2.');
  await countedIn(answer.id, gap);
  expect((await issue(gap)).state).toBe('closed');
  expect(await labels(gap)).not.toContain('patchwork:regression');
  const unknown = await say();
  expect(unknown).toMatchObject({ fixed_in: '1.4.0' });
  await countedIn(unknown.id, gap);
  expect((await issue(gap)).state).toBe('closed');
});

it('what is not planned stays closed, and people hear of it when the fifth session meets it since', async () => {
  const gap = await open();
  // GitHub's times have whole seconds: what came within the second of the closing counts as later.
  const second = Math.floor(Date.now() / 1000);
  while (Math.floor(Date.now() / 1000) === second) await sleep(20);
  await close(gap, { state_reason: 'not_planned' });
  for (let i = 1; i <= 6; i += 1) {
    const answer = await say('2.0.0');
    expect(answer.message).toContain('Its maintainers do not plan to close it.');
    await countedIn(answer.id, gap);
    const said = (await comments(gap)).filter(({ body }: { body: string }) => body.includes('not planned'));
    expect(said, `${i} sessions`).toHaveLength(i < 5 ? 0 : 1);
  }
  expect(await issue(gap)).toMatchObject({ state: 'closed', state_reason: 'not_planned' });
});

it('reports of a duplicate count where its chain ends, however a person said so', async () => {
  const first = await open();
  const { id: secondId } = await say('', 'Refunds are nowhere to be seen.');
  const second = (await product.until(secondId, ({ gap }) => gap !== null)).gap as number;
  const { id: thirdId } = await say('', 'Exchange rates of last month are hidden.');
  const third = (await product.until(thirdId, ({ gap }) => gap !== null)).gap as number;
  // In GitHub's sidebar, and with its comment.
  await close(second, { state_reason: 'duplicate', duplicate_issue_id: (await issue(first)).id });
  await product.as('owner', 'POST', `/issues/${third}/comments`, { body: `Duplicate of #${second}` });
  await close(third, { state_reason: 'duplicate' });
  await countedIn((await say('', 'Refunds are nowhere to be seen.')).id, first);
  await countedIn((await say('', 'Exchange rates of last month are hidden.')).id, first);
  expect((await issue(second)).state).toBe('closed');

  // A circle leaves nothing open: the oldest is opened again.
  await product.as('owner', 'POST', `/issues/${first}/comments`, { body: `Duplicate of #${third}` });
  await close(first, { state_reason: 'duplicate' });
  await countedIn((await say('', 'Refunds are nowhere to be seen.')).id, first);
  expect((await issue(first)).state).toBe('open');
  expect(await labels(first)).not.toContain('patchwork:regression');
});

it('a duplicate of who knows what, or of an issue that is no gap, keeps its reports', async () => {
  const gap = await open();
  const other = await product.as('stranger', 'POST', '/issues', { title: 'Invoices', body: 'by number' });
  await close(gap, { state_reason: 'duplicate' });
  await countedIn((await say()).id, gap);
  await product.as('owner', 'POST', `/issues/${gap}/comments`, { body: `Duplicate of #${other.number}` });
  await product.settled();
  await countedIn((await say()).id, gap);
  expect((await issue(gap)).state).toBe('closed');
});

it('a locked issue gets one successor that points to it, and later reports go there', async () => {
  const gap = await open();
  await product.as('owner', 'PUT', `/issues/${gap}/lock`);
  await product.settled();
  const { id } = await say();
  const next = (await product.until(id, (item) => item.gap !== null)).gap as number;
  expect(next).not.toBe(gap);
  expect((await issue(next)).body).toContain(`- Goes on from #${gap}, which is locked`);
  await countedIn((await say()).id, next);
});

it('all this is the same after the outbox was deleted', async () => {
  const read = async () => (await product.ask('GET', '/api/export?format=json')).json;
  const before = await read();
  await product.settled();
  await product.stop();
  for (const file of ['outbox.db', 'outbox.db-wal', 'outbox.db-shm']) await rm(join(dataDir, file), { force: true });
  product = await start();
  expect(await read()).toEqual(before);
  server = 2;
  const old = await say('1.3.2');
  expect(old).toMatchObject({ fixed_in: '1.4.0', workaround: 'list_invoices, then look for it' });
  server = 3;
  expect((await say()).message).toContain('Its maintainers do not plan to close it.');
});
