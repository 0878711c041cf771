import type { TermCounts } from './hits.ts';

/**
 * Okapi BM25 (Robertson and Zaragoza 2009) of each document for a query, in the form whose idf cannot be negative.
 * `b` says how much a long document pays for its length: code files differ in length for good reasons, so less than
 * the usual 0.75.
 */
export function bm25(documents: readonly TermCounts[], weights: readonly number[], b: number): number[] {
  const k1 = 1.2;
  const average = documents.reduce((sum, { length }) => sum + length, 0) / documents.length || 1;
  const found = weights.map(() => 0);
  for (const { counts } of documents) for (const term of counts.keys()) found[term] = (found[term] as number) + 1;
  const idf = found.map((count) => Math.log(1 + (documents.length - count + 0.5) / (count + 0.5)));
  return documents.map(({ counts, length }) => {
    let score = 0;
    for (const [term, count] of counts) {
      const saturated = (count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / average));
      score += (weights[term] as number) * (idf[term] as number) * saturated;
    }
    return score;
  });
}
