/** The watch over the forge can fail: each test puts one mistake into what the forge says, and has to hear of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Opened, openSample, R } from '../../forge/opened.ts';
import { expectNoFindings, type Watch, watchGitHub } from '../index.ts';

let at: Opened;
let watch: Watch;
/** What the forge's webhooks look like by the time they are received. */
let spoilHook: (payload: any) => any = (payload) => payload;

beforeAll(async () => {
  watch = await watchGitHub();
  const receive: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = JSON.stringify(spoilHook(await request.json()));
    return watch.receive(async () => new Response())(new Request(request.url, { ...init, body }));
  };
  at = await openSample({ fetch: receive });
  await at.ask('writer', 'POST', `${R}/issues`, { title: 'Watched', labels: ['bug'] });
  await at.forge.settled();
});
afterAll(() => at.close());

const URL_OF_ISSUE = `http://localhost:8099/api/v3${R}/issues/1`;
const get = (spoil: (answer: Response) => Promise<Response>) =>
  watch.serve(async (request) => spoil(await at.forge.fetch(request)))(
    new Request(URL_OF_ISSUE, { headers: { authorization: 'token writer' } }),
  );
const changed = (change: (body: any) => any) => async (answer: Response) =>
  new Response(JSON.stringify(change(await answer.json())), answer);

const without = (field: string) => (body: any) => {
  const { [field]: _, ...rest } = body;
  return rest;
};

test('what the forge says as it is, is what GitHub says', async () => {
  await get(async (answer) => answer);
  expectNoFindings(watch);
});

test.each<[string, (answer: Response) => Promise<Response>, RegExp]>([
  ['a required field is dropped', changed(without('node_id')), /must have required property 'node_id'/],
  ['a field of a person is dropped', changed((body) => ({ ...body, user: without('login')(body.user) })), /\/user/],
  ['a field of our own is added', changed((body) => ({ ...body, gap: 1 })), /unknown field gap/],
  ['a number becomes a text', changed((body) => ({ ...body, id: String(body.id) })), /\/id: must be integer/],
  [
    'milliseconds appear',
    changed((body) => ({ ...body, created_at: body.created_at.replace('Z', '.123Z') })),
    /created_at: must match format "date-time"/,
  ],
  ['a state is invented', changed((body) => ({ ...body, state: 'drafted', state_reason: 'wontfix' })), /state_reason/],
  [
    'another status is given',
    async (answer) => new Response(await answer.text(), { ...answer, status: 202, headers: answer.headers }),
    /202: this status is not documented/,
  ],
  [
    'a header is dropped',
    async (answer) => {
      answer.headers.delete('x-ratelimit-remaining');
      return answer;
    },
    /header x-ratelimit-remaining must be a number/,
  ],
])('when %s, the watch says so', async (_, spoil, words) => {
  await get(spoil);
  expect(watch.findings.join('\n')).toMatch(words);
  expect(() => expectNoFindings(watch)).toThrow('GitHub would not say or accept');
});

test('when a GraphQL answer lacks what was asked for, the watch says so', async () => {
  const body = JSON.stringify({ query: '{ viewer { login id } }' });
  const headers = { authorization: 'bearer writer' };
  const spoil = changed(({ data }) => ({ data: { viewer: without('id')(data.viewer) } }));
  const ask = watch.serve(async (request) => spoil(await at.forge.fetch(request)));
  await ask(new Request('http://localhost:8099/graphql', { method: 'POST', headers, body }));
  expect(watch.findings.join('\n')).toMatch(/non-nullable field User.id|the field id is missing/);
  expect(() => expectNoFindings(watch)).toThrow();
});

test.each<[string, (payload: any) => any, RegExp]>([
  ['a field is dropped', without('repository'), /must have required property 'repository'/],
  ['an action is invented', (payload) => ({ ...payload, action: 'drafted' }), /GitHub sends no such event/],
  ['the issue is cut short', (payload) => ({ ...payload, issue: without('user')(payload.issue) }), /'user'/],
])('when %s in a webhook, the watch says so', async (_, spoil, words) => {
  spoilHook = spoil;
  await at.ask('writer', 'POST', `${R}/issues`, { title: 'Told of' });
  await at.forge.settled();
  expect(watch.findings.join('\n')).toMatch(words);
  expect(() => expectNoFindings(watch)).toThrow();
});
