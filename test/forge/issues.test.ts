import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Opened, openSample, R } from './opened.ts';

let at: Opened;
beforeAll(async () => {
  at = await openSample();
});
beforeEach(async () => {
  await at.heard();
});
afterAll(() => at.close());

const issue = async (fields: object = {}, login = 'writer') => {
  const { number } = await at.ask(login, 'POST', `${R}/issues`, { title: 'An issue', ...fields });
  return `${R}/issues/${number}`;
};

describe('opening an issue', () => {
  test('tells of the issue with its labels, then of each label', async () => {
    await issue({ labels: ['one', 'two'] });
    await at.forge.settled();
    expect(at.sent.map(({ name }) => name)).toEqual(['issues.opened', 'issues.labeled', 'issues.labeled']);
    expect(at.sent[0]?.payload.issue.labels).toHaveLength(2);
    expect(at.sent.slice(1).map(({ payload }) => payload.label.name)).toEqual(['one', 'two']);
  });

  test('is open to strangers, whose labels and assignees are dropped without a word', async () => {
    const made = await at.ask('stranger', 'POST', `${R}/issues`, {
      title: 'Hi',
      labels: ['bug'],
      assignees: ['writer'],
    });
    expect(made).toMatchObject({ labels: [], assignees: [], author_association: 'NONE', user: { login: 'stranger' } });
  });

  test('needs somebody: no token is 401, a token nobody has is 401', async () => {
    expect(await at.ask('', 'POST', `${R}/issues`, { title: 'x' }, 401)).toMatchObject({ status: '401' });
    await at.ask('nobody', 'GET', R, undefined, 401);
    await at.ask('', 'GET', `${R}/issues`);
  });

  test.each([
    ['a title of 257 characters', { title: 'x'.repeat(257) }],
    ['no title', {}],
    ['a blank title', { title: '  ' }],
    ['a body of 65,537 characters', { title: 'x', body: 'x'.repeat(65_537) }],
    ['a label of 51 characters', { title: 'x', labels: ['x'.repeat(51)] }],
    ['an assignee without a role', { title: 'x', assignees: ['stranger'] }],
    ['a milestone that is not there', { title: 'x', milestone: 99 }],
  ])('is refused with 422 for %s', async (_, fields) => {
    const { message, errors } = await at.ask('writer', 'POST', `${R}/issues`, fields, 422);
    expect({ message, errors: errors.length }).toEqual({ message: 'Validation Failed', errors: 1 });
    expect(await at.heard()).toEqual([]);
  });

  test('takes exactly the longest title and body, counted in characters', async () => {
    await issue({ title: '🧩'.repeat(256), body: '🧩'.repeat(65_536) });
  });
});

describe('changing an issue', () => {
  test('is for its author and for people with a role; strangers get 403', async () => {
    const url = await issue();
    await at.ask('stranger', 'PATCH', url, { state: 'closed' }, 403);
    await at.ask('stranger', 'PATCH', url, { title: 'Mine' }, 403);
    await at.ask('triager', 'PATCH', url, { title: 'Mine' }, 403);
    await at.ask('triager', 'PATCH', url, { state: 'closed' });
    const own = await issue({}, 'stranger');
    await at.ask('stranger', 'PATCH', own, { title: 'Better', state: 'closed' });
    await at.ask('stranger', 'PATCH', own, { state: 'open' });
    await at.ask('owner', 'PATCH', own, { state: 'closed' });
    await at.ask('stranger', 'PATCH', own, { state: 'open' }, 403);
  });

  test('says what was there before', async () => {
    const url = await issue({ body: 'old' });
    await at.ask('writer', 'PATCH', url, { title: 'New', body: 'new' });
    await at.forge.settled();
    expect(at.sent.at(-1)?.payload.changes).toEqual({ title: { from: 'An issue' }, body: { from: 'old' } });
  });

  test('keeps the reason of a close, and knows duplicates', async () => {
    const [url, twin] = [await issue(), await issue()];
    const { id } = await at.ask('writer', 'GET', twin);
    expect(await at.ask('writer', 'PATCH', url, { state: 'closed' })).toMatchObject({ state_reason: 'completed' });
    expect(await at.ask('writer', 'PATCH', url, { state: 'open' })).toMatchObject({
      state_reason: 'reopened',
      closed_at: null,
    });
    const closed = { state: 'closed', state_reason: 'duplicate', duplicate_issue_id: id };
    expect(await at.ask('writer', 'PATCH', url, closed)).toMatchObject({
      state_reason: 'duplicate',
      closed_by: { login: 'writer' },
    });
    await at.ask('writer', 'PATCH', twin, { ...closed, duplicate_issue_id: 987_654 }, 422);
  });

  test('of nothing says nothing', async () => {
    const url = await issue({ body: 'same' });
    await at.heard();
    await at.ask('writer', 'PATCH', url, { title: 'An issue', body: 'same', state: 'open' });
    expect(await at.heard()).toEqual([]);
  });
});

