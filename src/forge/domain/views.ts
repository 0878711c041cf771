import type { CommentView, IssueView, ReactionContent } from '../present/issue.ts';
import type { Milestone, MilestoneView } from '../present/milestone.ts';
import type { ReviewView } from '../present/review.ts';
import type { Account, App, Comment, Issue, Label, Pull, Repo, World } from '../world.ts';
import { type Association, associationOf } from './access.ts';
import { accountById } from './accounts.ts';
import type { Review } from './reviews.ts';

/** Gathers what the presenters need, with one query per kind for a whole page of issues or comments. */

function memo<K, V>(look: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    if (!known.has(key)) known.set(key, look(key));
    return known.get(key) as V;
  };
}

function grouped<Row extends { key: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.key);
    if (group) group.push(row);
    else groups.set(row.key, [row]);
  }
  return groups;
}

export function appView(world: World, id: number | null): { app: App; owner: Account } | null {
  const app = id === null ? undefined : world.store.get<App>('SELECT * FROM apps WHERE id = ?', id);
  return app ? { app, owner: accountById(world, app.owner_id) } : null;
}

export function milestoneView(world: World, milestone: Milestone): MilestoneView {
  const counts = world.store.get<{ open: number; closed: number }>(
    `SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'closed') AS closed
     FROM issues WHERE milestone_id = ?`,
    milestone.id,
  );
  return {
    milestone,
    creator: accountById(world, milestone.creator_id),
    open: counts?.open ?? 0,
    closed: counts?.closed ?? 0,
  };
}

function reactionCounts(world: World, subject: 'issue' | 'comment', ids: number[]) {
  const rows =
    ids.length === 0
      ? []
      : world.store.all<{ key: number; content: ReactionContent; count: number }>(
          `SELECT subject_id AS key, content, count(*) AS count FROM reactions
           WHERE subject = ? AND subject_id IN (SELECT value FROM json_each(?)) GROUP BY subject_id, content`,
          subject,
          JSON.stringify(ids),
        );
  const groups = grouped(rows);
  return (id: number): Partial<Record<ReactionContent, number>> =>
    Object.fromEntries((groups.get(id) ?? []).map(({ content, count }) => [content, count]));
}

function lookups(world: World, repo: Repo) {
  const account = memo((id: number) => accountById(world, id));
  return {
    account,
    association: memo((id: number): Association => associationOf(world, repo, account(id))),
    app: memo((id: number | null) => appView(world, id)),
  };
}

export function viewIssues(world: World, repo: Repo, issues: readonly Issue[]): IssueView[] {
  const ids = JSON.stringify(issues.map((issue) => issue.id));
  const labels = grouped(
    world.store.all<{ key: number; label_id: number }>(
      `SELECT issue_id AS key, label_id FROM issue_labels
       WHERE issue_id IN (SELECT value FROM json_each(?)) ORDER BY label_id`,
      ids,
    ),
  );
  const label = memo((id: number) => world.store.get<Label>('SELECT * FROM labels WHERE id = ?', id) as Label);
  const assignees = grouped(
    world.store.all<{ key: number; account_id: number }>(
      `SELECT issue_id AS key, account_id FROM assignees
       WHERE issue_id IN (SELECT value FROM json_each(?)) ORDER BY account_id`,
      ids,
    ),
  );
  const children = grouped(
    world.store.all<{ key: number; total: number; completed: number }>(
      `SELECT parent_id AS key, count(*) AS total, count(*) FILTER (WHERE state = 'closed') AS completed
       FROM issues WHERE parent_id IN (SELECT value FROM json_each(?)) GROUP BY parent_id`,
      ids,
    ),
  );
  const pulls = issues.some((issue) => issue.is_pull)
    ? new Map(
        world.store
          .all<Pull>('SELECT * FROM pulls WHERE issue_id IN (SELECT value FROM json_each(?))', ids)
          .map((pull) => [pull.issue_id, pull]),
      )
    : new Map<number, Pull>();
  const reactions = reactionCounts(
    world,
    'issue',
    issues.filter((issue) => issue.reactions > 0).map((issue) => issue.id),
  );
  const { account, association, app } = lookups(world, repo);
  const milestone = memo((id: number) =>
    milestoneView(world, world.store.get<Milestone>('SELECT * FROM milestones WHERE id = ?', id) as Milestone),
  );
  const parent = memo((id: number) => world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', id) ?? null);

  return issues.map((issue) => ({
    issue,
    repo,
    author: account(issue.user_id),
    association: association(issue.user_id),
    app: app(issue.app_id),
    labels: (labels.get(issue.id) ?? []).map((row) => label(row.label_id)),
    assignees: (assignees.get(issue.id) ?? []).map((row) => account(row.account_id)),
    milestone: issue.milestone_id === null ? null : milestone(issue.milestone_id),
    closedBy: issue.closed_by === null ? null : account(issue.closed_by),
    reactions: reactions(issue.id),
    pull: pulls.get(issue.id) ?? null,
    parent: issue.parent_id === null ? null : parent(issue.parent_id),
    subIssues: children.get(issue.id)?.[0] ?? { total: 0, completed: 0 },
  }));
}

export const viewIssue = (world: World, repo: Repo, issue: Issue): IssueView =>
  viewIssues(world, repo, [issue])[0] as IssueView;

export function viewReview(world: World, repo: Repo, review: Review): ReviewView {
  const author = accountById(world, review.user_id);
  const issue = world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', review.issue_id) as Issue;
  return { review, issue, repo, author, association: associationOf(world, repo, author) };
}

/** People who were asked for a review and have not given one yet. */
export function reviewersOf(world: World, issue: Issue): Account[] {
  return world.store.all<Account>(
    'SELECT accounts.* FROM review_requests JOIN accounts ON accounts.id = account_id WHERE issue_id = ? ORDER BY id',
    issue.id,
  );
}

export function viewComments(world: World, repo: Repo, comments: readonly Comment[]): CommentView[] {
  const { account, association, app } = lookups(world, repo);
  const issue = memo((id: number) => world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', id) as Issue);
  const reactions = reactionCounts(
    world,
    'comment',
    comments.filter((comment) => comment.reactions > 0).map((comment) => comment.id),
  );
  return comments.map((comment) => ({
    comment,
    issue: issue(comment.issue_id),
    repo,
    author: account(comment.user_id),
    association: association(comment.user_id),
    app: app(comment.app_id),
    reactions: reactions(comment.id),
  }));
}

export const viewComment = (world: World, repo: Repo, comment: Comment): CommentView =>
  viewComments(world, repo, [comment])[0] as CommentView;
