import type { GapText } from './types.ts';
import { eachIdentifier, identifierTerms, isStopTerm } from './words.ts';

/**
 * What each part of a report says about the place in the code. Measured on real commits: the need and the suggestion
 * name what is missing, the goal carries almost nothing. A maintainer knows the code, so notes weigh most.
 */
const weights = { note: 2, need: 1.6, suggestion: 1.3, tried: 1, goal: 0.35 };

/** Search terms with their weights, numbered in this order. */
export interface Query {
  terms: string[];
  weights: number[];
}

export function queryOf(gap: GapText): Query {
  const query = new Map<string, number>();
  const add = (text: string, weight: number) => {
    for (const term of termsOf(text)) query.set(term, (query.get(term) ?? 0) + weight);
  };
  add(gap.what_i_needed, weights.need);
  add(gap.what_i_tried, weights.tried);
  add(gap.suggestion, weights.suggestion);
  add(gap.user_goal, weights.goal);
  for (const note of gap.notes ?? []) add(note, weights.note);
  return { terms: [...query.keys()], weights: [...query.values()] };
}

function termsOf(text: string): Set<string> {
  const terms = new Set<string>();
  eachIdentifier(text, (identifier) => {
    for (const term of identifierTerms(identifier)) if (!isStopTerm(term) && !/^\d/.test(term)) terms.add(term);
  });
  return terms;
}
