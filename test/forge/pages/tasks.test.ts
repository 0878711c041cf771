import { expect, test } from 'vitest';
import { parse } from '../../../src/forge/pages/parse.ts';
import { tasks, tick } from '../../../src/forge/pages/tasks.ts';

const text = `Left to do:

- [x] first
- [ ] second [ ] with a bracket
  1. [ ] nested
- [link](x) no task
- [ ]

\`\`\`
- [ ] code
\`\`\`

> * [X] quoted
`;

test('the boxes of a text are found in order, and none in code', () => {
  expect(tasks(parse(text)).map(({ content, done }) => [content, done])).toEqual([
    ['[x] first', true],
    ['[ ] second [ ] with a bracket', false],
    ['[ ] nested', false],
    ['[X] quoted', true],
  ]);
});

test.each([
  [0, '- [x] first', '- [ ] first'],
  [1, '- [ ] second [ ] with', '- [x] second [ ] with'],
  [2, '  1. [ ] nested', '  1. [x] nested'],
  [3, '> * [X] quoted', '> * [ ] quoted'],
])('ticking box %i changes that box and nothing else', (index, before, after) => {
  expect(tick(text, index)).toBe(text.replace(before, after));
});

test('there is no box beyond the last', () => {
  expect(tick(text, 4)).toBeUndefined();
  expect(tick(text, Number.NaN)).toBeUndefined();
});
