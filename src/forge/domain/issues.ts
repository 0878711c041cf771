import { forbidden, GitHubError, invalid, notFound } from '../answers.ts';
import type { Milestone } from '../present/milestone.ts';
import type { Account, Actor, Issue, Repo, World } from '../world.ts';
import { atLeast, demand, may, roleOf } from './access.ts';
import { accountByLogin } from './accounts.ts';
import { recordMentions } from './cross-references.ts';
import { keepEdit } from './edits.ts';
import { type Input, nameOf, oneOf, optionalInteger, optionalList, optionalText, requiredText } from './fields.ts';
import { announce, issueById, record, touch } from './issue-events.ts';
import { changeLabels, labelPermission, labelsOf, resolveLabels } from './labels.ts';

const TITLE = { resource: 'Issue', max: 256 };
const BODY = { resource: 'Issue', max: 65_536 };
const CLOSED_REASONS = ['completed', 'not_planned', 'duplicate'] as const;
const LOCK_REASONS = ['off-topic', 'too heated', 'resolved', 'spam'] as const;

export function getIssue(world: World, repo: Repo, number: number): Issue {
  const issue = Number.isSafeInteger(number)
    ? world.store.get<Issue>('SELECT * FROM issues WHERE repository_id = ? AND number = ?', repo.id, number)
    : undefined;
  if (!issue) throw notFound();
  return issue;
}

/** Adds the row of an issue or pull request under the repository's next number. Needs a transaction. */
export function insertIssue(
  world: World,
  actor: Actor,
  repo: Repo,
  values: { title: string; body: string | null; isPull: boolean },
): Issue {
  const now = world.time();
  world.store.run('UPDATE repositories SET last_number = last_number + 1 WHERE id = ?', repo.id);
  const { id } = world.store.run(
    `INSERT INTO issues (repository_id, number, is_pull, title, body, user_id, app_id, created_at, updated_at)
     SELECT id, last_number, ?, ?, ?, ?, ?, ?, ? FROM repositories WHERE id = ?`,
    values.isPull ? 1 : 0,
    values.title,
    values.body,
    actor.account.id,
    actor.app?.id ?? null,
    now,
    now,
    repo.id,
  );
  return issueById(world, id);
}

export function createIssue(world: World, actor: Actor, repo: Repo, input: Input): Issue {
  demand(world, actor, repo, 'read', 'issues:write');
  const title = titleOf(input);
  const body = optionalText(input, 'body', BODY) ?? null;
  const mayPush = may(world, actor, repo, 'write', 'issues:write');
  const names = (optionalList(input, 'labels') ?? []).map((label) => nameOf(label, 'labels'));
  const assignees = assigneesOf(world, repo, input);
  const milestone = milestoneOf(world, repo, input);
  return world.store.transaction(() => {
    const issue = insertIssue(world, actor, repo, { title, body, isPull: false });
    const further = mayPush
      ? [
          changeLabels(world, actor, repo, issue, { add: resolveLabels(world, actor, repo, names) }),
          changeAssignees(world, actor, repo, issue, { add: assignees ?? [] }),
          changeMilestone(world, actor, repo, issue, milestone ?? null),
        ]
      : [];
    announce(world, actor, repo, issue, 'opened');
    recordMentions(world, actor, repo, issue, body);
    for (const tell of further) tell();
    return issueById(world, issue.id);
  });
}

/** Changes an issue, or what a pull request shares with issues. Fields the actor may not set are dropped, as GitHub does. */
export function updateIssue(world: World, actor: Actor, repo: Repo, issue: Issue, input: Input): Issue {
  const permission = labelPermission(issue);
  const isAuthor = actor.account.id === issue.user_id;
  const mayTriage = may(world, actor, repo, 'triage', permission);
  const mayPush = may(world, actor, repo, 'write', permission);
  demand(world, actor, repo, isAuthor ? 'read' : 'triage', permission);

  const title = input.title === undefined || input.title === null ? undefined : titleOf(input);
  const body = optionalText(input, 'body', BODY);
  if (!isAuthor && !mayPush && (title !== undefined || body !== undefined)) throw forbidden();
  const state = oneOf(input, 'state', ['open', 'closed'], 'Issue');
  const reason = oneOf(input, 'state_reason', [...CLOSED_REASONS, 'reopened'], 'Issue');
  const names = optionalList(input, 'labels')?.map((label) => nameOf(label, 'labels'));
  const assignees = assigneesOf(world, repo, input);
  const milestone = milestoneOf(world, repo, input);
  const duplicate = optionalInteger(input, 'duplicate_issue_id');

  return world.store.transaction(() => {
    editText(world, actor, repo, issue, title, body);
    if (mayPush) {
      if (names) {
        const add = resolveLabels(world, actor, repo, names);
        const kept = new Set(add.map((label) => label.id));
        const remove = labelsOf(world, issue).filter((label) => !kept.has(label.id));
        changeLabels(world, actor, repo, issue, { add, remove })();
      }
      if (assignees) {
        const kept = new Set(assignees.map((account) => account.id));
        const remove = assigneeList(world, issue).filter((account) => !kept.has(account.id));
        changeAssignees(world, actor, repo, issue, { add: assignees, remove })();
      }
      if (milestone !== undefined) changeMilestone(world, actor, repo, issue, milestone)();
    }
    if (state === 'closed') {
      closeIssue(world, actor, repo, issue, { reason: reason === 'reopened' ? undefined : reason, duplicate });
    } else if (state === 'open' && issue.state === 'closed') {
      if (!mayTriage && issue.closed_by !== actor.account.id) throw forbidden();
      reopenIssue(world, actor, repo, issue);
    }
    return issueById(world, issue.id);
  });
}

