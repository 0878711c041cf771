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
