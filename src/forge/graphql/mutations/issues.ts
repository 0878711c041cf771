import { notFound } from '../../answers.ts';
import { createComment, deleteComment, updateComment } from '../../domain/comments.ts';
import { issueById } from '../../domain/issue-events.ts';
import { createIssue, lockIssue, updateAssignees, updateIssue } from '../../domain/issues.ts';
import { setPinned } from '../../domain/pins.ts';
import { listReactions, react, type Subject, unreact } from '../../domain/reactions.ts';
import { addSubIssue, removeSubIssue } from '../../domain/sub-issues.ts';
import { viewComment } from '../../domain/views.ts';
import { parseNodeId } from '../../nodes.ts';
import type { Issue, Repo } from '../../world.ts';
import type { Asking } from '../index.ts';
import { commentOf, labelById, loginById, milestoneNumberById, repositoryById, subjectOf } from '../lookup.ts';
import { commentNode, REACTION_NAMES } from '../nodes/conversation.ts';
import { subjectNode } from '../nodes/subject.ts';

const LOCK_REASONS: Record<string, string> = {
  OFF_TOPIC: 'off-topic',
  TOO_HEATED: 'too heated',
  RESOLVED: 'resolved',
  SPAM: 'spam',
};

export interface IssueFields {
  title?: string | null;
  body?: string | null;
  assigneeIds?: string[] | null;
  labelIds?: string[] | null;
  milestoneId?: string | null;
}

