/** What can be wrong with labels, webhooks, actors and boxes; each case ends in nothing, or in exactly one thing. */
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Apart, openApart } from '../support/apart.ts';
import { draftAnswer, SAMPLE_REPORT } from '../support/product.ts';

const SECRET = 'a webhook secret';
const DRAFT = draftAnswer([{ kind: 'write', path: 'NOTES.md', content: 'Drafted.\n' }]);

let github: Apart;
let gap: number;
let dashboard: number;

beforeAll(async () => {
  github = await openApart({ drafts: [DRAFT] });
  await github.start();
  await github.ask('POST', '/api/feedback', SAMPLE_REPORT);
  await github.quiet();
  const issues = await github.as('owner', 'GET', '/issues?state=all');
  gap = issues.find(({ title }: { title: string }) => title.startsWith('[')).number;
  dashboard = issues.find(({ title }: { title: string }) => title === 'Gaps: the dashboard').number;
});
afterEach(() => github.fate(() => 'arrives'));
afterAll(() => github.close());

interface Run {
  actor: string;
  outcome: string;
  reason: string;
}
const runs = async (): Promise<Run[]> => {
  await github.quiet();
  return (await github.ask('GET', `/api/feedback/${gap}`)).drafts;
};
const label = (person: string) => github.as(person, 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
const bodyOf = async () => (await github.as('owner', 'GET', `/issues/${dashboard}`)).body as string;
const ticked = (body: string, box: string) =>
  body.replace(`- [ ] <!-- patchwork:box ${box}.`, `- [x] <!-- patchwork:box ${box}.`);

/** Sends the product a webhook as GitHub would, or nearly. */
async function send(
  event: string,
  payload: object,
  { id = randomUUID(), sign = (body: string) => hmac('sha256', body), sent = (body: string) => body } = {},
): Promise<number> {
  const body = JSON.stringify({ repository: await github.as('owner', 'GET', ''), ...payload });
  const signature = sign(body);
  const reply = await fetch(`${github.url}/api/github/webhooks`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-delivery': id,
      'x-github-event': event,
      ...(signature.startsWith('sha1=') ? { 'x-hub-signature': signature } : { 'x-hub-signature-256': signature }),
    },
    body: sent(body),
  });
  return reply.status;
}
const hmac = (name: string, body: string) => `${name}=${createHmac(name, SECRET).update(body).digest('hex')}`;
const labeled = async (login: string, more: object = {}) => ({
  action: 'labeled',
  issue: await github.as('owner', 'GET', `/issues/${gap}`),
  label: { name: 'patchwork:draft' },
  sender: { login, type: 'User' },
  ...more,
});

describe('a webhook', () => {
  it('is refused when its signature is forged, of the old kind, missing, or of another text', async () => {
    const before = (await runs()).length;
    const payload = await labeled('owner');
    expect(await send('issues', payload, { sign: (body) => hmac('sha256', `${body} `) })).toBe(401);
    expect(await send('issues', payload, { sign: (body) => hmac('sha1', body) })).toBe(401);
    expect(await send('issues', payload, { sign: () => '' })).toBe(401);
    expect(await send('issues', payload, { sent: (body) => JSON.stringify(JSON.parse(body), null, 1) })).toBe(401);
    expect(await runs()).toHaveLength(before);
  });

  it('that is signed and no JSON is refused with a word on what to set', async () => {
    for (const body of ['payload=%7B%7D', 'null', '[', '"x"']) {
      const reply = await fetch(`${github.url}/api/github/webhooks`, {
        method: 'POST',
        headers: {
          'x-github-delivery': randomUUID(),
          'x-github-event': 'issues',
          'x-hub-signature-256': hmac('sha256', body),
        },
        body,
      });
      expect([body, reply.status]).toEqual([body, 400]);
      expect(await reply.json()).toMatchObject({ error: { code: 'bad_delivery' } });
    }
  });

  it('acts once however often it comes, under one id or another', async () => {
    const before = (await runs()).length;
    github.fate(() => 'vanishes');
    await label('owner');
    const payload = await labeled('owner');
    const id = randomUUID();
    for (const one of [id, id, randomUUID()]) expect(await send('issues', payload, { id: one })).toBe(202);
    expect(await runs()).toHaveLength(before + 1);
  });

  it('that comes after the label is gone again does nothing', async () => {
    const before = (await runs()).length;
    github.fate(() => 'vanishes');
    await label('owner');
    const payload = await labeled('owner');
    await github.as('owner', 'DELETE', `/issues/${gap}/labels/patchwork:draft`);
    await send('issues', { ...payload, action: 'unlabeled' });
    await send('issues', payload);
    expect(await runs()).toHaveLength(before);
  });

  it('about an issue of somebody else, with our labels and our words, is about nothing of ours', async () => {
    const { title, body } = await github.as('stranger', 'GET', `/issues/${gap}`);
    const copy = await github.as('stranger', 'POST', '/issues', { title, body });
    await github.as('owner', 'POST', `/issues/${copy.number}/labels`, { labels: ['patchwork', 'patchwork:draft'] });
    await github.quiet();
    expect(await github.as('owner', 'GET', `/issues/${copy.number}/comments`)).toEqual([]);
  });
});

