import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Opened, openSample, R } from './opened.ts';

let at: Opened;
let now = new Date('2026-03-01T10:00:00.700Z');
beforeAll(async () => {
  at = await openSample({ now: () => now, searchLagMs: 2000 });
  for (let number = 1; number <= 7; number += 1) {
    const labels = number % 2 ? ['odd', 'all'] : ['all'];
    await at.ask(number === 3 ? 'triager' : 'writer', 'POST', `${R}/issues`, { title: `Issue ${number}`, labels });
    now = new Date(now.getTime() + 1000);
  }
  for (let number = 1; number <= 7; number += 2) {
    await at.ask('writer', 'POST', `${R}/issues/${number}/labels`, { labels: ['odd', 'all'] }, 200);
  }
  await at.ask('writer', 'PATCH', `${R}/issues/2`, { state: 'closed' });
  await at.ask('stranger', 'POST', `${R}/issues/1/comments`, { body: 'Ask @owner about colons: they matter' });
});
afterAll(() => at.close());

const numbers = async (query: string) =>
  (await at.ask('', 'GET', `${R}/issues?${query}`)).map((issue: { number: number }) => issue.number);

test('issues are the open ones, newest first, unless asked otherwise', async () => {
  expect(await numbers('')).toEqual([7, 6, 5, 4, 3, 1]);
  expect(await numbers('state=closed')).toEqual([2]);
  expect(await numbers('state=all&direction=asc')).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(await numbers('labels=ODD,all&creator=Writer')).toEqual([7, 5, 1]);
  expect(await numbers('labels=odd,nothing')).toEqual([]);
  expect(await numbers('sort=comments')).toEqual([1, 7, 6, 5, 4, 3]);
  expect(await numbers('sort=updated&direction=desc&state=all').then((all) => all.slice(0, 3))).toEqual([3, 2, 1]);
  await at.ask('', 'GET', `${R}/issues?state=opened`, undefined, 422);
});

test('since takes the second itself along, and times are whole seconds', async () => {
  const { updated_at } = await at.ask('', 'GET', `${R}/issues/6`);
  expect(updated_at).toMatch(/^2026-03-01T10:00:\d\dZ$/);
  expect(await numbers(`since=${updated_at}&sort=created`)).toContain(6);
  const later = new Date(Date.parse(updated_at) + 1000).toISOString();
  expect(await numbers(`since=${later}`)).not.toContain(6);
});

test('pages are linked to each other, and lead through the whole list once', async () => {
  const seen: number[] = [];
  let next: string | undefined = `${R}/issues?state=all&per_page=3`;
  const relations: string[][] = [];
  while (next) {
    const answer = await at.forge.api('', 'GET', next);
    seen.push(...answer.json.map((issue: { number: number }) => issue.number));
    const link = answer.headers.get('link') ?? '';
    relations.push([...link.matchAll(/rel="(\w+)"/g)].map((match) => match[1] ?? ''));
    next = /<http:\/\/localhost:8099\/api\/v3([^>]*)>; rel="next"/.exec(link)?.[1];
  }
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(relations).toEqual([
    ['next', 'last'],
    ['prev', 'next', 'last', 'first'],
    ['prev', 'first'],
  ]);
});

test('an unchanged answer is 304 and costs nothing', async () => {
  const first = await at.forge.api('triager', 'GET', `${R}/issues/1`);
  const etag = first.headers.get('etag') ?? '';
  const used = Number(first.headers.get('x-ratelimit-used'));
  const again = await at.forge.api('triager', 'GET', `${R}/issues/1`, undefined, { 'if-none-match': etag });
  expect([again.status, again.headers.get('etag')]).toEqual([304, etag]);
  await at.ask('owner', 'PATCH', `${R}/issues/1`, { body: 'changed' });
  const third = await at.forge.api('triager', 'GET', `${R}/issues/1`, undefined, { 'if-none-match': etag });
  expect([third.status, Number(third.headers.get('x-ratelimit-used'))]).toEqual([200, used + 1]);
});

test('search knows qualifiers, quotes and words, and lags behind', async () => {
  now = new Date(now.getTime() + 10_000);
  const found = async (q: string) => {
    const { items, total_count } = await at.ask(
      '',
      'GET',
      `/search/issues?q=${encodeURIComponent(`repo:owner/sample ${q}`)}`,
    );
    expect(total_count).toBe(items.length);
    return items.map((issue: { number: number }) => issue.number);
  };
  expect(await found('is:open label:odd -label:nothing')).toEqual([7, 5, 3, 1]);
  expect(await found('label:nothing,odd author:triager')).toEqual([3]);
  expect(await found('colons in:comments')).toEqual([1]);
  expect(await found('colons in:title')).toEqual([]);
  expect(await found('"ask @owner"')).toEqual([1]);
  expect(await found('issue 4')).toEqual([4]);
  expect(await found('colon')).toEqual([]);
  expect(await found('is:closed reason:completed')).toEqual([2]);
  expect(await found('created:>=2026-03-01T10:00:05Z')).toEqual([7, 6]);
  await at.ask('writer', 'POST', `${R}/issues`, { title: 'brand new' });
  expect(await found('brand')).toEqual([]);
  now = new Date(now.getTime() + 3000);
  expect(await found('brand')).toEqual([8]);
  await at.ask('writer', 'PATCH', `${R}/issues/8`, { title: 'worn', labels: ['old'] });
  expect([await found('brand'), await found('worn'), await found('label:old')]).toEqual([[8], [], []]);
  now = new Date(now.getTime() + 1999);
  expect([await found('brand'), await found('worn'), await found('label:old')]).toEqual([[8], [], []]);
  await at.ask('writer', 'PATCH', `${R}/issues/8`, { state: 'closed' });
  now = new Date(now.getTime() + 1);
  expect([await found('brand'), await found('worn'), await found('label:old')]).toEqual([[], [8], [8]]);
  expect(await found('worn is:open')).toEqual([8]);
  await at.ask('', 'GET', '/search/issues?q=repo%3Aowner%2Felsewhere', undefined, 422);
});
