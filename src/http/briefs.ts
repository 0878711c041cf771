import * as z from 'zod';
import { PatchworkError } from '../report/index.ts';
import type { Item } from './items.ts';
import { githubAway, type Source } from './reading.ts';

export interface BriefSource extends Source {
  /** The Markdown hand-over of a gap, by its issue: evidence, notes, where in the code. */
  brief(repository: string, issue: number, budgetTokens?: number): Promise<string>;
}

/** Throws `not_yet` (409) without an issue, `github_unavailable` (503) when the code cannot be read now. */
export async function briefOfItem(
  source: BriefSource,
  repository: string,
  item: Item,
  budgetTokens?: number,
): Promise<string> {
  try {
    return await source.brief(repository, issueOf(item), budgetTokens);
  } catch (error) {
    throw error instanceof PatchworkError ? error : githubAway(error);
  }
}

/** How long a brief may be, in tokens (characters / 4). */
export const budget = z.coerce
  .number()
  .int()
  .min(500)
  .max(200_000)
  .default(8000)
  .describe('How long the answer may be, in tokens: what matters most comes first, and what is left out is said.');

export function issueOf(item: Item): number {
  if (item.gap !== null) return item.gap;
  throw new PatchworkError('not_yet', 'The report has no issue yet.', { status: 409, next: 'Try again in a moment.' });
}
