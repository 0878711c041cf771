import type { Gap, GapIndex } from '../issues/index.ts';

/** How much longer the evidence of a gap waits for each report that it holds already, and how long at most. */
const MS_A_REPORT = 35;
const LONGEST_MS = 60_000;

const foldedAt = new WeakMap<GapIndex, Map<number, number>>();

/**
 * How long further reports of a gap should wait for their evidence to be written, in milliseconds. The more often a gap was reported,
 * the less one more report changes, and the more of them share one edit: a thousand repeats in a minute are a handful of writes.
 * `leastMs`: the shortest time between two edits.
 */
export function waitToFold(index: GapIndex, gap: Gap, leastMs: number, now: number): number {
  const last = foldedAt.get(index)?.get(gap.number);
  if (last === undefined) return 0;
  return Math.max(0, last + Math.max(leastMs, Math.min(LONGEST_MS, MS_A_REPORT * gap.held.length)) - now);
}

/** The evidence of this gap was written now, by this process. */
export function noteFold(index: GapIndex, gap: Gap, now: number): void {
  foldedAt.set(index, (foldedAt.get(index) ?? new Map()).set(gap.number, now));
}
