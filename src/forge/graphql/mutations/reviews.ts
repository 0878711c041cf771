import { notFound } from '../../answers.ts';
import { issueById } from '../../domain/issue-events.ts';
import { getPull, type PullIssue } from '../../domain/pulls.ts';
import {
  changeReviewers,
  createReview,
  dismissReview,
  getReview,
  listReviews,
  type Review,
  submitReview,
} from '../../domain/reviews.ts';
import { reviewersOf } from '../../domain/views.ts';
import type { Repo } from '../../world.ts';
import type { Asking } from '../index.ts';
import { loginById, reviewById, subjectOf } from '../lookup.ts';
import { accountNode } from '../nodes/account.ts';
import { reviewNode } from '../nodes/review.ts';
import { subjectNode } from '../nodes/subject.ts';

function pullAt({ world }: Asking, id: string): { repo: Repo; found: PullIssue } {
  const { repo, issue } = subjectOf(world, id, 'PullRequest');
  return { repo, found: getPull(world, repo, issue.number) };
}

function shown(asking: Asking, repo: Repo, review: Review) {
  const node = reviewNode(asking, repo, review);
  return { pullRequestReview: node, reviewEdge: { node, cursor: node.id } };
}

/** A review by its id with the pull request it belongs to; one that waits is found by its author only. */
function reviewAt(asking: Asking, id: string) {
  const { world, viewer } = asking;
  const { repo, row } = reviewById(world, id);
  const found = getPull(world, repo, issueById(world, row.issue_id).number);
  return { repo, found, review: getReview(world, found, viewer.account, row.id) };
}

/** The viewer's own review that waits to be submitted. */
function pendingOn(asking: Asking, pullRequestId: string) {
  const { repo, found } = pullAt(asking, pullRequestId);
  const review = listReviews(asking.world, found, asking.viewer.account).find(({ state }) => state === 'PENDING');
  if (!review) throw notFound();
  return { repo, found, review };
}

export const reviewMutations = {
  addPullRequestReview(
    asking: Asking,
    input: {
      pullRequestId: string;
      body?: string | null;
      event?: string | null;
      commitOID?: string | null;
      comments?: unknown[] | null;
      threads?: unknown[] | null;
    },
  ) {
    const { repo, found } = pullAt(asking, input.pullRequestId);
    const review = createReview(asking.world, asking.viewer, repo, found, {
      body: input.body,
      event: input.event,
      commit_id: input.commitOID,
      comments: [...(input.comments ?? []), ...(input.threads ?? [])],
    });
    return shown(asking, repo, review);
  },
  submitPullRequestReview(
    asking: Asking,
    input: { pullRequestId?: string | null; pullRequestReviewId?: string | null; event: string; body?: string | null },
  ) {
    const { repo, found, review } = input.pullRequestReviewId
      ? reviewAt(asking, input.pullRequestReviewId)
      : pendingOn(asking, input.pullRequestId ?? '');
    const { event, body } = input;
    return shown(asking, repo, submitReview(asking.world, asking.viewer, repo, found, review, { event, body }));
  },
  dismissPullRequestReview(asking: Asking, input: { pullRequestReviewId: string; message: string }) {
    const { repo, found, review } = reviewAt(asking, input.pullRequestReviewId);
    const { message } = input;
    return shown(asking, repo, dismissReview(asking.world, asking.viewer, repo, found, review, { message }));
  },
  /** Asks the named people; without `union` nobody else. */
  requestReviews(asking: Asking, input: { pullRequestId: string; userIds?: string[] | null; union?: boolean | null }) {
    const { world, viewer } = asking;
    const { repo, found } = pullAt(asking, input.pullRequestId);
    const logins = (input.userIds ?? []).map((id) => loginById(world, id));
    const asked = reviewersOf(world, found.issue).map(({ login }) => login);
    const others = input.union ? [] : asked.filter((login) => !logins.includes(login));
    changeReviewers(world, viewer, repo, found, { logins: others, how: 'remove' });
    changeReviewers(world, viewer, repo, found, { logins, how: 'add' });
    return {
      actor: accountNode(world, viewer.account),
      pullRequest: () => subjectNode(asking, repo, issueById(world, found.issue.id)),
    };
  },
};
