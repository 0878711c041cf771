import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { beforeEach, expect, test } from 'vitest';
import { type Mishap, mishapFetch, type Trouble, troubledServer } from '../support/faults.ts';
import { type Opened, openSample, R } from './opened.ts';

let at: Opened;
let server: Awaited<ReturnType<typeof troubledServer>>;
let mishaps: Record<string, Mishap>;
let arrived: { event: string; guid: string | null }[];

const receiver: typeof fetch = async (_input, init) => {
  const headers = new Headers(init?.headers);
  const { action } = JSON.parse(String(init?.body)) as { action?: string };
  arrived.push({ event: `${headers.get('x-github-event')}.${action}`, guid: headers.get('x-github-delivery') });
  return new Response('ok');
};

beforeEach(async () => {
  [mishaps, arrived] = [{}, []];
  const deliver = mishapFetch(receiver, (headers) => mishaps[headers.get('x-github-event') ?? '']);
  at = await openSample({ fetch: deliver });
  server = await troubledServer((request) => at.forge.fetch(request));
  arrived.length = 0;
  return async () => {
    await server.close();
    await at.close();
  };
});

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const Careful = Octokit.plugin(retry, throttling);
const octokit = () =>
  new Careful({
    baseUrl: `${server.url}/api/v3`,
    auth: 'writer',
    log: QUIET,
    throttle: { onRateLimit: () => true, onSecondaryRateLimit: () => true, fallbackSecondaryRateRetryAfter: 1 },
    retry: { retries: 2 },
  });
const REPO = { owner: 'owner', repo: 'sample' };
const creates = (request: Request) => request.method === 'POST';
const create = () => octokit().rest.issues.create({ ...REPO, title: 'In trouble' });
const issues = async () => (await at.ask('writer', 'GET', `${R}/issues`)) as object[];

test.each<[string, Trouble]>([
  ['a bad gateway', { kind: 'status', status: 502 }],
  ['a wish to wait', { kind: 'wait', seconds: 1 }],
])('%s is got over by a client that tries again', async (_, trouble) => {
  server.plan(creates, trouble);
  expect((await create()).status).toBe(201);
  expect(await issues()).toHaveLength(1);
});

test('a connection that breaks leaves nobody knowing whether it was done', async () => {
  const plain = new Octokit({ baseUrl: `${server.url}/api/v3`, auth: 'writer', log: QUIET });
  const tried = () => plain.rest.issues.create({ ...REPO, title: 'In trouble' });
  server.plan(creates, { kind: 'reset', done: false }, { kind: 'reset', done: true });
  await expect(tried()).rejects.toThrow();
  expect(await issues()).toHaveLength(0);
  await expect(tried()).rejects.toThrow();
  expect(await issues()).toHaveLength(1);
});

test('an answer that never comes is given up on', async () => {
  server.plan(creates, { kind: 'stall' });
  const request = { signal: AbortSignal.timeout(200) };
  const plain = new Octokit({ baseUrl: `${server.url}/api/v3`, auth: 'writer', log: QUIET });
  await expect(plain.rest.issues.create({ ...REPO, title: 'In trouble', request })).rejects.toThrow(/abort|timeout/i);
  expect(await issues()).toHaveLength(0);
});

async function openAndComment() {
  const { number } = await at.ask('writer', 'POST', `${R}/issues`, { title: 'Told of' });
  await at.ask('writer', 'POST', `${R}/issues/${number}/comments`, { body: 'A note' });
}
const events = () => arrived.map(({ event }) => event);

test('a webhook that is lost is in the log, and comes when it is asked for again', async () => {
  mishaps = { issues: 'lose' };
  await openAndComment();
  await at.forge.settled();
  expect(events()).toEqual(['issue_comment.created']);
  const { createAppAuth } = await import('@octokit/auth-app');
  const { token } = await createAppAuth({ appId: at.app.id, privateKey: at.app.privateKey })({ type: 'app' });
  const bearer = { authorization: `bearer ${token}` };
  const { json } = await at.forge.api('', 'GET', '/app/hook/deliveries?status=failure', undefined, bearer);
  expect(json).toMatchObject([{ event: 'issues', action: 'opened', status_code: 502 }]);
  mishaps = {};
  await at.forge.api('', 'POST', `/app/hook/deliveries/${json[0].id}/attempts`, undefined, bearer);
  await at.forge.settled();
  expect(arrived.at(-1)).toEqual({ event: 'issues.opened', guid: json[0].guid });
});

test('webhooks come late, twice with one id, and in another order', async () => {
  mishaps = { issues: 'delay' };
  await openAndComment();
  await at.forge.settled();
  expect(events().toSorted()).toEqual(['issue_comment.created', 'issues.opened']);
  arrived.length = 0;
  mishaps = { issues: 'duplicate' };
  await openAndComment();
  await at.forge.settled();
  const opened = arrived.filter(({ event }) => event === 'issues.opened');
  expect(new Set(opened.map(({ guid }) => guid)).size).toBe(1);
  expect(opened).toHaveLength(2);
  arrived.length = 0;
  mishaps = { issues: 'reorder' };
  await openAndComment();
  await at.forge.settled();
  expect(events()).toEqual(['issue_comment.created', 'issues.opened']);
});
