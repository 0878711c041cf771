import { afterEach, expect, test } from 'vitest';
import { type Opened, openSample, R } from './opened.ts';

let at: Opened;
let now = new Date('2026-03-01T10:00:00Z');
const clock = { now: () => now };
const wait = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
afterEach(() => at.close());

test('the primary limit refuses until the hour is over, for that person only', async () => {
  at = await openSample({ ...clock, limits: { primary: 3 } });
  for (const left of ['2', '1', '0']) {
    const answer = await at.forge.api('writer', 'GET', R);
    expect([answer.status, answer.headers.get('x-ratelimit-remaining')]).toEqual([200, left]);
  }
  const refused = await at.forge.api('writer', 'GET', R);
  expect([refused.status, refused.headers.get('x-ratelimit-remaining')]).toEqual([403, '0']);
  expect(refused.json.message).toContain('API rate limit exceeded');
  await at.ask('triager', 'GET', R);
  expect((await at.ask('writer', 'GET', '/rate_limit')).rate).toMatchObject({ limit: 3, remaining: 0, used: 3 });
  wait(3601);
  await at.ask('writer', 'GET', R);
});

test('new content is limited by the minute and by the hour, and the answer says when to come back', async () => {
  at = await openSample({ ...clock, limits: { contentPerMinute: 2, contentPerHour: 3 } });
  const create = () => at.forge.api('writer', 'POST', `${R}/issues`, { title: 'x' });
  const statuses = [await create(), await create()].map(({ status }) => status);
  wait(20);
  const refused = await create();
  expect([...statuses, refused.status, refused.headers.get('retry-after')]).toEqual([201, 201, 403, '40']);
  expect(refused.json.message).toContain('secondary rate limit');
  await at.ask('writer', 'PATCH', `${R}/issues/1`, { body: 'editing is no new content' });
  await at.ask('triager', 'POST', `${R}/issues`, { title: 'another person' });
  wait(41);
  expect((await create()).status).toBe(201);
  wait(61);
  const hourly = await create();
  expect([hourly.status, Number(hourly.headers.get('retry-after'))]).toEqual([403, 3600 - 122]);
});

test('without limits nothing is refused, and the headers are there', async () => {
  at = await openSample(clock);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => at.forge.api('writer', 'POST', `${R}/issues`, { title: 'x' })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(Number(answers.at(-1)?.headers.get('x-ratelimit-used'))).toBeGreaterThanOrEqual(100);
});