describe('labels', () => {
  test('are one, whatever the case', async () => {
    await at.ask('writer', 'POST', `${R}/labels`, { name: 'Help: Wanted', color: 'FF00FF' });
    const again = await at.ask('writer', 'POST', `${R}/labels`, { name: 'help: wanted', color: 'ff00ff' }, 422);
    expect(again.errors).toEqual([{ resource: 'Label', code: 'already_exists', field: 'name' }]);
    const url = await issue({ labels: ['HELP: WANTED'] });
    expect((await at.ask('writer', 'GET', url)).labels).toMatchObject([{ name: 'Help: Wanted', color: 'ff00ff' }]);
    expect(await at.ask('', 'GET', `${R}/issues?labels=help%3A%20wanted`)).toHaveLength(1);
    expect(await at.ask('', 'GET', '/repos/OWNER/Sample/labels/help%3A%20WANTED')).toMatchObject({
      name: 'Help: Wanted',
    });
  });

  test.each([
    [{ name: 'x', color: '#ff00ff' }],
    [{ name: 'x', description: 'x'.repeat(101) }],
    [{ name: 'x'.repeat(51) }],
    [{ color: 'ff00ff' }],
  ])('are refused as %o', async (fields) => {
    await at.ask('writer', 'POST', `${R}/labels`, fields, 422);
  });

  test('are put on and taken off by triagers, each change once', async () => {
    const url = await issue({ labels: ['a'] });
    await at.heard();
    await at.ask('triager', 'POST', `${url}/labels`, { labels: ['a'] }, 200);
    expect(await at.heard()).toEqual([]);
    await at.ask('writer', 'PUT', `${url}/labels`, { labels: ['b', 'B'] });
    expect(await at.heard()).toEqual(['issues.unlabeled', 'issues.labeled']);
    await at.ask('stranger', 'POST', `${url}/labels`, { labels: ['a'] }, 403);
    await at.ask('stranger', 'DELETE', `${url}/labels/b`, undefined, 403);
    await at.ask('triager', 'DELETE', `${url}/labels/B`);
    await at.ask('triager', 'DELETE', `${url}/labels/B`, undefined, 404);
    await at.ask('triager', 'POST', `${url}/labels`, { labels: ['only writers make labels'] }, 403);
  });

  test('of an issue are at most a hundred', async () => {
    const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `l${n + from}`);
    const url = await issue({ labels: many(100) });
    await at.ask('writer', 'POST', `${url}/labels`, { labels: ['one more'] }, 422);
    expect((await at.ask('writer', 'GET', url)).labels).toHaveLength(100);
    await at.ask('writer', 'POST', `${R}/issues`, { title: 'x', labels: many(101) }, 422);
  });
});

