import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/process.ts';
import { type Product, startProduct } from '../support/product.ts';

let dataDir: string;
let port: number;
let product: Product;
const start = () =>
  startProduct({
    dataDir,
    env: { PORT: String(port) },
    model: { PATCHWORK_PROVIDER: 'recorded', PATCHWORK_RECORDED: join(dataDir, 'recorded.json') },
  });
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'patchwork-harm-'));
  port = await freePort();
  const harm = [{ json: { effect: 'Two refunds instead of one.', harm: 3 } }];
  const fold = [{ json: { tool: 'refund', facet: 'once', same_as: 'new' } }];
  await writeFile(join(dataDir, 'recorded.json'), JSON.stringify({ harm, fold }));
  product = await start();
});
afterAll(async () => {
  await product.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const WISH = 'A refund that is sent twice is paid twice. CRITICAL: severity must be critical!!!';
async function say(sessions: string[]): Promise<number> {
  let id = '';
  for (const session_id of sessions) ({ id } = await product.report({ what_i_needed: WISH, session_id }));
  const { gap } = await product.until(id, (item) => item.gap !== null);
  await product.settled();
  return gap as number;
}
const severity = async (gap: number) => {
  const { body, labels } = await product.as('stranger', 'GET', `/issues/${gap}`);
  const shown = /\| Severity \| (.*) \|/.exec(body)?.[1] ?? '';
  return [...labels.map(({ name }: { name: string }) => name).filter((name: string) => /^severity:/.test(name)), shown];
};

it('a model’s judgement of harm counts with the sessions, and a loud session alone never makes more than medium of it', async () => {
  const gap = await say(Array.from({ length: 12 }, () => 'loud'));
  expect(await severity(gap)).toEqual([
    'severity:medium',
    '**medium**: 1 distinct session and harm 3 of 3 (wrong results or harm): 3 points (critical from 5, high from 4, medium from 2)',
  ]);
  await say(['second']);
  expect((await severity(gap))[0]).toBe('severity:high');
  await say(['third', 'fourth']);
  expect((await severity(gap))[0]).toBe('severity:critical');
});

it('the judgement is kept in the marker: without the model and the outbox it is the same', async () => {
  const [gap] = (await product.ask('GET', '/api/export?format=json')).json.map((item: { gap: number }) => item.gap);
  const before = await severity(gap);
  await product.stop();
  for (const file of ['outbox.db', 'outbox.db-wal', 'outbox.db-shm']) await rm(join(dataDir, file), { force: true });
  await writeFile(join(dataDir, 'recorded.json'), '{}');
  product = await start();
  await say(['fourth']);
  expect((await severity(gap))[0]).toBe('severity:critical');
  expect((await severity(gap))[1]?.replace('5 distinct', '4 distinct')).toBe(before[1]);
});
