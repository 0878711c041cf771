import { emit } from '../hooks/emit.ts';
import { userJson } from '../present/account.ts';
import { issueHookJson, labelJson } from '../present/issue.ts';
import type { Milestone } from '../present/milestone.ts';
import { milestoneJson } from '../present/milestone.ts';
import { pullJson } from '../present/pull.ts';
import type { Account, Actor, Issue, Label, Repo, World } from '../world.ts';
import { pullView } from './pull-views.ts';
import { milestoneView, viewIssue } from './views.ts';

export interface IssueEvent {
  id: number;
  issue_id: number;
  repository_id: number;
  actor_id: number;
  app_id: number | null;
  event: string;
  data_json: string;
  created_at: string;
}

/** Adds a line to the issue's timeline. `data` holds the further fields of the event's JSON. */
export function record(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  event: string,
  data: Record<string, unknown> = {},
): void {
  world.store.run(
    `INSERT INTO issue_events (repository_id, issue_id, actor_id, app_id, event, data_json, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    repo.id,
    issue.id,
    actor.account.id,
    actor.app?.id ?? null,
    event,
    JSON.stringify(data),
    world.time(),
  );
}

/** What an `edited` event says: the former values of the fields that differ. */
export function changesOf(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  fields: readonly string[],
): Record<string, { from: string }> {
  const changed = fields.filter((field) => before[field] !== after[field]);
  return Object.fromEntries(changed.map((field) => [field, { from: String(before[field] ?? '') }]));
}

export function touch(world: World, issue: Issue): void {
  world.store.run('UPDATE issues SET updated_at = ? WHERE id = ?', world.time(), issue.id);
}

export function issueById(world: World, id: number): Issue {
  return world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', id) as Issue;
}

/**
 * Sends the webhook of a change to an issue: `issues`, or `pull_request` when it is one. The issue is read again, so the
 * payload shows it as it is now. Must run inside the change's transaction.
 */
export function announce(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  action: string,
  about: {
    label?: Label;
    assignee?: Account;
    milestone?: Milestone;
    reviewer?: Account;
    changes?: Record<string, unknown>;
    before?: string;
    after?: string;
  } = {},
): void {
  const { links } = world;
  const { label, assignee, milestone, reviewer, ...plain } = about;
  emit(world, repo, actor.account, issue.is_pull ? 'pull_request' : 'issues', action, () => {
    const now = issueById(world, issue.id);
    return {
      ...(now.is_pull
        ? { number: now.number, pull_request: pullJson(links, pullView(world, repo, now)) }
        : { issue: issueHookJson(links, viewIssue(world, repo, now)) }),
      ...(label ? { label: labelJson(links, repo, label) } : {}),
      ...(assignee ? { assignee: userJson(links, assignee) } : {}),
      ...(milestone ? { milestone: milestoneJson(links, repo, milestoneView(world, milestone)) } : {}),
      ...(reviewer ? { requested_reviewer: userJson(links, reviewer) } : {}),
      ...plain,
    };
  });
}
