import type { Probot } from 'probot';
import type { DraftRequest } from '../draft/index.ts';
import { renderLane } from '../intake/index.ts';
import { type CommentData, DRAFT_LABEL, type Gaps, type IssueData } from '../issues/index.ts';
import type { Outbox } from '../outbox/index.ts';
import { newId } from '../report/index.ts';
import { addedCommands, parseCommands } from './command.ts';
import { commandKey, tell } from './console/lane.ts';

export interface EventOptions {
  outbox: Outbox;
  /** The gaps of a repository, if this process holds them already. */
  known(repository: string): Gaps | undefined;
}

interface IssuePayload {
  action: string;
  issue: { number: number; updated_at: string; pull_request?: unknown };
  repository: { full_name: string };
  sender: { login: string; type?: string };
  label?: { name: string };
  comment?: { id: number; body: string; updated_at: string };
  changes?: { body?: { from: string } };
}

/** Tells Probot what to do with GitHub's events: thin, each handler is a function of plain data. */
export function listen(probot: Probot, options: EventOptions): void {
  probot.on(['issues.labeled'], async ({ id, payload }) => {
    await onLabel(options.outbox, id, payload as IssuePayload);
  });
  probot.on(['issue_comment.created', 'issue_comment.edited'], async ({ payload }) => {
    await onComment(options.outbox, payload as unknown as IssuePayload);
  });
  probot.on(['issues', 'issue_comment'], async ({ payload }) => {
    onChange(options.known(payload.repository.full_name.toLowerCase()), payload as IssuePayload);
  });
}

/** The label that asks for a draft becomes one request, however often GitHub tells it. */
export async function onLabel(outbox: Outbox, delivery: string, payload: IssuePayload): Promise<void> {
  if (payload.label?.name.toLowerCase() !== DRAFT_LABEL) return;
  const request: DraftRequest = {
    issue: payload.issue.number,
    request: delivery,
    by: 'label',
    actor: { login: payload.sender.login },
    at: payload.issue.updated_at,
  };
  await outbox.accept({
    lane: renderLane('drafts', payload.repository.full_name),
    id: newId(),
    kind: 'draft',
    key: `draft ${delivery}`,
    body: request,
  });
}

/** The commands in a comment, or those that an edit added, by whoever wrote or edited it; programs command nothing. */
export async function onComment(outbox: Outbox, payload: IssuePayload): Promise<void> {
  const { comment, sender, changes, issue } = payload;
  if (!comment || isProgram(sender)) return;
  const commands =
    payload.action === 'created'
      ? parseCommands(comment.body)
      : addedCommands(changes?.body?.from ?? comment.body, comment.body);
  for (const command of commands) {
    await tell(outbox, payload.repository.full_name, 'command', commandKey(comment.id, command), {
      on: issue.number,
      pull: issue.pull_request !== undefined,
      comment: comment.id,
      command,
      actor: sender.login,
      at: comment.updated_at,
    });
  }
}

/** GitHub's own coding agent is a `User` without the suffix of bots; the live look-up of its rights refuses it. */
function isProgram({ login, type }: { login: string; type?: string }): boolean {
  return type === 'Bot' || login.endsWith('[bot]');
}

/** Keeps the index current. Webhooks come late and out of order, so the next read asks GitHub all the same. */
export function onChange(gaps: Gaps | undefined, payload: IssuePayload): void {
  if (!gaps) return;
  const { index } = gaps;
  if (payload.comment) {
    if (payload.action === 'deleted') index.forgetComment(payload.comment.id);
    else index.putComment(payload.comment as CommentData);
  } else if (payload.action === 'deleted' || payload.action === 'transferred') {
    index.forgetIssue(payload.issue.number);
  } else {
    index.putIssue(payload.issue as unknown as IssueData);
  }
  index.markStale();
}