function titleOf(input: Input): string {
  return requiredText(typeof input.title === 'number' ? { title: String(input.title) } : input, 'title', TITLE);
}

function editText(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  title: string | undefined,
  body: string | null | undefined,
): void {
  const changes: Record<string, { from: string }> = {};
  if (title !== undefined && title !== issue.title) changes.title = { from: issue.title };
  if (body !== undefined && body !== issue.body) changes.body = { from: issue.body ?? '' };
  if (Object.keys(changes).length === 0) return;
  world.store.run(
    'UPDATE issues SET title = ?, body = ?, updated_at = ? WHERE id = ?',
    title ?? issue.title,
    body === undefined ? issue.body : body,
    world.time(),
    issue.id,
  );
  if (changes.body) keepEdit(world, actor, { kind: 'issue', ...issue }, body ?? null);
  if (changes.title) record(world, actor, repo, issue, 'renamed', { rename: { from: issue.title, to: title } });
  announce(world, actor, repo, issue, 'edited', { changes });
  if (changes.body) recordMentions(world, actor, repo, issue, body ?? null);
}

/** Closes an issue or pull request; needs a transaction and does nothing when it is closed for that reason already. */
export function closeIssue(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  why: { reason?: Issue['state_reason'] | undefined; duplicate?: number | null | undefined; commit?: string } = {},
): void {
  const reason = issue.is_pull ? null : (why.reason ?? 'completed');
  if (why.duplicate && !world.store.get('SELECT 1 FROM issues WHERE id = ? AND is_pull = 0', why.duplicate)) {
    throw invalid({ resource: 'Issue', field: 'duplicate_issue_id', code: 'invalid', value: why.duplicate });
  }
  if (issue.state === 'closed' && (issue.is_pull || why.reason === undefined || issue.state_reason === reason)) return;
  world.store.run(
    `UPDATE issues SET state = 'closed', state_reason = ?, duplicate_of = ?, closed_at = ?, closed_by = ?,
     updated_at = ? WHERE id = ?`,
    reason,
    reason === 'duplicate' ? (why.duplicate ?? null) : null,
    issue.closed_at ?? world.time(),
    actor.account.id,
    world.time(),
    issue.id,
  );
  record(world, actor, repo, issue, 'closed', {
    state_reason: reason,
    ...(why.commit ? { commit_id: why.commit } : {}),
  });
  announce(world, actor, repo, issue, 'closed');
}

export function reopenIssue(world: World, actor: Actor, repo: Repo, issue: Issue): void {
  if (issue.state === 'open') return;
  world.store.run(
    `UPDATE issues SET state = 'open', state_reason = ?, duplicate_of = NULL, closed_at = NULL, closed_by = NULL,
     updated_at = ? WHERE id = ?`,
    issue.is_pull ? null : 'reopened',
    world.time(),
    issue.id,
  );
  record(world, actor, repo, issue, 'reopened', { state_reason: null });
  announce(world, actor, repo, issue, 'reopened');
}

/** Locks or unlocks the conversation: afterwards only people with push access comment. */
export function lockIssue(world: World, actor: Actor, repo: Repo, issue: Issue, input: Input | null): void {
  demand(world, actor, repo, 'write', labelPermission(issue));
  const reason = input === null ? null : (oneOf(input, 'lock_reason', LOCK_REASONS, 'Issue') ?? null);
  const locked = input !== null;
  if (issue.locked === Number(locked) && issue.lock_reason === reason) return;
  world.store.transaction(() => {
    world.store.run(
      'UPDATE issues SET locked = ?, lock_reason = ?, updated_at = ? WHERE id = ?',
      Number(locked),
      reason,
      world.time(),
      issue.id,
    );
    record(world, actor, repo, issue, locked ? 'locked' : 'unlocked', { lock_reason: reason });
    announce(world, actor, repo, issue, locked ? 'locked' : 'unlocked');
  });
}

