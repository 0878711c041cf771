import { expect, test } from 'vitest';
import type { GitHub } from '../../../src/forge/pages/github.ts';
import { lookup, references } from '../../../src/forge/pages/references.ts';

/** Answers every question with an issue of that number, and notes what was asked. */
function answering() {
  const asked: string[] = [];
  const github = {
    find: async (path: string) => {
      asked.push(path);
      return { title: path, state: 'open' };
    },
  } as unknown as GitHub;
  return { asked, ask: lookup(github, ['owner']) };
}

test('what a text names several times is asked for once', async () => {
  const { asked, ask } = answering();
  await references('#1 #1 o/r#1 #2', 'o', 'r', ask);
  expect(asked).toEqual(['/repos/o/r/issues/1', '/repos/o/r/issues/2']);
});

test('a text that names thousands of issues costs no more than a hundred questions', async () => {
  const { asked, ask } = answering();
  const text = Array.from({ length: 3000 }, (_, i) => `#${i + 1}`).join(' ');
  const pieces = await references(text, 'o', 'r', ask);
  expect(asked).toHaveLength(100);
  expect(pieces.filter(({ target }) => target)).toHaveLength(100);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
});

test('no name in a text can reach another endpoint', async () => {
  const { asked, ask } = answering();
  await references('../..#1 ../user#2 o/..#3', 'o', 'r', ask);
  expect(asked).toEqual([]);
});
