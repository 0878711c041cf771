import { createHash } from 'node:crypto';

/** Numbers in [0, 1) that follow from the texts alone: the same seed and point decide the same everywhere. */
export function chance(...texts: (string | number)[]): () => number {
  let draws = 0;
  return () => {
    draws += 1;
    return (
      createHash('sha256')
        .update([...texts, draws].join(' '))
        .digest()
        .readUInt32BE() /
      2 ** 32
    );
  };
}

export function pick<T>(choices: readonly T[], draw: number): T {
  return choices[Math.floor(draw * choices.length)] as T;
}

/** Needs that share no word that means anything, so that each is a gap of its own. */
export function needOf(gap: string): string {
  const next = chance('need', gap);
  const word = () =>
    Array.from({ length: 4 }, () => pick(['ba', 'de', 'fi', 'go', 'lu', 'mo', 'ni', 'ra'], next())).join('');
  return `The ${word()} of each ${word()}, by ${word()} and ${word()}`;
}
