import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { expectNoFindings, watchGitHub } from './index.ts';

const LABEL = {
  id: 3,
  node_id: 'LA_3',
  url: 'http://localhost/repos/owner/sample/labels/bug',
  name: 'bug',
  color: 'd73a4a',
  default: true,
  description: null,
};

const REPOSITORY_ISSUES = '/repos/owner/sample/issues';
const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'x-github-request-id': '0A1B:2C3D:4E5F:6071:8293',
  'x-ratelimit-limit': '5000',
  'x-ratelimit-remaining': '4999',
  'x-ratelimit-used': '1',
  'x-ratelimit-reset': '1795168800',
  'x-ratelimit-resource': 'core',
};
const answering = (body: unknown, headers: { [name: string]: string } = HEADERS, status = 200) =>
  (async () => Response.json(body, { status, headers })) satisfies typeof fetch;
const BASE = 'http://localhost:8099';

it('checks what a client sends and gets, through the prefix', async () => {
  const watch = await watchGitHub();
  const ask = watch.fetch(answering([LABEL]), { prefix: '/api/v3' });
  const answer = await ask(`${BASE}/api/v3/repos/owner/sample/labels?page=1`);
  expect(await answer.json()).toEqual([LABEL]);
  expectNoFindings(watch);
  await ask(`${BASE}/api/v3/repos/owner/sample/labels?p=1`);
  expect(watch.findings).toEqual([
    'GET /repos/owner/sample/labels?p=1: issues/list-labels-for-repo: query ?p is not a parameter',
  ]);
  expect(() => expectNoFindings(watch)).toThrow(/1 things GitHub would not say or accept/);
  expectNoFindings(watch);
});

it.each([
  ['/api/v3/repos/owner/sample/labels', 'issues/list-labels-for-repo'],
  ['/repos/owner/sample/labels', 'issues/list-labels-for-repo'],
])('checks a server at %s', async (path, operation) => {
  const watch = await watchGitHub();
  const handler = watch.serve(answering([{ ...LABEL, id: 'three' }]));
  await handler(new Request(BASE + path));
  expect(watch.findings).toEqual([
    `GET /repos/owner/sample/labels: ${operation} -> 200: /0/id: must be integer, not "three"`,
  ]);
  expect([...watch.seen]).toEqual([operation]);
});

it.each(['/graphql', '/api/graphql'])('checks GraphQL at %s, errors included', async (path) => {
  const watch = await watchGitHub();
  const ask = (query: string, body: unknown) =>
    watch.serve(answering(body))(new Request(BASE + path, { method: 'POST', body: JSON.stringify({ query }) }));
  await ask('{ viewer { login } }', { data: { viewer: { login: 'owner' } } });
  await ask('{ viewer { login } }', { data: null, errors: [{ message: 'Nobody', path: ['viewer'] }] });
  expect(watch.findings).toEqual([]);
  await ask('{ viewer { login } }', { data: { viewer: { login: 1.5, extra: true } } });
  await ask('{ viewer { nick } }', { data: {} });
  expect(watch.findings).toEqual([
    'POST /graphql: data/viewer/login: must be "1.5", not 1.5',
    'POST /graphql: data/viewer: nobody asked for the field extra',
    'POST /graphql: Cannot query field "nick" on type "User".',
    'POST /graphql: an invalid document must be answered with errors',
  ]);
});

it('leaves pages, git and other servers on the same port alone', async () => {
  const watch = await watchGitHub();
  const handler = watch.serve(async () => new Response('<html>'));
  for (const path of ['/', '/owner/sample/issues/1', '/owner/sample.git/info/refs', '/api/feedback', '/mcp'])
    await handler(new Request(BASE + path));
  expectNoFindings(watch);
  expect(watch.seen.size).toBe(0);
});

it('checks only the answers where a test sends bad requests on purpose', async () => {
  const watch = await watchGitHub();
  const error = { message: 'Validation Failed', documentation_url: 'http://localhost/rest', status: '422' };
  const bad = () => new Request(`${BASE}${REPOSITORY_ISSUES}`, { method: 'POST', body: '{"titel":1}' });
  await watch.answers(answering(error, HEADERS, 422))(bad());
  expectNoFindings(watch);
  await watch.serve(answering(error, HEADERS, 422))(bad());
  expect(watch.findings).toHaveLength(2);
});

it.each([
  ['x-github-request-id', undefined, 'header x-github-request-id is missing or malformed'],
  ['x-ratelimit-used', undefined, 'header x-ratelimit-used must be a number'],
  ['x-ratelimit-resource', undefined, 'header x-ratelimit-resource is missing'],
  ['link', 'http://localhost/next', 'header link is malformed: http://localhost/next'],
  [
    'content-type',
    'text/html',
    'header content-type must be application/json; charset=utf-8, not text/html (accept: */*)',
  ],
])('finds a bad %s', async (name, value, mistake) => {
  const { [name as keyof typeof HEADERS]: _, ...rest } = HEADERS;
  const headers: { [name: string]: string } = value === undefined ? rest : { ...rest, [name]: value };
  const watch = await watchGitHub();
  await watch.fetch(async () => new Response('[]', { headers }))(`${BASE}/repos/owner/sample/labels`);
  expect(watch.findings).toContain(`GET /repos/owner/sample/labels -> 200: ${mistake}`);
});

it('accepts raw files where they are asked for, with their charset', async () => {
  const watch = await watchGitHub();
  const raw = (type: string) =>
    watch.fetch(async () => new Response('level: draft\n', { headers: { ...HEADERS, 'content-type': type } }))(
      `${BASE}/repos/owner/sample/contents/.github%2Fpatchwork.yml`,
      { headers: { accept: 'application/vnd.github.v3.raw' } },
    );
  await raw('application/vnd.github.v3.raw; charset=utf-8');
  expectNoFindings(watch);
  await raw('application/vnd.github.v3.raw');
  expect(watch.findings).toHaveLength(1);
});

it('checks the headers, signature and payload of a webhook', async () => {
  const watch = await watchGitHub();
  const receive = watch.receive(async () => new Response(null, { status: 202 }), 'secret');
  const body = JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 'one' });
  const sign = (algorithm: string, secret: string) =>
    `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-event': 'ping',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-github-hook-id': '1',
    'x-github-hook-installation-target-id': '1',
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': sign('sha1', 'secret'),
    'x-hub-signature-256': sign('sha256', 'secret'),
  };
  const deliver = (difference: { [name: string]: string }) =>
    receive(new Request(BASE, { method: 'POST', body, headers: { ...headers, ...difference } }));
  expect((await deliver({})).status).toBe(202);
  const payloadFindings = watch.findings.splice(0);
  expect(payloadFindings).toEqual(['webhook ping: /hook_id: must be integer, not "one"']);
  await deliver({ 'x-github-delivery': '1795168800123' });
  await deliver({ 'x-hub-signature-256': sign('sha256', 'guess') });
  expect(watch.findings.filter((finding) => !payloadFindings.includes(finding))).toEqual([
    'webhook ping: header x-github-delivery is missing or malformed: 1795168800123',
    'webhook ping: header x-hub-signature-256 is not the signature of the body',
  ]);
});
