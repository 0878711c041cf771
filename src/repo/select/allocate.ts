import type { RankedFile } from './rank.ts';
import type { LineRange, SelectedFile } from './types.ts';

/** Files behind this rank are hardly ever needed: of all files that real commits changed, 99 % stood before rank 40. */
const considered = 60;

/** One block of one file, as it competes for the budget. */
interface Offer {
  file: number;
  block: number;
  /** In characters. */
  cost: number;
  value: number;
}

/**
 * Spends the budget on blocks, not on files: every block of the best files competes in one pool by the chance that it
 * is needed, so a weak block of the first file loses against the best block of the tenth. Small files go whole by
 * themselves. Measured against fixed shares for each rank, this shows every needed file in more cases at every budget.
 */
export function allocate(ranked: readonly RankedFile[], budgetTokens: number): SelectedFile[] {
  const chosen = new Map<number, Set<number>>();
  let left = budgetTokens * charactersPerToken;
  for (const { file, block, cost } of offersOf(ranked.slice(0, considered))) {
    const blocks = chosen.get(file);
    // A file's cost is rounded up to a token.
    const price = cost + (blocks ? 0 : charactersPerToken);
    if (price > left) continue;
    left -= price;
    chosen.set(file, (blocks ?? new Set()).add(block));
  }
  return [...chosen]
    .sort(([a], [b]) => a - b)
    .map(([index, blocks]) => {
      const file = ranked[index] as RankedFile;
      if (blocks.size === file.blocks.length) return { path: file.path, why: file.why };
      const kept = file.blocks.filter((_, at) => blocks.has(at)).map(({ range }) => range);
      return { path: file.path, ranges: joined(kept), why: file.why };
    });
}

const charactersPerToken = 4;

function offersOf(ranked: readonly RankedFile[]): Offer[] {
  const offers = ranked.flatMap((file, index) => {
    const best = file.blocks.reduce((most, { score }) => Math.max(most, score), 0) || 1;
    const fileChance = (index + 1) ** -0.8;
    return file.blocks.map(({ range, score }, at): Offer => {
      const cost = costOf(file.lines, range);
      const edge = (at === 0 ? headChance : 0) + (at === file.blocks.length - 1 ? tailChance : 0);
      const blockChance = anyChance + score / best + edge;
      return { file: index, block: at, cost, value: (fileChance * blockChance) / Math.sqrt(cost + overhead) };
    });
  });
  return offers.sort((a, b) => b.value - a.value || a.file - b.file || a.block - b.block);
}

/** A hunk may stand anywhere; imports stand at the head, registrations often at the tail. */
const anyChance = 0.05;
const headChance = 0.3;
const tailChance = 0.1;
/** Keeps tiny blocks from winning by their size alone, in characters. */
const overhead = 100;

function costOf(lines: readonly string[], [first, last]: LineRange): number {
  let cost = 0;
  for (let line = first - 1; line < last; line++) cost += (lines[line] as string).length + 1;
  return cost;
}

function joined(ranges: readonly LineRange[]): LineRange[] {
  const out: LineRange[] = [];
  for (const [first, last] of ranges) {
    const before = out.at(-1);
    if (before && first <= before[1] + 1) before[1] = last;
    else out.push([first, last]);
  }
  return out;
}