/** GraphQL names labels, people and milestones by node id; the domain by name, login and number. */
export function fieldsOf({ world }: Asking, input: IssueFields) {
  const given = <T>(value: T | null | undefined, read: (value: T) => unknown) =>
    value === null || value === undefined ? value : read(value);
  const fields = {
    title: input.title ?? undefined,
    body: input.body ?? undefined,
    labels: given(input.labelIds, (ids) => ids.map((id) => labelById(world, id).label.name)) ?? undefined,
    assignees: given(input.assigneeIds, (ids) => ids.map((id) => loginById(world, id))) ?? undefined,
    milestone: given(input.milestoneId, (id) => milestoneNumberById(world, id)),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const now = (asking: Asking, repo: Repo, issue: Issue) => () =>
  subjectNode(asking, repo, issueById(asking.world, issue.id));

function change(asking: Asking, id: string, fields: Record<string, unknown>) {
  const { world, viewer } = asking;
  const { repo, issue } = subjectOf(world, id, 'Issue');
  updateIssue(world, viewer, repo, issue, fields);
  return { issue: now(asking, repo, issue) };
}

function lock(asking: Asking, id: string, reason: Record<string, unknown> | null, key: string) {
  const { repo, issue } = subjectOf(asking.world, id);
  lockIssue(asking.world, asking.viewer, repo, issue, reason);
  return { [key]: now(asking, repo, issue) };
}

function pin(asking: Asking, id: string, pinned: boolean) {
  const { repo, issue } = subjectOf(asking.world, id, 'Issue');
  setPinned(asking.world, asking.viewer, repo, issue, pinned);
  return { issue: now(asking, repo, issue) };
}

/** What can be reacted to, by node id. */
function reactableOf(asking: Asking, id: string): { repo: Repo; subject: Subject; node: () => unknown } {
  const { world } = asking;
  if (parseNodeId(id)?.type === 'IssueComment') {
    const { repo, comment } = commentOf(world, id);
    const node = () => commentNode(asking, viewComment(world, repo, comment));
    return { repo, subject: { kind: 'comment', id: comment.id }, node };
  }
  const { repo, issue } = subjectOf(world, id);
  return { repo, subject: { kind: 'issue', id: issue.id }, node: now(asking, repo, issue) };
}

const contentOf = (name: string) => Object.entries(REACTION_NAMES).find(([, graphql]) => graphql === name)?.[0];

function assign(asking: Asking, id: string, assigneeIds: string[], how: 'add' | 'remove') {
  const { world, viewer } = asking;
  const { repo, issue } = subjectOf(world, id);
  updateAssignees(world, viewer, repo, issue, { logins: assigneeIds.map((person) => loginById(world, person)), how });
  return { assignable: now(asking, repo, issue) };
}

export const issueMutations = {
  createIssue(asking: Asking, input: IssueFields & { repositoryId: string }) {
    const repo = repositoryById(asking.world, input.repositoryId);
    const issue = createIssue(asking.world, asking.viewer, repo, fieldsOf(asking, input));
    return { issue: now(asking, repo, issue) };
  },
  updateIssue: (asking: Asking, input: IssueFields & { id: string; state?: string | null }) =>
    change(asking, input.id, {
      ...fieldsOf(asking, input),
      ...(input.state ? { state: input.state.toLowerCase() } : {}),
    }),
  closeIssue(
    asking: Asking,
    input: { issueId: string; stateReason?: string | null; duplicateIssueId?: string | null },
  ) {
    const { stateReason: reason, duplicateIssueId: duplicate } = input;
    return change(asking, input.issueId, {
      state: 'closed',
      ...(reason ? { state_reason: reason.toLowerCase() } : {}),
      ...(duplicate ? { duplicate_issue_id: subjectOf(asking.world, duplicate, 'Issue').issue.id } : {}),
    });
  },
  reopenIssue: (asking: Asking, input: { issueId: string }) => change(asking, input.issueId, { state: 'open' }),

  addComment(asking: Asking, input: { subjectId: string; body: string }) {
    const { world, viewer } = asking;
    const { repo, issue } = subjectOf(world, input.subjectId);
    const comment = createComment(world, viewer, repo, issue, { body: input.body });
    const node = commentNode(asking, viewComment(world, repo, comment));
    return { subject: now(asking, repo, issue), commentEdge: { node, cursor: node.id } };
  },
  updateIssueComment(asking: Asking, input: { id: string; body: string }) {
    const { world, viewer } = asking;
    const { repo, comment } = commentOf(world, input.id);
    const updated = updateComment(world, viewer, repo, comment, { body: input.body });
    return { issueComment: commentNode(asking, viewComment(world, repo, updated)) };
  },
  deleteIssueComment(asking: Asking, input: { id: string }) {
    const { repo, comment } = commentOf(asking.world, input.id);
    deleteComment(asking.world, asking.viewer, repo, comment);
    return {};
  },

  lockLockable: (asking: Asking, input: { lockableId: string; lockReason?: string | null }) =>
    lock(asking, input.lockableId, { lock_reason: LOCK_REASONS[input.lockReason ?? ''] ?? null }, 'lockedRecord'),
  unlockLockable: (asking: Asking, input: { lockableId: string }) =>
    lock(asking, input.lockableId, null, 'unlockedRecord'),

  pinIssue: (asking: Asking, input: { issueId: string }) => pin(asking, input.issueId, true),
  unpinIssue: (asking: Asking, input: { issueId: string }) => pin(asking, input.issueId, false),

  addReaction(asking: Asking, input: { subjectId: string; content: string }) {
    const { repo, subject, node } = reactableOf(asking, input.subjectId);
    react(asking.world, asking.viewer, repo, subject, { content: contentOf(input.content) });
    return { subject: node };
  },
  removeReaction(asking: Asking, input: { subjectId: string; content: string }) {
    const { world, viewer } = asking;
    const { repo, subject, node } = reactableOf(asking, input.subjectId);
    const mine = listReactions(world, subject, contentOf(input.content)).find(
      (row) => row.user_id === viewer.account.id,
    );
    if (!mine) throw notFound();
    unreact(world, viewer, repo, subject, mine.id);
    return { subject: node };
  },

  addAssigneesToAssignable: (asking: Asking, input: { assignableId: string; assigneeIds: string[] }) =>
    assign(asking, input.assignableId, input.assigneeIds, 'add'),
  removeAssigneesFromAssignable: (asking: Asking, input: { assignableId: string; assigneeIds: string[] }) =>
    assign(asking, input.assignableId, input.assigneeIds, 'remove'),

  addSubIssue(asking: Asking, input: { issueId: string; subIssueId?: string | null; replaceParent?: boolean | null }) {
    const { world, viewer } = asking;
    const { repo, issue } = subjectOf(world, input.issueId, 'Issue');
    const { issue: child } = subjectOf(world, input.subIssueId ?? '', 'Issue');
    const wish = { sub_issue_id: child.id, replace_parent: input.replaceParent ?? false };
    addSubIssue(world, viewer, repo, issue, wish);
    return { issue: now(asking, repo, issue), subIssue: now(asking, repo, child) };
  },
  removeSubIssue(asking: Asking, input: { issueId: string; subIssueId: string }) {
    const { world, viewer } = asking;
    const { repo, issue } = subjectOf(world, input.issueId, 'Issue');
    const { issue: child } = subjectOf(world, input.subIssueId, 'Issue');
    removeSubIssue(world, viewer, repo, issue, { sub_issue_id: child.id });
    return { issue: now(asking, repo, issue), subIssue: now(asking, repo, child) };
  },
};
