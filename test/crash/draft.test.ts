import { expect, test } from 'vitest';
import { playDrafts } from './draft-round.ts';

test('a draft that is killed anywhere ends by itself, in one pull request and one status comment', {
  timeout: 240_000,
}, async () => {
  // Before the run is on the issue, before and after the label is taken off, while the model is asked, around the publishing.
  const at = (request: number, moment: 'before' | 'after' | 'later', delayMs = 0) => ({ request, moment, delayMs });
  const points = [
    ...[at(2, 'before'), at(3, 'after'), at(4, 'before'), at(4, 'after'), at(6, 'later', 30)],
    ...[at(8, 'before'), at(8, 'after'), at(9, 'before')],
  ];
  const { struck, failures } = await playDrafts(points.map((point, number) => ({ number, ...point })));
  expect({ struck, failures }).toEqual({ struck: points.length, failures: [] });
});