describe('comments', () => {
  test('are everybody’s to write, their author’s and writers’ to change', async () => {
    const url = await issue();
    const { id } = await at.ask('stranger', 'POST', `${url}/comments`, { body: 'First' });
    await at.heard();
    const one = `${R}/issues/comments/${id}`;
    await at.ask('triager', 'PATCH', one, { body: 'x' }, 403);
    await at.ask('stranger', 'PATCH', one, { body: 'Second' });
    await at.ask('writer', 'PATCH', one, { body: 'Third' });
    await at.forge.settled();
    expect(at.sent.map(({ payload }) => payload.changes.body.from)).toEqual(['First', 'Second']);
    await at.ask('stranger', 'POST', `${url}/comments`, { body: 'x'.repeat(65_537) }, 422);
    await at.ask('stranger', 'POST', `${url}/comments`, { body: ' ' }, 422);
    await at.ask('triager', 'DELETE', one, undefined, 403);
    await at.ask('stranger', 'DELETE', one, undefined, 204);
    await at.ask('', 'GET', one, undefined, 404);
    expect((await at.ask('', 'GET', url)).comments).toBe(0);
  });

  test('stop for strangers when the conversation is locked', async () => {
    const url = await issue();
    await at.ask('triager', 'PUT', `${url}/lock`, undefined, 403);
    await at.ask('writer', 'PUT', `${url}/lock`, undefined, 204);
    await at.ask('stranger', 'POST', `${url}/comments`, { body: 'x' }, 403);
    await at.ask('triager', 'POST', `${url}/comments`, { body: 'x' }, 403);
    await at.ask('writer', 'POST', `${url}/comments`, { body: 'x' });
    await at.ask('writer', 'DELETE', `${url}/lock`, undefined, 204);
    await at.ask('stranger', 'POST', `${url}/comments`, { body: 'x' });
  });

  test('count a reaction of a person once', async () => {
    const url = await issue();
    const { id } = await at.ask('stranger', 'POST', `${url}/reactions`, { content: 'heart' });
    await at.ask('stranger', 'POST', `${url}/reactions`, { content: 'heart' }, 200);
    await at.ask('stranger', 'POST', `${url}/reactions`, { content: 'love' }, 422);
    expect((await at.ask('', 'GET', url)).reactions).toMatchObject({ total_count: 1, heart: 1 });
    await at.ask('triager', 'DELETE', `${url}/reactions/${id}`, undefined, 403);
    await at.ask('stranger', 'DELETE', `${url}/reactions/${id}`, undefined, 204);
    expect((await at.ask('', 'GET', url)).reactions.total_count).toBe(0);
  });
});

test('sub-issues have one parent, no circle, and are counted', async () => {
  const [parent, child, other] = [await issue(), await issue(), await issue()];
  const id = async (url: string) => (await at.ask('', 'GET', url)).id;
  await at.ask('triager', 'POST', `${parent}/sub_issues`, { sub_issue_id: await id(child) });
  await at.ask('triager', 'POST', `${child}/sub_issues`, { sub_issue_id: await id(parent) }, 422);
  await at.ask('triager', 'POST', `${other}/sub_issues`, { sub_issue_id: await id(child) }, 422);
  await at.ask('triager', 'PATCH', child, { state: 'closed' });
  const summary = { total: 1, completed: 1, percent_completed: 100 };
  expect((await at.ask('', 'GET', parent)).sub_issues_summary).toEqual(summary);
  expect((await at.ask('', 'GET', `${child}/parent`)).title).toBe('An issue');
  await at.ask('triager', 'DELETE', `${parent}/sub_issue`, { sub_issue_id: await id(child) });
  await at.ask('', 'GET', `${child}/parent`, undefined, 404);
});

describe('an issue that names another', () => {
  test('is noted there, but not for what is code, hidden, or the words of a link', async () => {
    const target = await issue();
    const number = target.split('/').at(-1);
    const noted = async () =>
      (await at.ask('owner', 'GET', `${target}/timeline`)).filter(
        ({ event }: { event: string }) => event === 'cross-referenced',
      ).length;
    await issue({ body: `\`#${number}\` <!-- #${number} --> [#${number}](https://redirect.github.com/a/b/issues/1)` });
    expect(await noted()).toBe(0);
    await issue({ body: `Like #${number}.` });
    expect(await noted()).toBe(1);
  });
});
