import { at, type DraftRun, isOurs, type Repository } from '../issues/index.ts';
import type { OpenDraft } from './standing.ts';

/**
 * Closes the drafts that a new one takes the place of, where nobody but us touched them; the others are left open. Either way each
 * names the new one, which names them in its own text.
 */
export async function supersede(
  repository: Repository,
  drafts: OpenDraft[],
  runs: DraftRun[],
  replacement: number,
): Promise<void> {
  const { rest } = repository.octokit;
  for (const { number } of drafts) {
    const touched = await touchedBy(repository, number, runs.find(({ pull }) => pull?.number === number)?.commit);
    const body = touched
      ? `#${replacement} is a newer draft for the same gap. This one stays open because ${touched}.`
      : `Superseded by #${replacement}.`;
    await rest.issues.createComment({ ...at(repository), issue_number: number, body });
    if (!touched) await rest.pulls.update({ ...at(repository), pull_number: number, state: 'closed' });
  }
}

/** Whose work would be lost if a draft were closed, in words; undefined when it is only ours. `commit` is the one we pushed. */
async function touchedBy(
  repository: Repository,
  number: number,
  commit: string | undefined,
): Promise<string | undefined> {
  const { octokit } = repository;
  const { rest } = octokit;
  const route = { ...at(repository), pull_number: number };
  const { data: pull } = await rest.pulls.get(route);
  if (pull.head.sha !== commit) return 'somebody pushed to it';
  if (pull.draft === false && !pull.title.startsWith('[draft]')) return 'somebody marked it as ready';
  if (pull.assignees?.length || pull.requested_reviewers?.length) return 'somebody was asked to look at it';
  const mine = { ...at(repository), issue_number: number, per_page: 100 };
  const comments = pull.comments ? await octokit.paginate(rest.issues.listComments, mine) : [];
  const remarks = pull.review_comments
    ? await octokit.paginate(rest.pulls.listReviewComments, { ...route, per_page: 100 })
    : [];
  const reviews = await octokit.paginate(rest.pulls.listReviews, { ...route, per_page: 100 });
  const isWork = ({ user, body }: { user: { login: string } | null; body?: string | null | undefined }) =>
    !isOurs(repository, user) && !isCommand(body ?? '');
  // A review that only carries comments has no text of its own: its comments are judged by themselves.
  if (reviews.some((review) => (review.state !== 'COMMENTED' || review.body) && isWork(review)))
    return 'somebody reviewed it';
  return [...comments, ...remarks].some(isWork) ? 'somebody commented on it' : undefined;
}

/** What asks for the new draft is no work on the old one. */
function isCommand(text: string): boolean {
  return /^\s*\/patchwork\s+(?:re)?draft\b/.test(text);
}
