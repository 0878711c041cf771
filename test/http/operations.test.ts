import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mintKey } from '../../src/http/index.ts';
import { draftAnswer, type Product, startProduct } from '../support/product.ts';

const SECRET = 'a secret of at least sixteen characters';
const KEY = { authorization: 'Bearer the-shared-key' };

describe('figures and readiness', () => {
  let product: Product;
  let away = false;
  beforeAll(async () => {
    product = await startProduct({
      env: { FEEDBACK_API_KEY: 'the-shared-key', PATCHWORK_SECRET: SECRET, PATCHWORK_MODEL_PRICE: '3/15' },
      drafts: [draftAnswer([])],
      fault: async (_request, pass) => {
        if (away) throw new TypeError('fetch failed');
        return pass();
      },
    });
  });
  afterAll(() => product.stop());

  const text = async (path: string, headers: Record<string, string> = KEY) =>
    (await fetch(`${product.url}${path}`, { headers })).text();
  const figure = async (name: string) => {
    const line = (await text('/metrics')).split('\n').find((one) => one.startsWith(name));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };

  it('counts what is accepted, what becomes of it, and what GitHub and the model cost', async () => {
    const send = (fields: object) =>
      product.ask(
        'POST',
        '/api/feedback',
        { what_i_needed: 'A way', what_i_tried: 'Nothing', gap_type: 'other', ...fields },
        KEY,
      );
    const { json } = await send({ report_id: '01K0000000000000000000000A' });
    await send({ report_id: '01K0000000000000000000000A' });
    await send({ report_id: '01K0000000000000000000000A', what_i_tried: 'Another body' });
    await product.settled();
    await send({ report_id: '01K0000000000000000000000B', session_id: 'another' });
    await product.settled();
    const item = (await product.ask('GET', `/api/feedback/${json.id}`, undefined, KEY)).json;
    await product.as('owner', 'POST', `/issues/${item.gap}/labels`, { labels: ['patchwork:draft'] });
    await product.settled();

    expect(await figure('patchwork_accepted_total{kind="report",as="new"}')).toBe(2);
    expect(await figure('patchwork_accepted_total{kind="report",as="repeat"}')).toBe(1);
    expect(await figure('patchwork_accepted_total{kind="report",as="mismatch"}')).toBe(1);
    expect(await figure('patchwork_reports_total{how="opened"}')).toBe(2);
    expect(await figure('patchwork_reports_total{how="folded"}')).toBe(1);
    expect(await figure('patchwork_drafts_total{outcome="declined",reason="no_edits"}')).toBe(1);
    expect(await figure('patchwork_github_requests_total{method="POST",status="201"}')).toBeGreaterThan(2);
    expect(await figure('patchwork_github_budget_remaining{resource="core"}')).toBeGreaterThan(0);
    expect(await figure('patchwork_model_questions_total{stage="draft",result="answered"}')).toBe(1);
    expect(await figure('patchwork_queue_entries')).toBe(0);
    expect(await figure('patchwork_queue_age_seconds')).toBe(0);
    expect(await figure('patchwork_dead_letters')).toBe(0);
    expect(await figure('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  });

  it('shows figures to a key of its own repository only, and never a name', async () => {
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${product.url}/metrics`, { headers })).status;
    const key = async (repo: string, scope: 'report:read' | 'report:write') => ({
      authorization: `Bearer ${(await mintKey([SECRET], { repo, scopes: [scope] })).key}`,
    });
    expect(await status({})).toBe(401);
    expect(await status(await key('owner/other', 'report:read'))).toBe(403);
    expect(await status(await key(product.repository, 'report:write'))).toBe(403);
    expect(await status(await key(product.repository, 'report:read'))).toBe(200);
    const figures = await text('/metrics');
    expect(figures).not.toMatch(/cost-server|owner|Another body/);
  });

  it('is ready, says so when GitHub is away, and still takes reports then', async () => {
    expect((await product.ask('GET', '/readyz')).json).toEqual({
      status: 'ok',
      checks: { database: true, lanes: true, github: true },
    });
    away = true;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6 * 60_000 });
    const answer = await product.ask('GET', '/readyz');
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ status: 'degraded', checks: { database: true, lanes: true, github: false } });
    vi.useRealTimers();
    away = false;
  });
});
