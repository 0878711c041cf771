import { DRAFT_FAILED_LABEL, DRAFTING_LABEL, type DraftRun, type Gaps } from '../issues/index.ts';
import { readStanding } from './standing.ts';
import { openStatus } from './status.ts';

/**
 * Ends the run of a runner that was stopped, so that its issue does not say for ever that a draft is being written. Undefined when
 * it has no run under way there.
 */
export async function endInterrupted(gaps: Gaps, issue: number, runner: string): Promise<DraftRun | undefined> {
  await gaps.index.refresh();
  const gap = gaps.index.byNumber(issue);
  const run = gap?.status?.runs.find((candidate) => candidate.runner === runner && !candidate.outcome);
  const standing = gap && run && (await readStanding(gaps.repository, issue));
  if (!standing) return undefined;
  const ended: DraftRun = {
    ...run,
    outcome: 'failed',
    reason: 'interrupted',
    summary: 'The run was cancelled or stopped before it came to an end. Run it again, or apply the label again.',
    endedAt: new Date().toISOString(),
  };
  await openStatus(gaps, gap, run, standing, () => {}).end(ended, {
    add: [DRAFT_FAILED_LABEL],
    remove: [DRAFTING_LABEL],
  });
  return ended;
}
