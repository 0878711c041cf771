import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events } from '../support/events.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { type Product, SAMPLE_REPORT, startProduct } from '../support/product.ts';

const { draft } = JSON.parse(
  await readFile(new URL('../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);

/** The fields of an entry in the first generation's API. */
const ENTRY = {
  id: expect.any(String),
  server_name: expect.any(String),
  timestamp: expect.any(String),
  what_i_needed: expect.any(String),
  what_i_tried: expect.any(String),
  gap_type: expect.any(String),
  suggestion: expect.any(String),
  user_goal: expect.any(String),
  resolution: expect.any(String),
  agent_model: expect.any(String),
  tools_available: expect.any(Array),
  session_id: expect.any(String),
  client_type: expect.any(String),
  reviewed: expect.any(Boolean),
  pr_url: expect.any(String),
  notes: expect.any(Array),
};

/** Walks every route as a program written for the first generation does, and expects what that program expects. */
describe('a program written for the original API', () => {
  let product: Product;
  let model: ModelServer;
  let id: string;
  let other: string;
  beforeAll(async () => {
    model = await startModelServer(async () => JSON.stringify(draft[0].json));
    product = await startProduct({ model: model.env });
  });
  afterAll(async () => {
    await product.stop();
    await model.close();
  });
  const list = async (query = '') => {
    const { status, json } = await product.ask('GET', `/api/feedback${query}`);
    expect(status, query).toBe(200);
    return (json as { id: string }[]).map((item) => item.id);
  };

  it('records what was missed', async () => {
    const first = await product.ask('POST', '/api/feedback', SAMPLE_REPORT);
    expect([first.status, first.json]).toEqual([201, expect.objectContaining({ status: 'recorded' })]);
    id = first.json.id;
    const second = await product.ask('POST', '/api/feedback', {
      server_name: 'other-server',
      what_i_needed: 'A list of all budgets with their owners.',
      what_i_tried: 'Nothing fits.',
      gap_type: 'missing_tool',
      resolution: 'partial',
      session_id: 'session-2',
    });
    other = second.json.id;
    expect((await product.ask('POST', '/api/feedback', { what_i_tried: 'x', gap_type: 'other' })).status).toBe(422);
    await product.settled();
  });

  it('lists it, newest first, with each filter', async () => {
    const { json } = await product.ask('GET', '/api/feedback');
    expect(json).toEqual([expect.objectContaining(ENTRY), expect.objectContaining(ENTRY)]);
    expect(await list()).toEqual([other, id]);
    expect(await list('?server_name=cost-server')).toEqual([id]);
    expect(await list('?gap_type=missing_tool')).toEqual([other]);
    expect(await list('?gap_type=no_such_type')).toEqual([]);
    expect(await list('?resolution=blocked')).toEqual([id]);
    expect(await list('?session_id=session-2')).toEqual([other]);
    for (const no of ['false', '0', 'no', 'off', 'False']) expect(await list(`?reviewed=${no}`)).toEqual([other, id]);
    expect(await list('?reviewed=true')).toEqual([]);
    expect(await list('?limit=1')).toEqual([other]);
    expect(await list('?server_name=&gap_type=&resolution=&session_id=')).toEqual([other, id]);
    expect((await product.ask('GET', '/api/feedback?limit=201')).status).toBe(422);
  });

  it('reads one', async () => {
    const { status, json } = await product.ask('GET', `/api/feedback/${id}`);
    expect([status, json]).toEqual([
      200,
      expect.objectContaining({ ...ENTRY, id, reviewed: false, pr_url: '', notes: [] }),
    ]);
    expect((await product.ask('GET', '/api/feedback/0c7c9d4e-6f3a-4d0e-9c0b-0c7c9d4e6f3a')).status).toBe(404);
  });

  it('marks it as reviewed, and not', async () => {
    expect(await product.ask('PATCH', `/api/feedback/${id}`, { reviewed: true })).toMatchObject({
      status: 200,
      json: { status: 'updated' },
    });
    expect(await list('?reviewed=true')).toEqual([id]);
    await product.ask('PATCH', `/api/feedback/${id}`, { reviewed: false });
    expect(await list('?reviewed=true')).toEqual([]);
    await product.ask('PATCH', `/api/feedback/${id}`, {});
    expect(await list('?reviewed=true')).toEqual([id]);
    expect((await product.ask('PATCH', '/api/feedback/none', { reviewed: true })).status).toBe(404);
  });

  it('adds notes', async () => {
    const { status, json } = await product.ask('POST', `/api/feedback/${id}/notes`, { content: 'Filter in SQL.' });
    expect([status, json]).toEqual([201, { id: expect.any(String), status: 'recorded' }]);
    const read = (await product.ask('GET', `/api/feedback/${id}`)).json;
    expect(read.notes).toEqual([
      expect.objectContaining({ id: json.id, timestamp: expect.any(String), content: 'Filter in SQL.' }),
    ]);
    expect((await product.ask('POST', '/api/feedback/none/notes', { content: 'x' })).status).toBe(404);
    expect((await product.ask('POST', `/api/feedback/${id}/notes`, {})).status).toBe(422);
  });

  it('counts', async () => {
    expect((await product.ask('GET', '/api/stats')).json).toMatchObject({
      total: 2,
      unreviewed: 1,
      note_count: 1,
      by_server: expect.arrayContaining([{ server_name: 'cost-server', count: 1 }]),
      by_gap_type: expect.arrayContaining([{ gap_type: 'missing_tool', count: 1 }]),
      by_resolution: expect.arrayContaining([{ resolution: 'blocked', count: 1 }]),
    });
  });

  it('drafts a pull request and hears how it goes', async () => {
    await product.settled();
    const post = (path: string) => fetch(`${product.url}${path}`, { method: 'POST' });
    const reply = await post(`/api/feedback/${id}/draft-pr`);
    expect(reply.headers.get('content-type')).toContain('text/event-stream');
    const all = await events(reply);
    expect(new Set(all.map(({ event }) => event))).toEqual(new Set(['step', 'detail', 'done']));
    expect(all.at(-1)?.data).toMatchObject({ pr_url: expect.stringContaining('/pull/'), branch: expect.any(String) });
    const read = (await product.ask('GET', `/api/feedback/${id}`)).json;
    expect(all.at(-1)?.data).toMatchObject({ pr_url: read.pr_url });
    expect((await post(`/api/feedback/${id}/draft-pr`)).status).toBe(409);
    expect((await events(await post(`/api/feedback/${id}/draft-pr?force=true`))).at(-1)?.event).toBe('done');
    expect((await post('/api/feedback/none/draft-pr')).status).toBe(404);
  });

  it('reads and saves settings, of whose secrets only the end is ever seen', async () => {
    const names = [
      'github_pat',
      'github_repo',
      'anthropic_api_key',
      'openai_api_key',
      'default_branch',
      'llm_provider',
    ];
    const before = (await product.ask('GET', '/api/settings')).json;
    expect(before).toMatchObject(Object.fromEntries([...names, 'llm_model'].map((name) => [name, ''])));
    expect(before.configured).toBe(true);

    const key = 'sk-ant-a-key-for-the-test-1234';
    const unchanged = Object.fromEntries(names.map((name) => [name, '']));
    const saved = await product.ask('PUT', '/api/settings', { ...unchanged, anthropic_api_key: key, llm_model: 'm-1' });
    expect([saved.status, saved.json]).toEqual([200, { status: 'saved', restart: false }]);
    expect((await product.ask('GET', '/api/settings')).json).toMatchObject({
      anthropic_api_key: '****1234',
      llm_model: 'm-1',
      configured: true,
    });
    const file = join(product.dataDir, '.env');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain(key);
    expect((await readdir(product.dataDir)).filter((name) => name.startsWith('.env'))).toEqual(['.env']);

    const bad = await product.ask('PUT', '/api/settings', { llm_provider: 'compatible' });
    expect([bad.status, bad.json.error.code]).toEqual([422, 'invalid_settings']);
    expect((await product.ask('PUT', '/api/settings', { default_branch: 'main' })).status).toBe(422);
    const foreign = { origin: 'https://evil.example' };
    expect((await product.ask('PUT', '/api/settings', { llm_model: 'evil' }, foreign)).status).toBe(403);
    expect((await product.ask('GET', '/api/settings')).json.llm_model).toBe('m-1');

    const github = await product.ask('PUT', '/api/settings', { github_pat: 'ghp_0123456789', github_repo: 'o/r' });
    expect(github.json).toEqual({ status: 'saved', restart: true });
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/^PATCHWORK_SECRET='[0-9a-f]{64}'$/m);
    expect(text).toContain(`ANTHROPIC_API_KEY='${key}'`);
  });
});
