import type { Probot } from 'probot';
import type { DraftRequest } from '../draft/index.ts';
import { renderLane } from '../intake/index.ts';
import {
  type CommentData,
  DRAFT_FAILED_LABEL,
  DRAFT_LABEL,
  DRAFTED_LABEL,
  type Gaps,
  type IssueData,
  type MarkerKeys,
} from '../issues/index.ts';
import type { Outbox } from '../outbox/index.ts';
import { newId } from '../report/index.ts';
import { addedCommands, parseCommands } from './command.ts';
import { commandKey, tell } from './console/lane.ts';
import { nameOf, readEdit } from './dashboard/index.ts';
import type { EndedDraft } from './work.ts';

export interface EventOptions {
  outbox: Outbox;
  /** The gaps of a repository, if this process holds them already. */
  known(repository: string): Gaps | undefined;
  /** Under which login we write, and what our texts are signed with. */
  login: string;
  keys: MarkerKeys;
  /** Repositories may have another name, or be out of reach: what was read of them has to be read again. */
  changed(repositories: string[]): void;
  /** The App reaches other repositories now, perhaps one of ours that has another owner. */
  reached(): void;
}

interface IssuePayload {
  action: string;
  issue: { number: number; updated_at: string; pull_request?: unknown; body?: string | null };
  repository: { id: number; full_name: string };
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
  probot.on(['installation', 'installation_repositories', 'repository'], async ({ name, payload }) => {
    options.changed(repositoriesOf(payload as Reach));
    if (name !== 'repository') options.reached();
  });
  probot.on(['issues.edited'], async ({ id, payload }) => {
    await onEdit(options, id, payload as unknown as IssuePayload);
  });
  probot.on(['issues', 'issue_comment'], async ({ payload }) => {
    onChange(options.known(payload.repository.full_name.toLowerCase()), payload as IssuePayload);
  });
}

interface Named {
  full_name: string;
}
interface Reach {
  repository?: Named;
  repositories?: Named[];
  repositories_added?: Named[];
  repositories_removed?: Named[];
  changes?: {
    repository?: { name?: { from: string } };
    owner?: { from: { user?: { login: string } | null; organization?: { login: string } | null } };
  };
}

/** The names, old and new, of the repositories that such an event is about. */
export function repositoriesOf(payload: Reach): string[] {
  const { repository, repositories = [], repositories_added: added = [], repositories_removed: removed = [] } = payload;
  const named = [...(repository ? [repository] : []), ...repositories, ...added, ...removed];
  const former = payload.changes?.repository?.name?.from;
  const [owner, name] = repository?.full_name.split('/') ?? [];
  const giver = payload.changes?.owner?.from.user ?? payload.changes?.owner?.from.organization;
  return [
    ...named.map(({ full_name }) => full_name),
    ...(former && owner ? [`${owner}/${former}`] : []),
    ...(giver && name ? [`${giver.login}/${name}`] : []),
  ];
}

/** The label that asks for a draft becomes one request, however often GitHub tells it; the one at its end says that there is news. */
export async function onLabel(outbox: Outbox, delivery: string, payload: IssuePayload): Promise<void> {
  const label = payload.label?.name.toLowerCase();
  if (label === DRAFTED_LABEL || label === DRAFT_FAILED_LABEL) return tellEnded(outbox, delivery, payload);
  if (label !== DRAFT_LABEL) return;
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

/** A draft of the Action ends without us; whoever asked to be told hears of it from here. */
async function tellEnded(outbox: Outbox, delivery: string, { issue, repository }: IssuePayload): Promise<void> {
  const body: EndedDraft = { on: issue.number };
  await outbox.accept({
    lane: renderLane('drafts', repository.full_name),
    id: newId(),
    kind: 'ended',
    key: `ended ${delivery}`,
    body,
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

/** The boxes that an edit of the dashboard ticked; and whatever else somebody did to it, so that it is looked at. */
export async function onEdit(
  { outbox, login, keys }: Pick<EventOptions, 'outbox' | 'login' | 'keys'>,
  delivery: string,
  payload: IssuePayload,
): Promise<void> {
  const { issue, sender, repository, changes } = payload;
  if (!changes?.body) return;
  const byUs = sender.login.toLowerCase() === login.toLowerCase();
  const edit = readEdit(changes.body.from, issue.body ?? '', byUs, { keys, repositoryId: repository.id });
  if (!edit) return;
  for (const box of edit.ticks) {
    const tick = { on: issue.number, box, actor: sender.login, at: issue.updated_at };
    await tell(outbox, repository.full_name, 'tick', `${issue.number}.${nameOf(box)}`, tick);
  }
  if (!edit.ticks.length) await tell(outbox, repository.full_name, 'look', delivery, { fresh: true });
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
