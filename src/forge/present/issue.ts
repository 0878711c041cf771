import type { Association } from '../domain/access.ts';
import { nodeId } from '../nodes.ts';
import type { Account, App, Comment, Issue, Label, Links, Pull, Repo } from '../world.ts';
import { userJson } from './account.ts';
import { appJson } from './app.ts';
import { type MilestoneView, milestoneJson } from './milestone.ts';
import { repoApi, repoHtml } from './repository.ts';

export const REACTIONS = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'] as const;
export type ReactionContent = (typeof REACTIONS)[number];

/** An issue with everything its JSON needs. */
export interface IssueView {
  issue: Issue;
  repo: Repo;
  author: Account;
  association: Association;
  app: { app: App; owner: Account } | null;
  labels: Label[];
  assignees: Account[];
  milestone: MilestoneView | null;
  closedBy: Account | null;
  reactions: Partial<Record<ReactionContent, number>>;
  pull: Pull | null;
  parent: Issue | null;
  subIssues: { total: number; completed: number };
}

export interface CommentView {
  comment: Comment;
  issue: Issue;
  repo: Repo;
  author: Account;
  association: Association;
  app: { app: App; owner: Account } | null;
  reactions: Partial<Record<ReactionContent, number>>;
}

export const issueHtml = (links: Links, repo: Repo, issue: Issue) =>
  `${repoHtml(links, repo)}/${issue.is_pull ? 'pull' : 'issues'}/${issue.number}`;

export function labelJson(links: Links, repo: Repo, label: Label) {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${repoApi(links, repo)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: label.is_default === 1,
    description: label.description,
  };
}

export function rollupJson(url: string, counts: Partial<Record<ReactionContent, number>>) {
  const each = Object.fromEntries(REACTIONS.map((content) => [content, counts[content] ?? 0]));
  return { url: `${url}/reactions`, total_count: Object.values(each).reduce((sum, count) => sum + count, 0), ...each };
}

/** `issue`; a pull request is one too, with `pull_request` and `draft`. */
export function issueJson(links: Links, view: IssueView) {
  const { issue, repo, pull } = view;
  const url = `${repoApi(links, repo)}/issues/${issue.number}`;
  const html = issueHtml(links, repo, issue);
  const { total, completed } = view.subIssues;
  return {
    url,
    repository_url: repoApi(links, repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    id: issue.id,
    node_id: pull ? nodeId('PullRequest', pull.id) : nodeId('Issue', issue.id),
    number: issue.number,
    title: issue.title,
    user: userJson(links, view.author),
    labels: view.labels.map((label) => labelJson(links, repo, label)),
    state: issue.state,
    locked: issue.locked === 1,
    assignee: view.assignees[0] ? userJson(links, view.assignees[0]) : null,
    assignees: view.assignees.map((account) => userJson(links, account)),
    milestone: view.milestone ? milestoneJson(links, repo, view.milestone) : null,
    comments: issue.comments,
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    closed_at: issue.closed_at,
    author_association: view.association,
    type: null,
    active_lock_reason: issue.lock_reason,
    ...(pull
      ? {
          draft: pull.draft === 1,
          pull_request: {
            url: `${repoApi(links, repo)}/pulls/${issue.number}`,
            html_url: html,
            diff_url: `${html}.diff`,
            patch_url: `${html}.patch`,
            merged_at: pull.merged_at,
          },
        }
      : {
          sub_issues_summary: {
            total,
            completed,
            percent_completed: total === 0 ? 0 : Math.floor((completed * 100) / total),
          },
          issue_dependencies_summary: { blocked_by: 0, total_blocked_by: 0, blocking: 0, total_blocking: 0 },
        }),
    parent_issue_url: view.parent ? `${repoApi(links, repo)}/issues/${view.parent.number}` : undefined,
    body: issue.body,
    closed_by: view.closedBy ? userJson(links, view.closedBy) : null,
    reactions: rollupJson(url, view.reactions),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: view.app ? appJson(links, view.app) : null,
    state_reason: issue.state_reason,
  };
}

/** The issue inside an event: webhooks do not say who closed it, nor what it is a part of. */
export function issueHookJson(links: Links, view: IssueView) {
  const { closed_by: _, parent_issue_url: __, ...json } = issueJson(links, view);
  return json;
}

/** `issue-search-result-item` */
export function foundIssueJson(links: Links, view: IssueView) {
  const { body, type: _, ...json } = issueHookJson(links, view);
  return { ...json, ...(body === null ? {} : { body }), score: 1 };
}

/** `issue-comment` */
export function commentJson(links: Links, view: CommentView) {
  const { comment, issue, repo } = view;
  const url = `${repoApi(links, repo)}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${issueHtml(links, repo, issue)}#issuecomment-${comment.id}`,
    issue_url: `${repoApi(links, repo)}/issues/${issue.number}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: userJson(links, view.author),
    created_at: comment.created_at,
    updated_at: comment.updated_at,
    body: comment.body,
    author_association: view.association,
    pin: null,
    reactions: rollupJson(url, view.reactions),
    performed_via_github_app: view.app ? appJson(links, view.app) : null,
  };
}
