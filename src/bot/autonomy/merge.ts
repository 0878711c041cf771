import type { RepositoryConfig } from '../../config/index.ts';
import { type Ground, type Look, lookAt, renderLookDispatch } from '../../draft/index.ts';
import { at, type DraftRun, type Gap, type Gaps, isOurs, isSealedWhole, type MergeRecord } from '../../issues/index.ts';
import {
  decideAutoMerge,
  FAILURES_THAT_PARK,
  looksLikeSecurity,
  type MergeFacts,
  type Objection,
} from '../../triage/index.ts';
import { type PullNow, readChecks, readFiles, readPull, readReviews } from './pull.ts';
import { recordMerge } from './record.ts';
import { readStanding, type Standing } from './standing.ts';
import { followUndo, undo } from './undo.ts';

export interface MergeWork {
  gaps: Gaps;
  /** Where the default branch may be run after a merge; undefined where it must not. */
  ground: Ground | undefined;
  /** Whether the repository's workflow looks at the default branch, where it must not be run here. */
  inAction: boolean;
  /** Comes before patchwork.yml. */
  settings?: Partial<Pick<RepositoryConfig, 'server' | 'verify'>>;
  /** Throws when the lane is no longer ours: nothing is written to GitHub after that. */
  hold(): Promise<void>;
  now(): Date;
  log(message: string, details?: object): void;
}

/** The run whose draft may be merged: the last one, if it was verified. */
export function mergeable(gap: Gap): DraftRun | undefined {
  const run = gap.status?.runs.at(-1);
  return run?.pull && run.proof ? run : undefined;
}

/** How long the workflow may take until somebody is told that it did not look. */
const LOOK_MS = 3 * 3_600_000;

/** Merges that are not finished yet: they are looked after whatever the level is now. */
export function isUnfinished(run: DraftRun | undefined): boolean {
  return ['merging', 'merged', 'undoing'].includes(run?.merge?.state ?? '');
}

/** How often a gap's drafts failed in a row, merges that were undone among them. */
export function failuresOf(gap: Gap): number {
  const runs = (gap.status?.runs ?? []).filter(({ outcome }) => outcome !== undefined && outcome !== 'declined');
  const last = runs.findLastIndex(({ outcome, merge }) => outcome !== 'failed' && merge?.state !== 'undone');
  return runs.length - 1 - last;
}

/**
 * Looks after the draft of one gap: merges it when the policy says yes, looks at the default branch afterwards, and undoes the merge
 * when that is red. Every step can be repeated: GitHub says what was done, the status comment says what comes next.
 */
export async function tendMerge(work: MergeWork, gap: Gap, standing: Standing, others: MergeOthers): Promise<void> {
  const run = mergeable(gap);
  const record = run?.merge;
  if (!run?.pull || record?.state === 'kept' || record?.state === 'undone') return;
  const pull = await readPull(work.gaps.repository, run.pull.number);
  if (record?.state === 'undoing') return followUndo(work, gap, run, standing);
  if (pull.state === 'merged') {
    // A person was faster, or may have been: what people merge is theirs.
    if (!isUnfinished(run) || !isOurs(work.gaps.repository, pull.mergedBy)) return;
    await afterMerge(work, gap, run, pull);
    return;
  }
  if (standing.config.level !== 'auto-merge' && !record) return;

  const say = (state: MergeRecord['state'], says: string, more: Partial<MergeRecord> = {}) =>
    recordMerge(
      work.gaps,
      gap,
      run,
      { ...(record?.readied ? { readied: true } : {}), state, says, ...more },
      work.now(),
    );
  const facts = await gather(work, gap, run, pull, standing, others);
  const { yes, objections } = decideAutoMerge(facts);
  if (!yes && objections.some(({ kind }) => kind === 'stop')) {
    return say('refused', `Not merged: ${sentences(objections)}`);
  }
  if (standing.config.auto_merge.dry_run) {
    return say(
      'waiting',
      yes ? 'It would be merged now, if this were no dry run.' : `Would wait: ${sentences(objections)}`,
    );
  }
  if (pull.draft) {
    await work.hold();
    await markReady(work, pull);
    // What starts with that (checks, reviewers) has to come first: GitHub tells us, or the next sweep finds it.
    return say('waiting', 'Ready for review; it is merged once nothing speaks against it.', { readied: true });
  }
  if (!yes) return say('waiting', `It is merged once nothing speaks against it any more. ${sentences(objections)}`);
  await say('merging', 'Nothing speaks against it: it is being merged.');
  await merge(work, gap, run, pull, say);
}

/**
 * What comes after the merge of a gap's draft, done where code of the repository may be run. Undefined when there is nothing to be
 * done: nothing of the gap was merged by us, or it was looked at already.
 */
export async function lookAfterMerge(
  work: MergeWork,
  gap: Gap,
): Promise<{ merge: MergeRecord; look: Look['state'] | undefined } | undefined> {
  const run = mergeable(gap);
  if (!run?.pull || !['merging', 'merged'].includes(run.merge?.state ?? '')) return undefined;
  const pull = await readPull(work.gaps.repository, run.pull.number);
  if (pull.state !== 'merged' || !isOurs(work.gaps.repository, pull.mergedBy)) return undefined;
  const look = await afterMerge(work, gap, run, pull);
  const runs = work.gaps.index.byNumber(gap.number)?.status?.runs ?? [];
  const merge = runs.find(({ request }) => request === run.request)?.merge;
  return merge && { merge, look };
}

