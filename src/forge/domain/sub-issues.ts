import { invalid, notFound, unprocessable } from '../answers.ts';
import { emit } from '../hooks/emit.ts';
import { issueJson } from '../present/issue.ts';
import { repositoryJson } from '../present/repository.ts';
import type { Actor, Issue, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { type Input, optionalInteger } from './fields.ts';
import { issueById, record, touch } from './issue-events.ts';
import { openIssues } from './repositories.ts';
import { viewIssue } from './views.ts';

const MOST_CHILDREN = 100;
const DEEPEST = 8;

export function subIssuesOf(world: World, issue: Issue): Issue[] {
  return world.store.all<Issue>('SELECT * FROM issues WHERE parent_id = ? ORDER BY parent_position, number', issue.id);
}

export function parentOf(world: World, issue: Issue): Issue {
  const parent = world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', issue.parent_id);
  if (!parent) throw notFound();
  return parent;
}

function childOf(world: World, repo: Repo, input: Input): Issue {
  const id = optionalInteger(input, 'sub_issue_id');
  const child = id
    ? world.store.get<Issue>('SELECT * FROM issues WHERE id = ? AND repository_id = ? AND is_pull = 0', id, repo.id)
    : undefined;
  if (!child) throw notFound();
  return child;
}

/** How many generations of issues hang below this one, itself included. */
function height(world: World, issue: Issue): number {
  return 1 + Math.max(0, ...subIssuesOf(world, issue).map((child) => height(world, child)));
}

function ancestry(world: World, issue: Issue): Issue[] {
  return issue.parent_id === null ? [issue] : [issue, ...ancestry(world, parentOf(world, issue))];
}

/** Both sides get an event of their own. */
function announceFamily(
  world: World,
  actor: Actor,
  repo: Repo,
  parent: Issue,
  child: Issue,
  what: 'added' | 'removed',
): void {
  const json = ({ id }: Issue) => issueJson(world.links, viewIssue(world, repo, issueById(world, id)));
  const both = () => ({
    parent_issue_id: parent.id,
    parent_issue: json(parent),
    sub_issue_id: child.id,
    sub_issue: json(child),
  });
  const repository = () => repositoryJson(world.links, repo, openIssues(world, repo.id));
  emit(world, repo, actor.account, 'sub_issues', `sub_issue_${what}`, () => ({
    ...both(),
    sub_issue_repo: repository(),
  }));
  emit(world, repo, actor.account, 'sub_issues', `parent_issue_${what}`, () => ({
    ...both(),
    parent_issue_repo: repository(),
  }));
}

/** Makes an issue a sub-issue. `replace_parent` takes it away from another one. */
export function addSubIssue(world: World, actor: Actor, repo: Repo, parent: Issue, input: Input): Issue {
  demand(world, actor, repo, 'triage', 'issues:write');
  const child = childOf(world, repo, input);
  const refuse = (message: string) => invalid({ resource: 'SubIssue', field: 'sub_issue_id', code: 'custom', message });
  const line = ancestry(world, parent);
  if (line.some((issue) => issue.id === child.id)) throw refuse('Sub issue cannot be its own ancestor');
  if (child.parent_id === parent.id) throw refuse('Issue may not contain duplicate sub-issues');
  if (child.parent_id !== null && input.replace_parent !== true) throw refuse('Sub issue may only have one parent');
  const siblings = subIssuesOf(world, parent);
  if (siblings.length >= MOST_CHILDREN) throw refuse(`Parent cannot have more than ${MOST_CHILDREN} sub-issues`);
  if (line.length + height(world, child) > DEEPEST)
    throw refuse(`Sub-issues cannot be more than ${DEEPEST} layers deep`);
  world.store.transaction(() => {
    const last = Math.max(0, ...siblings.map((issue) => issue.parent_position ?? 0));
    world.store.run('UPDATE issues SET parent_id = ?, parent_position = ? WHERE id = ?', parent.id, last + 1, child.id);
    touch(world, parent);
    record(world, actor, repo, parent, 'sub_issue_added');
    record(world, actor, repo, child, 'parent_issue_added');
    announceFamily(world, actor, repo, parent, child, 'added');
  });
  return world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', parent.id) as Issue;
}

export function removeSubIssue(world: World, actor: Actor, repo: Repo, parent: Issue, input: Input): Issue {
  demand(world, actor, repo, 'triage', 'issues:write');
  const child = childOf(world, repo, input);
  if (child.parent_id !== parent.id) throw notFound();
  world.store.transaction(() => {
    world.store.run('UPDATE issues SET parent_id = NULL, parent_position = NULL WHERE id = ?', child.id);
    touch(world, parent);
    record(world, actor, repo, parent, 'sub_issue_removed');
    record(world, actor, repo, child, 'parent_issue_removed');
    announceFamily(world, actor, repo, parent, child, 'removed');
  });
  return world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', parent.id) as Issue;
}

/** Puts a sub-issue directly after or before another one. */
export function moveSubIssue(world: World, actor: Actor, repo: Repo, parent: Issue, input: Input): Issue {
  demand(world, actor, repo, 'triage', 'issues:write');
  const child = childOf(world, repo, input);
  const after = optionalInteger(input, 'after_id');
  const before = optionalInteger(input, 'before_id');
  const others = subIssuesOf(world, parent).filter((issue) => issue.id !== child.id);
  const at = others.findIndex((issue) => issue.id === (after ?? before));
  if (child.parent_id !== parent.id || at < 0)
    throw unprocessable('The sub-issue or its neighbour is not in the list.');
  const order = others.toSpliced(after ? at + 1 : at, 0, child);
  world.store.transaction(() => {
    for (const [index, issue] of order.entries()) {
      world.store.run('UPDATE issues SET parent_position = ? WHERE id = ?', index + 1, issue.id);
    }
    touch(world, parent);
  });
  return child;
}
