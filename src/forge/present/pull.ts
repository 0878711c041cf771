import { nodeId } from '../nodes.ts';
import type { Account, Links, Pull } from '../world.ts';
import { userJson } from './account.ts';
import { type IssueView, issueHtml, labelJson } from './issue.ts';
import { milestoneJson } from './milestone.ts';
import { repoApi, repositoryJson } from './repository.ts';

export interface PullView extends IssueView {
  pull: Pull;
  mergedBy: Account | null;
  /** Asked for a review that they have not given yet. */
  reviewers: Account[];
  /** Required checks are missing. */
  blocked: boolean;
  /** Open issues and pull requests of the repository. */
  open: number;
}

/** `pull-request-simple`: what lists give. */
export function simplePullJson(links: Links, view: PullView) {
  const { issue, pull, repo } = view;
  const api = repoApi(links, repo);
  const url = `${api}/pulls/${issue.number}`;
  const html = issueHtml(links, repo, issue);
  const statuses = `${api}/statuses/${pull.head_sha}`;
  const side = (ref: string, sha: string) => ({
    label: `${repo.owner.login}:${ref}`,
    ref,
    sha,
    user: userJson(links, repo.owner),
    repo: repositoryJson(links, repo, view.open),
  });
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: `${api}/issues/${issue.number}`,
    number: issue.number,
    state: issue.state,
    locked: issue.locked === 1,
    title: issue.title,
    user: userJson(links, view.author),
    body: issue.body,
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    closed_at: issue.closed_at,
    merged_at: pull.merged_at,
    merge_commit_sha: pull.merge_commit_sha,
    assignee: view.assignees[0] ? userJson(links, view.assignees[0]) : null,
    assignees: view.assignees.map((account) => userJson(links, account)),
    requested_reviewers: view.reviewers.map((account) => userJson(links, account)),
    requested_teams: [],
    // GitHub's description of this list says that a label's description is never null
    labels: view.labels.map((label) => ({ ...labelJson(links, repo, label), description: label.description ?? '' })),
    milestone: view.milestone ? milestoneJson(links, repo, view.milestone) : null,
    draft: pull.draft === 1,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${issue.number}/comments`,
    statuses_url: statuses,
    head: side(pull.head_ref, pull.head_sha),
    base: side(pull.base_ref, pull.base_sha),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: `${api}/issues/${issue.number}` },
      comments: { href: `${api}/issues/${issue.number}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${api}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: view.association,
    auto_merge: autoMergeJson(links, view),
    active_lock_reason: issue.lock_reason,
  };
}

/** How a pull request has auto-merge switched on; stored as JSON in its row. */
export interface AutoMerge {
  enabledBy: Account;
  enabledAt: string;
  method: 'merge' | 'squash' | 'rebase';
  title: string | null;
  message: string | null;
}

export const autoMergeOf = (pull: Pull) =>
  pull.auto_merge_json === null ? null : (JSON.parse(pull.auto_merge_json) as AutoMerge);

function autoMergeJson(links: Links, { pull }: PullView) {
  const auto = autoMergeOf(pull);
  return (
    auto && {
      enabled_by: userJson(links, auto.enabledBy),
      merge_method: auto.method,
      commit_title: auto.title ?? '',
      commit_message: auto.message ?? '',
    }
  );
}

/** `clean`, `dirty`, `draft`, `blocked` by missing checks, or `unknown` while nobody has looked. */
export function mergeableState({ issue, pull, blocked }: PullView): string {
  if (issue.state === 'closed' || pull.mergeable === null) return 'unknown';
  if (pull.mergeable === 0) return 'dirty';
  return pull.draft ? 'draft' : blocked ? 'blocked' : 'clean';
}

/** `pull-request` */
export function pullJson(links: Links, view: PullView) {
  const { pull, issue } = view;
  const known = issue.state === 'open' && pull.mergeable !== null;
  return {
    ...simplePullJson(links, view),
    merged: pull.merged_at !== null,
    mergeable: known ? pull.mergeable === 1 : null,
    rebaseable: known ? pull.mergeable === 1 : null,
    mergeable_state: mergeableState(view),
    merged_by: view.mergedBy ? userJson(links, view.mergedBy) : null,
    comments: issue.comments,
    review_comments: 0,
    maintainer_can_modify: pull.maintainer_can_modify === 1,
    commits: pull.commits,
    additions: pull.additions,
    deletions: pull.deletions,
    changed_files: pull.changed_files,
  };
}
