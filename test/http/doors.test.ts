import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintKey } from '../../src/http/index.ts';
import { createLimiter } from '../../src/http/rate-limit.ts';
import { type Outbox, openOutbox } from '../../src/outbox/index.ts';
import { bareApp } from '../support/bare-app.ts';

const secret = 'a-secret-of-this-server';

describe('the doors', () => {
  let dir: string;
  let outbox: Outbox;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'patchwork-doors-'));
    outbox = await openOutbox({ file: join(dir, 'outbox.db') });
  });
  afterAll(async () => {
    await outbox.close();
    await rm(dir, { recursive: true, force: true });
  });
  const body = JSON.stringify({ what_i_needed: 'a', what_i_tried: 'b', gap_type: 'other' });
  const as = (key: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${key}`, ...more });

  it('count requests for each key and scope, say so, and close for whoever asks too often', async () => {
    const app = bareApp({ outbox, loopbackOnly: false, apiKeys: ['shared'], secrets: [secret], ratePerMinute: 3 });
    const { key } = await mintKey([secret], { repo: 'owner/sample', scopes: ['report:write', 'report:read'] });
    const post = (headers: Record<string, string>) => app.request('/api/feedback', { method: 'POST', headers, body });
    const first = await post(as('shared'));
    expect(first.status).toBe(201);
    expect(first.headers.get('ratelimit-policy')).toBe('"report:write";q=3;w=60');
    expect(first.headers.get('ratelimit')).toBe('"report:write";r=2;t=20');
    await post(as('shared'));
    await post(as('shared'));
    const refused = await post(as('shared'));
    expect([refused.status, ((await refused.json()) as any).error.code]).toEqual([429, 'rate_limited']);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(15);
    expect(wait).toBeLessThanOrEqual(20);
    expect((await post(as(key))).status).toBe(201);
    expect((await app.request('/api/servers', { headers: as('shared') })).status).toBe(200);
  });

  it('take old and new shared keys while they are rotated, and no other', async () => {
    const app = bareApp({ outbox, loopbackOnly: false, apiKeys: ['new-key', 'old-key'] });
    const status = async (key: string) => (await app.request('/api/servers', { headers: as(key) })).status;
    expect([await status('new-key'), await status('old-key'), await status('older-key'), await status('')]).toEqual([
      200, 200, 401, 401,
    ]);
  });

  it('take reports while GitHub cannot say which keys are revoked, and nothing else', async () => {
    const revoked = () => Promise.reject(new Error('GitHub is away'));
    const app = bareApp({ outbox, loopbackOnly: false, apiKeys: ['shared'], secrets: [secret], revoked });
    const { key } = await mintKey([secret], { repo: 'owner/sample', scopes: ['report:write', 'report:read'] });
    expect((await app.request('/api/feedback', { method: 'POST', headers: as(key), body })).status).toBe(201);
    const read = await app.request('/api/servers', { headers: as(key) });
    expect([read.status, ((await read.json()) as any).error.code]).toEqual([503, 'github_unavailable']);
    expect(read.headers.get('retry-after')).toBe('5');
  });

  it('are shut to pages of other origins unless these are configured', async () => {
    const page = 'https://dashboard.example';
    const own = { loopbackOnly: false, apiKeys: ['shared'] };
    const ask = (app: ReturnType<typeof bareApp>, origin: string, method = 'GET') =>
      app.request('/api/servers', {
        method,
        headers: as('shared', { host: 'feedback.example', origin, 'access-control-request-method': 'GET' }),
      });
    const closed = bareApp({ outbox, ...own });
    expect((await ask(closed, page)).status).toBe(403);
    expect((await ask(closed, 'https://feedback.example')).status).toBe(200);
    expect((await ask(closed, page, 'OPTIONS')).headers.get('access-control-allow-origin')).toBeNull();
    const open = bareApp({ outbox, ...own, origins: [page] });
    expect((await ask(open, page)).headers.get('access-control-allow-origin')).toBe(page);
    const preflight = await ask(open, page, 'OPTIONS');
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, page]);
    expect((await ask(open, 'https://evil.example')).status).toBe(403);
    const refused = await open.request('/api/servers', { headers: { host: 'feedback.example', origin: page } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, page]);
  });

  it('answer 304 to whoever has the answer already', async () => {
    const app = bareApp({ outbox });
    const ask = (headers: Record<string, string> = {}, method = 'GET') =>
      app.request('/openapi.json', { method, headers: { host: 'localhost', ...headers } });
    const tag = (await ask()).headers.get('etag') as string;
    expect(tag).toMatch(/^"[\w-]+"$/);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const reply = await ask({ 'if-none-match': known });
      expect([known, reply.status, await reply.text(), reply.headers.get('etag')]).toEqual([known, 304, '', tag]);
    }
    expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200);
    expect((await ask({}, 'HEAD')).headers.get('etag')).toBe(tag);
  });

  it('say which methods an address knows', async () => {
    const app = bareApp({ outbox });
    const reply = await app.request('/api/feedback/1', { method: 'DELETE', headers: { host: 'localhost' } });
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'HEAD, GET, PATCH']);
    expect(await reply.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
  });
});

describe('a limiter', () => {
  it('never grants more than its quota and what grew back, and grants again after what it said', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 200 }),
        (quota, pauses) => {
          let now = 0;
          const limiter = createLimiter(quota, () => now);
          let granted = 0;
          for (const pause of pauses) {
            now += pause;
            const { wait, left } = limiter.take('a');
            expect(left).toBeGreaterThanOrEqual(0);
            if (wait === undefined) granted += 1;
            else {
              now += wait * 1000;
              expect(limiter.take('a').wait).toBeUndefined();
              granted += 1;
            }
            expect(granted).toBeLessThanOrEqual(quota + (now * quota) / 60_000 + 1e-6);
          }
        },
      ),
    );
  });
});
