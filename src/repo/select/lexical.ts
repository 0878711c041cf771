import { bm25 } from './bm25.ts';
import { sumOf, type TermCounts, termCounter } from './hits.ts';
import type { Query } from './query.ts';
import type { Block, Source } from './source.ts';

/** What the words of a report say about each file and, inside each file, about its blocks; the best of all is 1. */
export interface LexicalScores {
  files: number[];
  bestBlocks: number[];
  /** For each file, for each block; the best block of a file with any match is 1. */
  blocks: number[][];
}

/** How much a long block or file pays for its length. Blocks are cut to about one length, so it hardly matters there. */
const lengthPenalty = { block: 0.3, file: 0.5 };
/** How often the words of a path count: a path is written to be found by. */
const pathRepeats = 3;
/** Tests repeat the words of what they test, and are rarely the place of a change. */
const testWeight = 0.5;

/**
 * BM25 over whole files and over their blocks. Both count: the block finds the one function in a long file, the whole
 * finds the file that is about the subject.
 */
export function lexicalScores(sources: readonly Source[], query: Query): LexicalScores {
  const count = termCounter(query.terms);
  const parts = sources.map(({ text, blocks }) => count(text, blocks));
  const wholes = sources.map(({ path }, index) => withPath(parts[index] as TermCounts[], path, count));
  const scores = bm25(parts.flat(), query.weights, lengthPenalty.block);
  let next = 0;
  const blocks = sources.map((source) =>
    source.blocks.map(
      ({ range }) => (scores[next++] as number) * (range[1] > source.outline.testsFrom ? testWeight : 1),
    ),
  );
  return {
    files: toOne(bm25(wholes, query.weights, lengthPenalty.file)),
    bestBlocks: toOne(blocks.map((each) => each.reduce((a, b) => Math.max(a, b), 0))),
    blocks: blocks.map(toOne),
  };
}

function withPath(parts: readonly TermCounts[], path: string, count: ReturnType<typeof termCounter>): TermCounts {
  const line: Block = { range: [1, 1], size: path.length };
  const words = count(path.replaceAll('\n', ' '), [line]);
  return sumOf([...parts, ...Array.from({ length: pathRepeats }, () => words).flat()]);
}

function toOne(scores: readonly number[]): number[] {
  const best = scores.reduce((a, b) => Math.max(a, b), 0);
  return best > 0 ? scores.map((score) => score / best) : [...scores];
}
