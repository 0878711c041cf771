import { expect, test } from 'vitest';
import { unavailable } from '../../src/outbox/engine.ts';
import { groupCommit } from '../../src/outbox/group.ts';

const bounds = { items: 100, bytes: 1000 };

/** A commit that ends when it is told to, and tells which groups it got. */
function slowCommit() {
  const groups: number[][] = [];
  const ends: (() => void)[] = [];
  const commit = async (group: number[]) => {
    groups.push(group);
    await new Promise<void>((resolve) => ends.push(resolve));
    return group.map((n) => n * 10);
  };
  return { groups, commit, end: () => ends.shift()?.() };
}

test('items that arrive while a commit is in flight share the next one, each with its own result', async () => {
  const { groups, commit, end } = slowCommit();
  const queue = groupCommit(commit, bounds);
  const first = [queue.add(1, 1), queue.add(2, 1)];
  await expect.poll(() => groups).toEqual([[1, 2]]);
  const next = [3, 4, 5].map((n) => queue.add(n, 1));
  end();
  expect(await Promise.all(first)).toEqual([10, 20]);
  await expect
    .poll(() => groups)
    .toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  end();
  expect(await Promise.all(next)).toEqual([30, 40, 50]);
});

test('one item that the store refuses fails alone', async () => {
  const queue = groupCommit(async (group: number[]) => {
    if (group.includes(2)) throw new Error('value out of range');
    return group;
  }, bounds);
  const answers = await Promise.allSettled([1, 2, 3].map((n) => queue.add(n, 1)));
  expect(answers).toMatchObject([
    { value: 1 },
    { reason: { code: 'outbox_unavailable', cause: { message: 'value out of range' } } },
    { value: 3 },
  ]);
});

test('a store that is down fails the whole group after one attempt, and the next group is tried', async () => {
  let calls = 0;
  const queue = groupCommit(async (group: number[]) => {
    calls += 1;
    if (calls === 1) throw unavailable();
    return group;
  }, bounds);
  const answers = await Promise.allSettled([1, 2, 3].map((n) => queue.add(n, 1)));
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(calls).toBe(1);
  expect(await queue.add(4, 1)).toBe(4);
});

test('bytes are bounded as items are, until they are committed', async () => {
  const { commit, end } = slowCommit();
  const queue = groupCommit(commit, bounds);
  const big = queue.add(1, 900);
  await expect(queue.add(2, 101)).rejects.toMatchObject({ code: 'outbox_full', status: 503 });
  const small = queue.add(3, 100);
  await new Promise(setImmediate);
  end();
  await Promise.all([big, small]);
  const later = queue.add(2, 101);
  await new Promise(setImmediate);
  end();
  expect(await later).toBe(20);
});