describe('the label', () => {
  it('among many others is one request, and a second one during the run is one more', async () => {
    const before = (await runs()).length;
    await github.as('owner', 'POST', `/issues/${gap}/labels`, {
      labels: ['one', 'patchwork:draft', 'two', 'three', 'four', 'five'],
    });
    expect(await runs()).toHaveLength(before + 1);
    await label('owner');
    await label('writer');
    const after = await runs();
    expect(after.length - before).toBeGreaterThanOrEqual(2);
    expect(after.length - before).toBeLessThanOrEqual(3);
  });

  it.each(['owner', 'helper[bot]', 'Copilot'])(
    'is by whom GitHub says: put on by a triager it drafts nothing, though a webhook names %s',
    async (login) => {
      const [before, comments] = [await runs(), await github.as('owner', 'GET', `/issues/${gap}/comments`)];
      github.fate(() => 'vanishes');
      await label('triager');
      await send('issues', await labeled(login));
      const after = await runs();
      expect(after).toHaveLength(before.length + 1);
      expect(after.at(-1)).toMatchObject({ actor: 'triager', outcome: 'declined', reason: 'not_allowed' });
      expect(await github.as('owner', 'GET', `/issues/${gap}/comments`)).toHaveLength(comments.length);
    },
  );
});

describe('a command', () => {
  it.each([
    { login: 'helper[bot]', type: 'Bot' },
    { login: 'patchwork[bot]', type: 'Bot' },
    { login: 'Copilot', type: 'User' },
    { login: 'owner[bot]', type: 'User' },
  ])('by $login ($type) does nothing, whatever GitHub says of the association', async (sender) => {
    github.fate(() => 'vanishes');
    const comment = await github.as('stranger', 'POST', `/issues/${gap}/comments`, { body: '/patchwork park' });
    await send('issue_comment', {
      action: 'created',
      issue: await github.as('owner', 'GET', `/issues/${gap}`),
      comment: { ...comment, author_association: 'OWNER' },
      sender,
    });
    await github.quiet();
    expect((await github.as('owner', 'GET', `/issues/${gap}`)).body).not.toContain('### Decided');
  });
});

describe('a box of the dashboard', () => {
  it('cannot be ticked by people who may not edit the issue', async () => {
    const body = ticked(await bodyOf(), `park.${gap}`);
    for (const person of ['stranger', 'triager']) {
      const { status } = await github.forge.api(person, 'PATCH', `/repos/owner/sample/issues/${dashboard}`, { body });
      expect(status).toBe(403);
    }
  });

  it('pasted into another issue, forged, or below the line is none', async () => {
    const body = await bodyOf();
    const row = ticked(/^.*patchwork:box park.*$/m.exec(body)?.[0] ?? '', `park.${gap}`);
    expect(row).toContain('[x]');
    const issue = await github.as('stranger', 'POST', '/issues', { title: 'Gaps: the dashboard', body });
    await github.as('stranger', 'PATCH', `/issues/${issue.number}`, { body: ticked(body, `park.${gap}`) });
    await github.as('writer', 'PATCH', `/issues/${dashboard}`, {
      body: `${row.replace(/\.[\w-]{22} -->/, '.AAAAAAAAAAAAAAAAAAAAAA -->')}\n${body}\n${row}\n`,
    });
    await github.quiet();
    expect((await github.as('owner', 'GET', `/issues/${gap}`)).body).not.toContain('### Decided');
    expect(await bodyOf()).toContain(`\n${row}\n`);
  });

  it('ticked together with another one counts, as does one ticked in the moment of our own write', async () => {
    const start = await bodyOf();
    // Both began with the same text: the second one writes over the first.
    await Promise.all([
      github.as('writer', 'PATCH', `/issues/${dashboard}`, { body: ticked(start, `park.${gap}`) }),
      github.as('owner', 'PATCH', `/issues/${dashboard}`, { body: ticked(start, 'refresh.0') }),
    ]);
    await github.quiet();
    expect(await bodyOf()).toMatch(
      /`writer` \| park \d+ \| Parked[\s\S]*`owner` \| refresh|`owner` \| refresh[\s\S]*`writer` \| park \d+ \| Parked/,
    );

    let raced = false;
    github.fate(() => (raced ? 'vanishes' : 'arrives'));
    github.before(async (request) => {
      if (raced || request.method !== 'PATCH' || !request.url.endsWith(`/issues/${dashboard}`)) return;
      raced = true;
      await github.as('writer', 'PATCH', `/issues/${dashboard}`, { body: ticked(await bodyOf(), `unpark.${gap}`) });
    });
    await github.as('owner', 'PATCH', `/issues/${dashboard}`, { body: ticked(await bodyOf(), 'refresh.0') });
    await github.quiet();
    expect(raced).toBe(true);
    await github.stop();
    await github.start();
    await github.quiet();
    expect(await bodyOf()).toMatch(/`writer` \| unpark \d+ \| No longer parked/);
  });

  it('is there again when somebody emptied the text, and works', async () => {
    await github.as('writer', 'PATCH', `/issues/${dashboard}`, { body: '' });
    await github.quiet();
    expect(await bodyOf()).toContain('patchwork:box');
    await github.as('writer', 'PATCH', `/issues/${dashboard}`, { body: ticked(await bodyOf(), `park.${gap}`) });
    await github.quiet();
    expect((await github.as('owner', 'GET', `/issues/${gap}`)).body).toContain('Parked by `writer`');
    const all = await github.as('owner', 'GET', '/issues?state=all&creator=patchwork[bot]');
    expect(all.filter(({ title }: { title: string }) => title === 'Gaps: the dashboard')).toHaveLength(1);
  });
});
