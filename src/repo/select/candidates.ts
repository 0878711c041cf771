import type { Source } from './source.ts';

/** A source file on its way to a place in the ranking. */
export interface Candidate {
  source: Source;
  score: number;
  /** For each block, how likely it is to be needed if the file is; 1 is the best match of its file. */
  blocks: number[];
  /** The strongest single reason, in words for the prompt and the pull request. */
  reason: { points: number; why: string };
}

export function give(candidate: Candidate, points: number, why: string): void {
  candidate.score += points;
  if (points > candidate.reason.points) candidate.reason = { points, why };
}

/** A candidate that lends its score to others, and how much of it. */
export interface Leader {
  index: number;
  weight: number;
}

/** The best candidates, each trusted a little less than the one before; the first lends 1. */
export function leadersOf(candidates: readonly Candidate[], count: number, fall: number): Leader[] {
  const order = candidates
    .map(({ score }, index) => ({ score, index }))
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const best = order[0]?.score || 1;
  return order
    .slice(0, count)
    .map(({ score, index }, rank) => ({ index, weight: Math.max(0, score / best) * fall ** rank }));
}
