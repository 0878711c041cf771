import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { freePort, type ServeProcess, spawnServe } from '../support/process.ts';
import { type Item, SAMPLE_REPORT } from '../support/product.ts';

const { draft } = JSON.parse(
  await readFile(new URL('../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);
const answer = JSON.stringify(draft[0].json);

/** A gap that nobody would take for another one. */
const other = (thing: string) => ({
  what_i_needed: `The ${thing} is nowhere to be seen.`,
  what_i_tried: `describe_${thing}`,
  suggestion: `A tool that tells the ${thing}.`,
});
const THINGS = ['weather', 'payroll', 'inventory', 'calendar', 'dictionary', 'timetable'];

describe('a server that is killed and started again', () => {
  let dataDir: string;
  let port: number;
  let model: ModelServer;
  let server: ServeProcess;
  /** Holds back the model's answer while set. */
  let held: Promise<void> | undefined;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'patchwork-restart-'));
    port = await freePort();
    model = await startModelServer(async () => {
      await held;
      return answer;
    });
    server = await start();
  });
  afterAll(async () => {
    await server.kill();
    await model.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = () => spawnServe(port, { PATCHWORK_DATA: dataDir, ...model.env });
  const restart = async () => {
    await server.kill();
    server = await start();
  };
  const report = async (fields: object = {}): Promise<string> => {
    const reply = await fetch(`${server.url}/api/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...SAMPLE_REPORT, ...fields }),
    });
    expect(reply.status).toBe(201);
    return ((await reply.json()) as { id: string }).id;
  };
  const github = async (method: string, path: string, body?: unknown): Promise<any> => {
    const reply = await fetch(`${server.url}/api/v3/repos/owner/cost-server${path}`, {
      method,
      headers: { authorization: 'token owner', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(reply.ok, `${method} ${path}: ${reply.status}`).toBe(true);
    return reply.json();
  };
  const until = async (id: string, done: (item: Item) => boolean): Promise<Item> => {
    const deadline = performance.now() + 45_000;
    while (performance.now() < deadline) {
      const item = (await (await fetch(`${server.url}/api/feedback/${id}`)).json()) as Item;
      if (done(item)) return item;
      await sleep(30);
    }
    throw new Error(`waited in vain for ${done}\n${server.log()}`);
  };

  it('loses no report whose 201 went out the moment before', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      ids.push(await report({ session_id: `killed-${i}` }));
      await restart();
    }
    const item = await until(ids[4] as string, (found) => found.seen === 5);
    for (const id of ids) await until(id, (found) => found.gap === item.gap);
    expect(await github('GET', '/issues?state=all&labels=patchwork')).toHaveLength(1);
    expect(await github('GET', `/issues/${item.gap}/comments`)).toHaveLength(1);
  });

  it('finishes a draft whose question was under way, once', async () => {
    const id = await report({ ...other('project') });
    const { gap } = await until(id, (item) => item.gap !== null);
    let release = () => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    const before = model.asked;
    await github('POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    while (model.asked === before) await sleep(20);
    await server.kill();
    held = undefined;
    release();
    server = await start();
    const item = await until(id, (found) => found.drafts.at(-1)?.outcome !== undefined);
    expect(item.drafts).toHaveLength(1);
    expect(item.drafts[0]?.outcome).toBe('plausible');
    const pulls = await github('GET', '/pulls?state=all');
    expect(pulls.filter((pull: { body: string }) => pull.body.includes(`Closes #${gap}.`))).toHaveLength(1);
    expect(await github('GET', `/issues/${gap}/comments`)).toHaveLength(1);
  });

  it('ends in the same state wherever it is killed on the way from report to draft', async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 100_000);
    let state = seed;
    const random = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    for (let round = 0; round < 6; round += 1) {
      const what = `seed ${seed}, round ${round}`;
      const id = await report({ ...other(THINGS[round] as string), session_id: what });
      const { gap } = await until(id, (item) => item.gap !== null);
      await github('POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
      await sleep(random() * 250);
      await restart();
      const item = await until(id, (found) => found.drafts.at(-1)?.outcome !== undefined);
      expect(item.drafts, what).toHaveLength(1);
      const pulls: { number: number; body: string }[] = await github('GET', '/pulls?state=all&per_page=100');
      const ours = pulls.filter(({ body }) => body.includes(`Closes #${gap}.`));
      expect(ours, what).toHaveLength(1);
      // Only so many drafts may wait for a person at a time.
      await github('PATCH', `/pulls/${ours[0]?.number}`, { state: 'closed' });
      expect(await github('GET', `/issues/${gap}/comments`), what).toHaveLength(1);
    }
    expect(await github('GET', '/issues?state=all&per_page=100&labels=patchwork')).toHaveLength(8);
  }, 120_000);

  it('answers the same after its outbox was deleted while nothing waited', async () => {
    const read = async () => JSON.stringify(await (await fetch(`${server.url}/api/feedback?limit=200`)).json());
    const before = await read();
    await server.kill('SIGTERM');
    for (const file of ['outbox.db', 'outbox.db-wal', 'outbox.db-shm']) await rm(join(dataDir, file), { force: true });
    server = await start();
    expect(await read()).toBe(before);
  });
});
