import { GitHubError, notFound, unprocessable } from '../answers.ts';
import { emit } from '../hooks/emit.ts';
import { isObjectId } from '../names.ts';
import { simplePullJson } from '../present/pull.ts';
import { reviewHookJson } from '../present/review.ts';
import type { Account, Actor, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { accountByLogin } from './accounts.ts';
import { type Input, oneOf, optionalList, optionalText, requiredText } from './fields.ts';
import { announce, issueById, record, touch } from './issue-events.ts';
import { isAssignable } from './issues.ts';
import { pullView } from './pull-views.ts';
import type { PullIssue } from './pulls.ts';
import { viewReview } from './views.ts';

export interface Review {
  id: number;
  repository_id: number;
  issue_id: number;
  user_id: number;
  state: 'PENDING' | 'COMMENTED' | 'APPROVED' | 'CHANGES_REQUESTED' | 'DISMISSED';
  body: string;
  commit_sha: string;
  created_at: string;
  submitted_at: string | null;
}

const BODY = { resource: 'PullRequestReview', max: 65_536 };
const PERMISSION = 'pull_requests:write';
const VERDICTS = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;
type Verdict = keyof typeof VERDICTS;

/** Reviews of a pull request, oldest first; one that is not submitted is seen by its author only. */
export function listReviews(world: World, { issue }: PullIssue, viewer: Account | null): Review[] {
  return world.store
    .all<Review>('SELECT * FROM reviews WHERE issue_id = ? ORDER BY id', issue.id)
    .filter((review) => review.state !== 'PENDING' || review.user_id === viewer?.id);
}

export function getReview(world: World, found: PullIssue, viewer: Account | null, id: number): Review {
  const review = listReviews(world, found, viewer).find((one) => one.id === id);
  if (!review) throw notFound();
  return review;
}

const reviewById = (world: World, id: number) =>
  world.store.get<Review>('SELECT * FROM reviews WHERE id = ?', id) as Review;

const verdictOf = (input: Input) => oneOf(input, 'event', Object.keys(VERDICTS) as Verdict[], 'PullRequestReview');

function demandVerdict(actor: Actor, { issue }: PullIssue, verdict: Verdict, body: string): void {
  if (verdict !== 'COMMENT' && issue.user_id === actor.account.id) {
    const what = verdict === 'APPROVE' ? 'approve' : 'request changes on';
    throw new GitHubError(422, 'Unprocessable Entity', [`Can not ${what} your own pull request`]);
  }
  if (verdict !== 'APPROVE' && body.trim() === '') {
    throw new GitHubError(422, 'Unprocessable Entity', ['Body can not be blank']);
  }
}

/** A review; without an `event` it waits for its author to submit it. */
export function createReview(world: World, actor: Actor, repo: Repo, found: PullIssue, input: Input): Review {
  demand(world, actor, repo, 'read', PERMISSION);
  const { issue, pull } = found;
  const verdict = verdictOf(input);
  const body = optionalText(input, 'body', BODY) ?? '';
  const commit = optionalText(input, 'commit_id', BODY) ?? pull.head_sha;
  if (!isObjectId(commit)) throw unprocessable('commit_id is not a commit of this pull request');
  if ((optionalList(input, 'comments') ?? []).length > 0) {
    throw unprocessable('This forge has no comments on lines of a diff: leave `comments` out.');
  }
  if (verdict) demandVerdict(actor, found, verdict, body);
  const waiting = listReviews(world, found, actor.account).find((review) => review.state === 'PENDING');
  if (waiting) {
    throw new GitHubError(422, 'Unprocessable Entity', ['User can only have one pending review per pull request']);
  }
  return world.store.transaction(() => {
    const { id } = world.store.run(
      `INSERT INTO reviews (repository_id, issue_id, user_id, state, body, commit_sha, created_at)
       VALUES (?, ?, ?, 'PENDING', ?, ?, ?)`,
      repo.id,
      issue.id,
      actor.account.id,
      body,
      commit,
      world.time(),
    );
    return verdict ? submit(world, actor, repo, found, reviewById(world, id), verdict) : reviewById(world, id);
  });
}

/** `POST …/reviews/{id}/events`: submits a review that waited. */
export function submitReview(
  world: World,
  actor: Actor,
  repo: Repo,
  found: PullIssue,
  review: Review,
  input: Input,
): Review {
  demand(world, actor, repo, 'read', PERMISSION);
  if (review.state !== 'PENDING') throw unprocessable('Can not submit a review that was submitted already');
  const verdict = verdictOf(input);
  if (!verdict) throw unprocessable('event is missing');
  const body = optionalText(input, 'body', BODY) ?? review.body;
  demandVerdict(actor, found, verdict, body);
  return world.store.transaction(() => {
    world.store.run('UPDATE reviews SET body = ? WHERE id = ?', body, review.id);
    return submit(world, actor, repo, found, review, verdict);
  });
}

function submit(
  world: World,
  actor: Actor,
  repo: Repo,
  { issue }: PullIssue,
  review: Review,
  verdict: Verdict,
): Review {
  world.store.run(
    'UPDATE reviews SET state = ?, submitted_at = ? WHERE id = ?',
    VERDICTS[verdict],
    world.time(),
    review.id,
  );
  world.store.run('DELETE FROM review_requests WHERE issue_id = ? AND account_id = ?', issue.id, actor.account.id);
  touch(world, issue);
  announceReview(world, actor, repo, review.id, 'submitted');
  return reviewById(world, review.id);
}

function announceReview(
  world: World,
  actor: Actor,
  repo: Repo,
  id: number,
  action: 'submitted' | 'edited' | 'dismissed',
  extra: Record<string, unknown> = {},
): void {
  emit(world, repo, actor.account, 'pull_request_review', action, () => {
    const review = reviewById(world, id);
    return {
      ...extra,
      review: reviewHookJson(world.links, viewReview(world, repo, review)),
      pull_request: simplePullJson(world.links, pullView(world, repo, issueById(world, review.issue_id))),
    };
  });
}

export function updateReview(world: World, actor: Actor, repo: Repo, review: Review, input: Input): Review {
  demand(world, actor, repo, review.user_id === actor.account.id ? 'read' : 'write', PERMISSION);
  const body = requiredText(input, 'body', BODY);
  return world.store.transaction(() => {
    world.store.run('UPDATE reviews SET body = ? WHERE id = ?', body, review.id);
    if (review.state !== 'PENDING') {
      announceReview(world, actor, repo, review.id, 'edited', { changes: { body: { from: review.body } } });
    }
    return reviewById(world, review.id);
  });
}

export function deletePendingReview(world: World, actor: Actor, repo: Repo, review: Review): void {
  demand(world, actor, repo, 'read', PERMISSION);
  if (review.state !== 'PENDING') throw unprocessable('Can not delete a non-pending pull request review');
  world.store.run('DELETE FROM reviews WHERE id = ?', review.id);
}

/** Takes the weight from an approval or a request for changes. */
export function dismissReview(
  world: World,
  actor: Actor,
  repo: Repo,
  { issue }: PullIssue,
  review: Review,
  input: Input,
): Review {
  demand(world, actor, repo, 'write', PERMISSION);
  const message = requiredText(input, 'message', BODY);
  if (review.state !== 'APPROVED' && review.state !== 'CHANGES_REQUESTED') {
    throw unprocessable(`Can not dismiss a ${review.state.toLowerCase()} pull request review`);
  }
  return world.store.transaction(() => {
    world.store.run("UPDATE reviews SET state = 'DISMISSED' WHERE id = ?", review.id);
    record(world, actor, repo, issue, 'review_dismissed', {
      dismissed_review: { state: review.state.toLowerCase(), review_id: review.id, dismissal_message: message },
    });
    announceReview(world, actor, repo, review.id, 'dismissed');
    return reviewById(world, review.id);
  });
}

/** Asks people for a review, or takes the request back. Logins that cannot review are refused, as GitHub does. */
export function changeReviewers(
  world: World,
  actor: Actor,
  repo: Repo,
  { issue }: PullIssue,
  change: { logins: readonly string[]; how: 'add' | 'remove' },
): void {
  demand(world, actor, repo, 'write', PERMISSION);
  const people = change.logins.map((login) => {
    const account = accountByLogin(world, login);
    if (account?.id === issue.user_id) throw unprocessable('Review cannot be requested from pull request author.');
    if (account && isAssignable(world, repo, account)) return account;
    throw unprocessable(
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${repo.owner.login}/${repo.name} repository.`,
    );
  });
  const [event, sql] =
    change.how === 'add'
      ? ['review_requested', 'INSERT OR IGNORE INTO review_requests (issue_id, account_id) VALUES (?, ?)']
      : ['review_request_removed', 'DELETE FROM review_requests WHERE issue_id = ? AND account_id = ?'];
  world.store.transaction(() => {
    for (const reviewer of people) {
      if (world.store.run(sql, issue.id, reviewer.id).changes === 0) continue;
      touch(world, issue);
      record(world, actor, repo, issue, event, { requested_reviewer_id: reviewer.id });
      announce(world, actor, repo, issue, event, { reviewer });
    }
  });
}