type Say = (state: MergeRecord['state'], says: string, more?: Partial<MergeRecord>) => Promise<void>;

/** The kill switch is the last thing that is read, and the first that is read again. */
async function merge(work: MergeWork, gap: Gap, run: DraftRun, pull: PullNow, say: Say): Promise<void> {
  const { repository } = work.gaps;
  const { octokit } = repository;
  const { data: settings } = await octokit.rest.repos.get(at(repository));
  const method = settings.allow_squash_merge ? 'squash' : settings.allow_merge_commit === false ? 'rebase' : 'merge';
  await work.hold();
  const last = await readStanding(repository);
  const stop = stopOf(last);
  if (stop) return say('refused', `Not merged: ${stop}`);
  try {
    const { data } = await octokit.rest.pulls.merge({
      ...at(repository),
      pull_number: pull.number,
      sha: pull.head,
      merge_method: method,
    });
    work.log('merged by policy', { gap: gap.number, pull: pull.number, commit: data.sha });
  } catch (error) {
    const { status, message = '' } = error as { status?: number; message?: string };
    // 405: something forbids it; 409: the branch moved in this very moment; 422: it cannot be merged.
    if (status !== 405 && status !== 409 && status !== 422) throw error;
    return say('waiting', `GitHub did not merge it: ${message.slice(0, 200)}`);
  }
  await afterMerge(work, gap, run, await readPull(repository, pull.number));
}

/** Why nothing is merged now whatever the draft is like; undefined when it may be. */
export function stopOf({ config, configured, stopped }: Standing): string | undefined {
  if (stopped) return `Everything is stopped here: ${stopped}.`;
  if (!configured) return 'The file patchwork.yml is not valid.';
  return config.level === 'auto-merge' ? undefined : `The level is \`${config.level}\`.`;
}

async function afterMerge(work: MergeWork, gap: Gap, run: DraftRun, pull: PullNow): Promise<Look['state'] | undefined> {
  const { gaps, ground, inAction } = work;
  const { repository } = gaps;
  const commit = pull.commit ?? '';
  const say = (state: MergeRecord['state'], says: string) =>
    recordMerge(gaps, gap, run, { readied: true, state, says, commit }, work.now());
  const stop = stopOf(await readStanding(repository));
  if (stop) {
    await undo(work, gap, run, pull, `it was stopped while it was being merged. ${stop}`);
    return undefined;
  }
  if (!ground && inAction) {
    if (run.merge?.state !== 'merged') {
      await work.hold();
      // Asked twice it looks once; asked never it would be believed to look.
      await repository.octokit.rest.repos.createDispatchEvent({ ...at(repository), ...renderLookDispatch(gap.number) });
      await say('merged', `Merged as ${commit}. The workflow looks at the default branch now.`);
    } else if (work.now().getTime() - Date.parse(run.merge.at) > LOOK_MS) {
      await say('kept', `Merged as ${commit}. The workflow did not look at the default branch: a person has to.`);
    }
    return undefined;
  }
  await say('merged', `Merged as ${commit}. The default branch is looked at now.`);
  if (!ground) {
    await say(
      'kept',
      `Merged as ${commit}. The default branch was not looked at: code of the repository is not run here.`,
    );
    return 'untold';
  }
  await work.hold();
  const { data } = await repository.octokit.rest.git.getCommit({ ...at(repository), commit_sha: commit });
  const before = data.parents[0]?.sha ?? commit;
  const now = (await readStanding(repository)).base.commit;
  const look = await lookAt(repository, ground, { commit: now, before, gap: gap.number }, work.settings);
  const told = look.state === 'green' ? look.why : `The default branch could not be looked at: ${look.why}`;
  if (look.state === 'red') await undo(work, gap, run, pull, `the default branch is red since. ${look.why}`);
  else await say('kept', `Merged as ${commit}. ${told}`);
  return look.state;
}

/** What the policy has to know of the other drafts of the repository. */
export interface MergeOthers {
  today: number;
  unfinished: boolean;
}

async function gather(
  { gaps: { repository }, now }: MergeWork,
  gap: Gap,
  run: DraftRun,
  pull: PullNow,
  standing: Standing,
  others: MergeOthers,
): Promise<MergeFacts> {
  const failures = failuresOf(gap);
  return {
    level: standing.config.level,
    rules: standing.config.auto_merge,
    configured: standing.configured,
    stopped: standing.stopped,
    gap: {
      open: gap.state === 'open',
      locked: gap.locked,
      parked: gap.decisions.parked !== undefined || failures >= FAILURES_THAT_PARK,
      security: gap.reports.some((report) => isSealedWhole(report) || looksLikeSecurity(report)),
      failures,
    },
    outcome: run.outcome,
    proof: run.proof,
    pull: {
      state: pull.state,
      ours: pull.ours && pull.branch === run.branch,
      toDefault: pull.base === standing.base.branch,
      head: pull.head,
      withdrawn: pull.draft && run.merge?.readied === true,
      mergeable: pull.mergeable,
      files: await readFiles(repository, pull, gap.number),
    },
    reviews: await readReviews(repository, pull),
    checks: await readChecks(repository, pull),
    age: (now().getTime() - Date.parse(run.startedAt)) / 60_000,
    ...others,
  };
}

async function markReady({ gaps }: MergeWork, { nodeId }: PullNow): Promise<void> {
  const query =
    'mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }';
  await gaps.repository.octokit.graphql(query, { id: nodeId });
}

export function sentences(objections: Objection[]): string {
  return objections.map(({ why }) => why).join(' ');
}
