import {
  at,
  DRAFT_FAILED_LABEL,
  DRAFTED_LABEL,
  type DraftRun,
  type Gap,
  type MergeRecord,
} from '../../issues/index.ts';
import { decideAutoRevert } from '../../triage/index.ts';
import { type MergeWork, sentences, stopOf } from './merge.ts';
import { type PullNow, readChecks, readPull, readReviews } from './pull.ts';
import { recordMerge } from './record.ts';
import { readStanding, type Standing } from './standing.ts';

/** Opens the pull request that undoes a merge of ours, and opens the gap again. Repeating it finds the one that is there. */
export async function undo(work: MergeWork, gap: Gap, run: DraftRun, pull: PullNow, why: string): Promise<void> {
  const { gaps, log } = work;
  const { repository } = gaps;
  const commit = pull.commit ?? '';
  const say = (state: MergeRecord['state'], says: string, more: Partial<MergeRecord> = {}) =>
    recordMerge(gaps, gap, run, { readied: true, state, says, commit, ...more }, work.now());
  await work.hold();
  let revert: PullNow;
  try {
    revert = (await openRevert(work, pull)) ?? (await createRevert(work, pull, gap, why));
  } catch (error) {
    const { message = '' } = error as { message?: string };
    await reopen(work, gap);
    return say(
      'kept',
      `Merged as ${commit}, but ${why} It could not be undone: ${message.slice(0, 200)}. A person has to look.`,
    );
  }
  log('merge undone', { gap: gap.number, pull: pull.number, revert: revert.number, why });
  await reopen(work, gap);
  await say('undoing', `Merged as ${commit}, but ${why} #${revert.number} undoes it.`, {
    revert: { number: revert.number, url: revert.url, head: revert.head, why },
  });
  const now = gaps.index.byNumber(gap.number) ?? gap;
  const again = now.status?.runs.find(({ request }) => request === run.request);
  if (again) await followUndo(work, now, again, await readStanding(repository));
}

/** Merges what undoes a merge once that may be, and says how it ended. */
export async function followUndo(work: MergeWork, gap: Gap, run: DraftRun, standing: Standing): Promise<void> {
  const { gaps } = work;
  const { repository } = gaps;
  const { merge } = run;
  if (!merge?.revert) return;
  const { number, head, why } = merge.revert;
  const begin = `Merged as ${merge.commit}, but ${why} #${number} undoes it.`;
  const say = (state: MergeRecord['state'], rest: string) =>
    recordMerge(gaps, gap, run, { ...merge, state, says: `${begin} ${rest}` }, work.now());
  const pull = await readPull(repository, number);
  if (pull.state === 'merged') return say('undone', 'It is undone.');
  if (pull.state === 'closed') return say('kept', 'A person closed that, so the merge stays.');
  const { yes, objections } = decideAutoRevert({
    level: standing.config.level,
    configured: standing.configured,
    stopped: standing.stopped,
    pull: { state: pull.state, untouched: pull.ours && pull.head === head, mergeable: pull.mergeable },
    changesRequested: (await readReviews(repository, pull)).changesRequested,
    checks: await readChecks(repository, pull),
  });
  if (!yes) return say('undoing', `It waits for a person or a check: ${sentences(objections)}`);
  await work.hold();
  const stop = stopOf(await readStanding(repository));
  if (stop) return say('undoing', `It waits for a person: ${stop}`);
  try {
    await repository.octokit.rest.pulls.merge({ ...at(repository), pull_number: number, sha: head });
  } catch (error) {
    const { status, message = '' } = error as { status?: number; message?: string };
    if (status !== 405 && status !== 409 && status !== 422) throw error;
    return say('undoing', `GitHub did not merge that: ${message.slice(0, 200)}`);
  }
  return say('undone', 'It is undone.');
}

/** GitHub names the branch of a revert after the pull request that it undoes. */
async function openRevert(
  { gaps: { repository } }: MergeWork,
  { number, base }: PullNow,
): Promise<PullNow | undefined> {
  const { octokit } = repository;
  const { data } = await octokit.rest.pulls.list({ ...at(repository), base, state: 'all', per_page: 50 });
  const found = data.find(
    ({ head, body }) => BRANCH(number).test(head.ref) && (body ?? '').includes(`Reverts #${number}.`),
  );
  const pull = found && (await readPull(repository, found.number));
  return pull?.ours ? pull : undefined;
}

const BRANCH = (number: number) => new RegExp(`(?:^|/)revert-${number}-`);

async function createRevert({ gaps }: MergeWork, pull: PullNow, gap: Gap, why: string): Promise<PullNow> {
  const answer = await gaps.repository.octokit.graphql<{
    revertPullRequest: { revertPullRequest: { number: number } };
  }>(
    `mutation($input: RevertPullRequestInput!) {
      revertPullRequest(input: $input) { revertPullRequest { number } }
    }`,
    {
      input: {
        pullRequestId: pull.nodeId,
        title: `Undo the draft of gap ${gap.number}`,
        body: `Reverts #${pull.number}.\n\nIt was merged by policy, and ${why}\n\nThe gap is #${gap.number}.`,
        draft: false,
      },
    },
  );
  return readPull(gaps.repository, answer.revertPullRequest.revertPullRequest.number);
}

/** The merge closed the issue; the gap is not closed. */
async function reopen({ gaps }: MergeWork, gap: Gap): Promise<void> {
  const { repository, index } = gaps;
  const { rest } = repository.octokit;
  const route = { ...at(repository), issue_number: gap.number };
  await rest.issues.addLabels({ ...route, labels: [DRAFT_FAILED_LABEL] });
  await rest.issues.removeLabel({ ...route, name: DRAFTED_LABEL }).catch((error: { status?: number }) => {
    if (error.status !== 404) throw error;
  });
  const { data } = await rest.issues.get(route);
  if (data.state === 'open') return;
  index.putIssue((await rest.issues.update({ ...route, state: 'open', state_reason: 'reopened' })).data);
}
