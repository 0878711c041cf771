import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Opened, openSample, R } from './opened.ts';

let at: Opened;
beforeAll(async () => {
  at = await openSample();
});
afterAll(() => at.close());

const HISTORY = `query($number: Int!) { repository(owner: "owner", name: "sample") { issue(number: $number) {
  includesCreatedEdit editor { login }
  userContentEdits(first: 10) { nodes { id editedAt diff editor { login } } }
  comments(first: 1) { nodes { editor { login } userContentEdits(first: 10) { nodes { diff } } } }
} } }`;

test('the versions of a text are told with who wrote them, newest first', async () => {
  const { number } = await at.ask('stranger', 'POST', `${R}/issues`, { title: 'A', body: 'one' });
  const comment = await at.ask('stranger', 'POST', `${R}/issues/${number}/comments`, { body: 'first' });
  const ask = async () => (await at.graphql('owner', HISTORY, { number })).data.repository.issue;
  expect(await ask()).toMatchObject({ includesCreatedEdit: false, editor: null, userContentEdits: { nodes: [] } });

  await at.ask('writer', 'PATCH', `${R}/issues/${number}`, { body: 'two' });
  await at.ask('owner', 'PATCH', `${R}/issues/${number}`, { body: 'three', title: 'B' });
  await at.ask('owner', 'PATCH', `${R}/issues/${number}`, { title: 'C' });
  await at.ask('writer', 'PATCH', `${R}/issues/comments/${comment.id}`, { body: 'second' });
  const { editor, userContentEdits, comments } = await ask();
  expect(editor).toEqual({ login: 'owner' });
  expect(
    userContentEdits.nodes.map((edit: { diff: string; editor: { login: string } }) => [edit.diff, edit.editor.login]),
  ).toEqual([
    ['three', 'owner'],
    ['two', 'writer'],
    ['one', 'stranger'],
  ]);
  expect(comments.nodes[0]).toEqual({
    editor: { login: 'writer' },
    userContentEdits: { nodes: [{ diff: 'second' }, { diff: 'first' }] },
  });
});
