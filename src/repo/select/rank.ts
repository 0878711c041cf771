import { blocksOf } from './blocks.ts';
import { bm25 } from './bm25.ts';
import { isGenerated } from './code/language.ts';
import { countsOf, hitFinder, type TermCounts } from './hits.ts';
import type { Query } from './query.ts';
import type { CodeFile, LineRange } from './types.ts';
import { identifierTerms } from './words.ts';

/** A source file with its blocks and what the report's words say about each. */
export interface RankedFile {
  path: string;
  lines: string[];
  blocks: { range: LineRange; score: number }[];
  /** What made it a candidate, in words for the prompt and the pull request. */
  why: string;
  score: number;
}

/** How often a word of the path counts as one of the text: a path is written to be found by. */
const pathRepeats = 3;

export function rankByWords(files: readonly CodeFile[], query: Query): RankedFile[] {
  const weights = [...query.values()];
  const numbers = new Map([...query.keys()].map((term, index) => [term, index]));
  const find = hitFinder(query);
  const wholes: TermCounts[] = [];
  const parts: TermCounts[] = [];
  const ranked = files.map((file): RankedFile => {
    const lines = file.text.split('\n');
    const ranges = blocksOf(lines);
    const counted = countsOf(find(file.text, lines.length), ranges);
    parts.push(...counted);
    wholes.push(withPath(sum(counted), file.path, numbers));
    return {
      path: file.path,
      lines,
      blocks: ranges.map((range) => ({ range, score: 0 })),
      score: 0,
      why: 'its words match the report',
    };
  });
  const wholeScores = normalised(bm25(wholes, weights, 0.5));
  const partScores = bm25(parts, weights, 0.3);
  let at = 0;
  const best = normalised(
    ranked.map(({ blocks }) => {
      for (const block of blocks) block.score = partScores[at++] as number;
      const [first = 0, second = 0, third = 0] = blocks.map((block) => block.score).sort((a, b) => b - a);
      return first + 0.35 * (second + third);
    }),
  );
  ranked.forEach((file, index) => {
    file.score =
      0.9 * (best[index] as number) +
      0.5 * (wholeScores[index] as number) -
      (isGenerated({ path: file.path, text: file.lines.slice(0, 10).join('\n') }) ? 0.4 : 0);
  });
  return ranked.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}

function sum(parts: readonly TermCounts[]): TermCounts {
  const total: TermCounts = { counts: new Map(), length: 0 };
  for (const { counts, length } of parts) {
    total.length += length;
    for (const [term, count] of counts) total.counts.set(term, (total.counts.get(term) ?? 0) + count);
  }
  return total;
}

function withPath(whole: TermCounts, path: string, numbers: ReadonlyMap<string, number>): TermCounts {
  for (const part of identifierTerms(path.slice(-80))) {
    whole.length += pathRepeats;
    const term = numbers.get(part);
    if (term !== undefined) whole.counts.set(term, (whole.counts.get(term) ?? 0) + pathRepeats);
  }
  return whole;
}

function normalised(scores: number[]): number[] {
  const best = scores.reduce((a, b) => Math.max(a, b), 0);
  return best > 0 ? scores.map((score) => score / best) : scores;
}
