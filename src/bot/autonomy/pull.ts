import { mayWrite } from '../../draft/index.ts';
import { at, isOurs, type Repository } from '../../issues/index.ts';
import { probePath } from '../../surface/index.ts';
import { type ChangedFile, kindOfFile, type MergeFacts } from '../../triage/index.ts';
import { requiredChecks } from './standing.ts';

/** A pull request as GitHub gives it, and what may be asked of GitHub with it. */
export interface PullNow {
  number: number;
  nodeId: string;
  url: string;
  state: 'open' | 'closed' | 'merged';
  draft: boolean;
  head: string;
  branch: string;
  base: string;
  mergeable: boolean | undefined;
  /** Opened by us, from a branch of this very repository. */
  ours: boolean;
  /** Who merged it, and the commit on the base branch. */
  mergedBy: { login: string } | undefined;
  commit: string | undefined;
  reviewsRequested: number;
  changedFiles: number;
}

export async function readPull(repository: Repository, number: number): Promise<PullNow> {
  const { data } = await repository.octokit.rest.pulls.get({ ...at(repository), pull_number: number });
  return {
    number,
    nodeId: data.node_id,
    url: data.html_url,
    state: data.merged ? 'merged' : data.state === 'closed' ? 'closed' : 'open',
    draft: data.draft ?? false,
    head: data.head.sha,
    branch: data.head.ref,
    base: data.base.ref,
    mergeable: data.mergeable ?? undefined,
    ours: isOurs(repository, data.user) && data.head.repo?.id === data.base.repo.id,
    mergedBy: data.merged_by ?? undefined,
    commit: data.merged ? (data.merge_commit_sha ?? undefined) : undefined,
    reviewsRequested: (data.requested_reviewers?.length ?? 0) + (data.requested_teams?.length ?? 0),
    changedFiles: data.changed_files,
  };
}

/** More than this is never merged unread, so it need not be read. */
const MOST_FILES = 100;

export async function readFiles(
  repository: Repository,
  pull: PullNow,
  gap: number,
): Promise<ChangedFile[] | undefined> {
  if (pull.changedFiles > MOST_FILES) return undefined;
  const { data } = await repository.octokit.rest.pulls.listFiles({
    ...at(repository),
    pull_number: pull.number,
    per_page: MOST_FILES,
  });
  if (data.length !== pull.changedFiles) return undefined;
  return data.map(({ filename, status, changes }) => ({
    path: filename,
    status: STATUS[status] ?? 'other',
    lines: changes,
    kind: filename === probePath(gap) && status === 'added' ? 'probe' : kindOfFile(filename),
  }));
}

const STATUS: Partial<Record<string, ChangedFile['status']>> = {
  added: 'added',
  modified: 'modified',
  changed: 'modified',
  removed: 'removed',
  renamed: 'renamed',
};

/** Everybody's last word; who approves needs write access now, and approves the very commit. */
export async function readReviews(repository: Repository, pull: PullNow): Promise<MergeFacts['reviews']> {
  const { octokit } = repository;
  const route = { ...at(repository), pull_number: pull.number, per_page: 100 };
  const reviews = await octokit.paginate(octokit.rest.pulls.listReviews, route);
  const last = new Map<string, { state: string; commit: string | null }>();
  for (const { user, state, commit_id } of reviews) {
    if (user?.type !== 'User' || state === 'COMMENTED' || state === 'PENDING') continue;
    last.set(user.login, { state, commit: commit_id });
  }
  let approvals = 0;
  for (const [login, { state, commit }] of last) {
    if (state === 'APPROVED' && commit === pull.head && (await mayWrite(repository, login))) approvals += 1;
  }
  return {
    approvals,
    changesRequested: [...last.values()].some(({ state }) => state === 'CHANGES_REQUESTED'),
    requested: pull.reviewsRequested > 0,
  };
}

const GREEN = ['success', 'neutral', 'skipped'];

/** All checks and statuses of the head but our own, which are no second opinion. */
export async function readChecks(repository: Repository, pull: PullNow): Promise<MergeFacts['checks']> {
  const { octokit } = repository;
  const route = { ...at(repository), ref: pull.head, per_page: 100 };
  const { data } = await octokit.rest.checks.listForRef(route);
  const all = data.check_runs;
  const isOwn = (run: (typeof all)[number]) => isOurs(repository, run.app && { login: `${run.app.slug}[bot]` });
  const own = all.filter(isOwn).map(({ name }) => name);
  const runs = all.filter((run) => !isOwn(run));
  const statuses = await readStatuses(repository, pull.head);
  const names = (list: { name: string }[]) => [...new Set(list.map(({ name }) => name))];
  return {
    required: (await requiredChecks(repository, pull.base)).filter((name) => !own.includes(name)),
    green: [
      ...names(runs.filter(({ status, conclusion }) => status === 'completed' && GREEN.includes(conclusion ?? ''))),
      ...names(statuses.filter(({ state }) => state === 'success')),
    ],
    pending: [
      ...(data.total_count > all.length ? ['more checks'] : []),
      ...names(runs.filter(({ status }) => status !== 'completed')),
      ...names(statuses.filter(({ state }) => state === 'pending')),
    ],
    failing: [
      ...names(runs.filter(({ status, conclusion }) => status === 'completed' && !GREEN.includes(conclusion ?? ''))),
      ...names(statuses.filter(({ state }) => state === 'failure' || state === 'error')),
    ],
  };
}

async function readStatuses(repository: Repository, ref: string): Promise<{ name: string; state: string }[]> {
  const { octokit } = repository;
  try {
    const { data } = await octokit.rest.repos.getCombinedStatusForRef({ ...at(repository), ref, per_page: 100 });
    const statuses = data.statuses.map(({ context, state }) => ({ name: context, state: state as string }));
    return data.total_count > statuses.length ? [...statuses, { name: 'more statuses', state: 'pending' }] : statuses;
  } catch (error) {
    if ((error as { status?: number }).status !== 403) throw error;
    return [{ name: 'commit statuses (the App may not read them)', state: 'pending' }];
  }
}
