import { GraphqlResponseError } from '@octokit/graphql';
import type { DraftRun, Outcome } from '../issues/index.ts';
import { PatchworkError } from '../report/index.ts';
import { inertProse } from './prose.ts';

/** How a run ends, as the issue says it. */
export type Ending = Pick<DraftRun, 'reason' | 'summary' | 'branch' | 'pull' | 'commit' | 'proof'> & {
  outcome: Outcome;
};

export function declined(reason: string, summary: string): Ending {
  return { outcome: 'declined', reason, summary };
}

/** How an error ends the run; undefined for those that may pass by themselves. */
export function failureOf(error: unknown): Ending | undefined {
  if (error instanceof PatchworkError) {
    const next = error.next ?? 'A note on this issue and the label again start another attempt.';
    return failed(error.code, `${error.message} ${next}`);
  }
  if (error instanceof GraphqlResponseError) {
    return failed('github_refused', `GitHub refused the commit: ${error.errors?.[0]?.message ?? 'no reason given'}.`);
  }
  const { status, message = '' } = error as { status?: number; message?: string };
  const waits = status === 401 || status === 408 || status === 429 || /rate limit|abuse/i.test(message);
  if (status === undefined || status >= 500 || waits) return undefined;
  return failed(
    'github_refused',
    `GitHub refused a request (${status}: ${message}). Check that the App or token may write contents and pull requests.`,
  );
}

function failed(reason: string, summary: string): Ending {
  return { outcome: 'failed', reason, summary: inertProse(summary, 800) };
}
