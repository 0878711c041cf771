import { expect, test } from 'vitest';
import { ago, counted, sized, time } from '../../../src/forge/pages/words.ts';

const now = new Date('2026-11-20T12:00:00Z');

test.each([
  ['2026-11-20T11:59:30Z', 'just now'],
  ['2026-11-20T11:58:00Z', '2 minutes ago'],
  ['2026-11-20T09:10:00Z', '2 hours ago'],
  ['2026-11-19T11:00:00Z', 'yesterday'],
  ['2026-10-01T12:00:00Z', 'last month'],
  ['2020-11-20T12:00:00Z', '5 years ago'],
])('%s was %s', (then, words) => {
  expect(ago(new Date(then), now)).toBe(words);
});

test('a time carries its machine form and its full date', () => {
  expect(String(time('2026-11-20T09:10:00Z', now))).toBe(
    '<time datetime="2026-11-20T09:10:00.000Z" title="20 Nov 2026, 09:10 UTC">2 hours ago</time>',
  );
  expect(String(time(null, now))).toBe('at an unknown time');
});

test('numbers agree with their nouns', () => {
  expect(counted(1, 'comment')).toBe('1 comment');
  expect(counted(1234, 'branch', 'branches')).toBe('1,234 branches');
  expect(sized(12_345)).toBe('12.3 kB');
});
