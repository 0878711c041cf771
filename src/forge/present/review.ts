import type { Association } from '../domain/access.ts';
import type { Review } from '../domain/reviews.ts';
import { nodeId } from '../nodes.ts';
import type { Account, Issue, Links, Repo } from '../world.ts';
import { userJson } from './account.ts';
import { issueHtml } from './issue.ts';
import { repoApi } from './repository.ts';

export interface ReviewView {
  review: Review;
  issue: Issue;
  repo: Repo;
  author: Account;
  association: Association;
}

/** `pull-request-review` */
export function reviewJson(links: Links, { review, issue, repo, author, association }: ReviewView) {
  const html = `${issueHtml(links, repo, issue)}#pullrequestreview-${review.id}`;
  const pull = `${repoApi(links, repo)}/pulls/${issue.number}`;
  return {
    id: review.id,
    node_id: nodeId('Review', review.id),
    user: userJson(links, author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: association,
    _links: { html: { href: html }, pull_request: { href: pull } },
    ...(review.submitted_at === null ? {} : { submitted_at: review.submitted_at }),
    commit_id: review.commit_sha,
  };
}

/** The review inside an event: its state is in small letters there, and an empty body is null. */
export function reviewHookJson(links: Links, view: ReviewView) {
  const { review } = view;
  return {
    ...reviewJson(links, view),
    body: review.body === '' ? null : review.body,
    state: review.state.toLowerCase(),
    submitted_at: review.submitted_at,
  };
}

/** The review in the timeline of its pull request. */
export function reviewedJson(links: Links, view: ReviewView) {
  const json = reviewHookJson(links, view);
  return { event: 'reviewed', ...json, submitted_at: view.review.submitted_at ?? view.review.created_at };
}
