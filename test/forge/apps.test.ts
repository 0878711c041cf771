import { createHmac, createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Opened, openSample, R } from './opened.ts';

let at: Opened;
let now = new Date('2026-03-01T10:00:00Z');
beforeAll(async () => {
  at = await openSample({ now: () => now });
  await at.forge.createRepository({ owner: 'owner', name: 'other', files: { a: 'a' } });
});
beforeEach(async () => {
  await at.heard();
});
afterAll(() => at.close());

const seconds = () => Math.floor(now.getTime() / 1000);
const jwt = (claims: object = {}, key = at.app.privateKey) =>
  new SignJWT({ iat: seconds() - 30, exp: seconds() + 300, iss: String(at.app.id), ...claims })
    .setProtectedHeader({ alg: 'RS256' })
    .sign(createPrivateKey(key));

async function call(token: string, method: string, path: string, body?: unknown) {
  const answer = await at.forge.fetch(
    new Request(`http://localhost:8099/api/v3${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const text = await answer.text();
  return { status: answer.status, json: text ? JSON.parse(text) : null };
}

const mint = async (narrow: object = {}) =>
  call(await jwt(), 'POST', `/app/installations/${at.installation}/access_tokens`, narrow);
const token = async (narrow: object = {}) => (await mint(narrow)).json.token as string;

describe('an App', () => {
  test('is known by its key, its clock and its issuer', async () => {
    expect((await call(await jwt(), 'GET', '/app')).json).toMatchObject({ slug: 'patchwork', installations_count: 1 });
    expect((await call(await jwt({ iss: at.app.clientId }), 'GET', '/app')).status).toBe(200);
    const other = await at.forge.registerApp({
      slug: 'other',
      name: 'Other',
      permissions: {},
      events: [],
      webhookUrl: 'http://other.test',
      webhookSecret: 'x',
    });
    expect((await call(await jwt({}, other.privateKey), 'GET', '/app')).status).toBe(401);
    expect((await call(await jwt({ exp: seconds() - 120 }), 'GET', '/app')).status).toBe(401);
    expect((await call(await jwt({ exp: seconds() + 3600 }), 'GET', '/app')).status).toBe(401);
    expect((await call(await jwt({ iss: '999' }), 'GET', '/app')).status).toBe(401);
    const [head, , signature] = (await jwt()).split('.');
    const forged = Buffer.from(
      JSON.stringify({ iss: String(at.app.id), exp: seconds() + 60, iat: seconds() }),
    ).toString('base64url');
    expect((await call(`${head}.${forged}.${signature}`, 'GET', '/app')).status).toBe(401);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect((await call(`${none}.${forged}.`, 'GET', '/app')).status).toBe(401);
  });

  test('speaks with its JWT only about itself', async () => {
    expect((await call(await jwt(), 'POST', `${R}/issues`, { title: 'x' })).status).toBe(401);
    expect((await call('writer', 'GET', '/app')).status).toBe(401);
    expect((await call(await jwt(), 'POST', '/app/installations/99/access_tokens')).status).toBe(404);
  });

  test('acts through its installation as a bot', async () => {
    const bot = await token();
    const { json } = await call(bot, 'POST', `${R}/issues`, { title: 'From the bot', labels: ['x'] });
    expect(json).toMatchObject({
      user: { login: 'patchwork[bot]', type: 'Bot' },
      performed_via_github_app: { slug: 'patchwork' },
      labels: [{ name: 'x' }],
    });
    expect((await call(bot, 'GET', '/user')).status).toBe(403);
    expect((await call(bot, 'GET', '/installation/repositories')).json.total_count).toBe(2);
  });

  test('may do what the token was narrowed to and nothing else', async () => {
    const reader = await token({ permissions: { issues: 'read' }, repositories: ['sample'] });
    expect((await call(reader, 'GET', `${R}/issues`)).status).toBe(200);
    const refused = await call(reader, 'POST', `${R}/issues`, { title: 'x' });
    expect([refused.status, refused.json.message]).toEqual([403, 'Resource not accessible by integration']);
    expect((await call(reader, 'GET', `${R}/contents/README.md`)).status).toBe(403);
    expect((await call(reader, 'GET', '/repos/owner/other/issues')).status).toBe(403);
    expect((await mint({ permissions: { administration: 'write' } })).status).toBe(422);
    expect((await mint({ repositories: ['nothing'] })).status).toBe(422);
    const writer = await token({ repositories: ['other'] });
    expect((await call(writer, 'POST', `${R}/issues`, { title: 'x' })).status).toBe(403);
    expect((await call(writer, 'POST', '/repos/owner/other/issues', { title: 'x' })).status).toBe(201);
  });

  test('loses its token after an hour, or when it gives it back', async () => {
    const [old, returned] = [await token(), await token()];
    expect((await call(returned, 'DELETE', '/installation/token')).status).toBe(204);
    expect((await call(returned, 'GET', R)).status).toBe(401);
    now = new Date(now.getTime() + 59 * 60_000);
    expect((await call(old, 'GET', R)).status).toBe(200);
    now = new Date(now.getTime() + 2 * 60_000);
    expect((await call(old, 'GET', R)).status).toBe(401);
  });

  test('does not touch workflows without that permission', async () => {
    const bot = await token();
    const put = (path: string) =>
      call(bot, 'PUT', `${R}/contents/${path}`, { message: 'x', content: Buffer.from('on: push').toString('base64') });
    expect((await put('.github/workflows/ci.yml')).status).toBe(403);
    expect((await put('.github/other.yml')).status).toBe(201);
  });

  test('is the only one to write check runs', async () => {
    const { object } = await at.ask('', 'GET', `${R}/git/ref/heads/main`);
    const run = { name: 'replay', head_sha: object.sha, status: 'completed', conclusion: 'success' };
    expect((await call('owner', 'POST', `${R}/check-runs`, run)).status).toBe(403);
    const output = { title: 'x', summary: 'x'.repeat(65_536) };
    const bot = await token();
    expect((await call(bot, 'POST', `${R}/check-runs`, { ...run, output })).status).toBe(422);
    expect((await call(bot, 'POST', `${R}/check-runs`, run)).status).toBe(201);
    expect((await at.ask('', 'GET', `${R}/commits/main/check-runs`)).total_count).toBe(1);
    expect(await at.heard()).toEqual(['push', 'check_run.created', 'check_run.completed'].slice(1));
  });
});

describe('a webhook', () => {
  test('carries GitHub’s headers, a true signature and its installation', async () => {
    await at.ask('writer', 'POST', `${R}/issues`, { title: 'x' });
    await at.forge.settled();
    const [one] = at.sent;
    expect(Object.fromEntries(one?.headers ?? [])).toMatchObject({
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-github-delivery': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'x-github-hook-installation-target-type': 'integration',
      'x-github-hook-installation-target-id': String(at.app.id),
      'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
      'x-hub-signature-256': `sha256=${createHmac('sha256', 'secret')
        .update(one?.body ?? '')
        .digest('hex')}`,
    });
    expect(one?.payload).toMatchObject({ installation: { id: at.installation }, sender: { login: 'writer' } });
  });

  test('that fails is in the log, is not tried again, and can be sent again under its id', async () => {
    at.receive.answer = () => new Response('no', { status: 500 });
    await at.ask('writer', 'POST', `${R}/issues`, { title: 'x' });
    expect(await at.heard()).toEqual(['issues.opened']);
    at.receive.answer = () => new Response('ok');
    const failed = (await call(await jwt(), 'GET', '/app/hook/deliveries?status=failure')).json;
    expect(failed).toMatchObject([{ event: 'issues', action: 'opened', status_code: 500, redelivery: false }]);
    const full = (await call(await jwt(), 'GET', `/app/hook/deliveries/${failed[0].id}`)).json;
    expect(full).toMatchObject({
      request: { payload: { action: 'opened' } },
      response: { payload: 'no' },
      guid: failed[0].guid,
    });
    expect((await call(await jwt(), 'POST', `/app/hook/deliveries/${failed[0].id}/attempts`)).status).toBe(202);
    await at.forge.settled();
    expect(at.sent.map(({ headers }) => headers.get('x-github-delivery'))).toEqual([failed[0].guid]);
    const [newest] = (await call(await jwt(), 'GET', '/app/hook/deliveries')).json;
    expect(newest).toMatchObject({ guid: failed[0].guid, redelivery: true, status_code: 200 });
  });

  test('that waits when the forge stops is sent when it starts again', async () => {
    at.receive.answer = () => new Promise(() => {});
    await at.ask('writer', 'POST', `${R}/issues`, { title: 'waits' });
    at.receive.answer = () => new Response('ok');
    await at.reopen();
    await at.forge.settled();
    expect(at.sent.filter(({ payload }) => payload.issue?.title === 'waits').length).toBeGreaterThan(0);
    expect((await call(await jwt(), 'GET', '/app/hook/deliveries')).json[0]).toMatchObject({ status_code: 200 });
  });

  test('is not sent for events the App did not ask for, nor for what others install', async () => {
    await at.forge.createRepository({ owner: 'acme', name: 'thing', files: { a: 'a' } });
    await at.ask('owner', 'POST', '/repos/acme/thing/issues', { title: 'x' });
    await at.ask('writer', 'POST', `${R}/labels`, { name: 'quiet' });
    expect(await at.heard()).toEqual([]);
    await at.forge.createRepository({ owner: 'owner', name: 'third', files: { a: 'a' } });
    expect(await at.heard()).toContain('installation_repositories.added');
  });

  test('of one’s own kind is dispatched by people who may push', async () => {
    await at.ask('stranger', 'POST', `${R}/dispatches`, { event_type: 'go' }, 404);
    await at.ask('writer', 'POST', `${R}/dispatches`, { event_type: 'go', client_payload: { a: 1 } }, 204);
    await at.forge.settled();
    expect(at.sent).toMatchObject([
      { name: 'repository_dispatch.go', payload: { branch: 'main', client_payload: { a: 1 } } },
    ]);
  });
});