export function assigneeList(world: World, issue: Issue): Account[] {
  return world.store.all<Account>(
    'SELECT accounts.* FROM assignees JOIN accounts ON accounts.id = account_id WHERE issue_id = ? ORDER BY accounts.id',
    issue.id,
  );
}

/** People an issue can be assigned to: those with a role in the repository. */
export function isAssignable(world: World, repo: Repo, account: Account): boolean {
  return account.type === 'User' && atLeast(roleOf(world, repo, account), 'triage');
}

function assigneesOf(world: World, repo: Repo, input: Input): Account[] | undefined {
  const logins =
    optionalList(input, 'assignees')?.map((item) => nameOf(item, 'assignees', 'login')) ??
    (typeof input.assignee === 'string' && input.assignee !== '' ? [input.assignee] : undefined);
  return logins?.map((login) => {
    const account = accountByLogin(world, login);
    if (!account || !isAssignable(world, repo, account)) {
      throw invalid({ resource: 'Issue', field: 'assignees', code: 'invalid', value: login });
    }
    return account;
  });
}

/** Assigns and unassigns, like `changeLabels`. */
function changeAssignees(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  change: { add?: readonly Account[]; remove?: readonly Account[] },
): () => void {
  const present = new Set(assigneeList(world, issue).map((account) => account.id));
  const remove = (change.remove ?? []).filter((account) => present.has(account.id));
  const add = (change.add ?? []).filter((account) => !present.has(account.id));
  for (const account of remove) {
    world.store.run('DELETE FROM assignees WHERE issue_id = ? AND account_id = ?', issue.id, account.id);
  }
  for (const account of add) {
    world.store.run('INSERT INTO assignees (issue_id, account_id) VALUES (?, ?)', issue.id, account.id);
  }
  if (remove.length + add.length > 0) touch(world, issue);
  return () => {
    for (const [accounts, event] of [
      [remove, 'unassigned'],
      [add, 'assigned'],
    ] as const) {
      for (const assignee of accounts) {
        record(world, actor, repo, issue, event, { assignee_id: assignee.id });
        announce(world, actor, repo, issue, event, { assignee });
      }
    }
  };
}

/** Assigns or unassigns people; those who cannot be assigned are left out without a word, as GitHub does here. */
export function updateAssignees(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  edit: { logins: readonly string[]; how: 'add' | 'remove' },
): Issue {
  demand(world, actor, repo, 'triage', labelPermission(issue));
  const people = edit.logins
    .map((login) => accountByLogin(world, login))
    .filter((account) => account !== undefined)
    .filter((account) => edit.how === 'remove' || isAssignable(world, repo, account));
  world.store.transaction(() => changeAssignees(world, actor, repo, issue, { [edit.how]: people })());
  return issueById(world, issue.id);
}

function milestoneOf(world: World, repo: Repo, input: Input): Milestone | null | undefined {
  const number = optionalInteger(input, 'milestone');
  if (number === undefined || number === null) return number;
  const milestone = world.store.get<Milestone>(
    'SELECT * FROM milestones WHERE repository_id = ? AND number = ?',
    repo.id,
    number,
  );
  if (!milestone) throw invalid({ resource: 'Issue', field: 'milestone', code: 'invalid', value: number });
  return milestone;
}

/** Moves the issue to another milestone or to none, like `changeLabels`. */
function changeMilestone(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  milestone: Milestone | null,
): () => void {
  if (issue.milestone_id === (milestone?.id ?? null)) return () => {};
  const before = world.store.get<Milestone>('SELECT * FROM milestones WHERE id = ?', issue.milestone_id);
  world.store.run('UPDATE issues SET milestone_id = ? WHERE id = ?', milestone?.id ?? null, issue.id);
  touch(world, issue);
  return () => {
    for (const [changed, event] of [
      [before, 'demilestoned'],
      [milestone, 'milestoned'],
    ] as const) {
      if (!changed) continue;
      record(world, actor, repo, issue, event, { milestone: { title: changed.title } });
      announce(world, actor, repo, issue, event, { milestone: changed });
    }
  };
}

/** Refuses a comment on a locked conversation from somebody who may not push. */
export function demandUnlocked(world: World, actor: Actor, repo: Repo, issue: Issue): void {
  if (issue.locked && !may(world, actor, repo, 'write', labelPermission(issue))) {
    throw new GitHubError(403, 'Unable to create comment because issue is locked.');
  }
}
