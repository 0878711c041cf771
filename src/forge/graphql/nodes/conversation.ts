import { associationOf, atLeast, may, roleOf } from '../../domain/access.ts';
import { accountById } from '../../domain/accounts.ts';
import { type Edit, editsOf } from '../../domain/edits.ts';
import { labelPermission } from '../../domain/labels.ts';
import { listReactions, type Reaction, type Subject } from '../../domain/reactions.ts';
import { viewComment } from '../../domain/views.ts';
import { nodeId } from '../../nodes.ts';
import {
  type CommentView,
  commentJson,
  type IssueView,
  issueHtml,
  labelJson,
  type ReactionContent,
} from '../../present/issue.ts';
import type { Comment, Label, Repo } from '../../world.ts';
import { type ConnectionArguments, connection, listSource } from '../connection.ts';
import type { Asking } from '../index.ts';
import { accountNode } from './account.ts';
import { milestoneNode } from './milestone.ts';
import { repositoryNode } from './repository.ts';
import { subjectNode } from './subject.ts';

/** REST's names of reactions and GraphQL's. */
export const REACTION_NAMES: Record<ReactionContent, string> = {
  '+1': 'THUMBS_UP',
  '-1': 'THUMBS_DOWN',
  laugh: 'LAUGH',
  hooray: 'HOORAY',
  confused: 'CONFUSED',
  heart: 'HEART',
  rocket: 'ROCKET',
  eyes: 'EYES',
};

const LOCK_REASONS: Record<string, string> = {
  'off-topic': 'OFF_TOPIC',
  'too heated': 'TOO_HEATED',
  resolved: 'RESOLVED',
  spam: 'SPAM',
};

export const NOTHING = (name: string) => (args: ConnectionArguments) =>
  connection(name, args, listSource([]), () => null);

const reactionNode = ({ world }: Asking, reaction: Reaction) => ({
  __typename: 'Reaction',
  id: nodeId('Reaction', reaction.id),
  databaseId: reaction.id,
  content: REACTION_NAMES[reaction.content],
  createdAt: reaction.created_at,
  user: accountNode(world, accountById(world, reaction.user_id)),
});

function reactable(asking: Asking, subject: Subject) {
  const { world, viewer } = asking;
  const all = () => listReactions(world, subject);
  const people = (name: string, rows: Reaction[]) => (args: ConnectionArguments) =>
    connection(name, args, listSource(rows), (row) => accountNode(world, accountById(world, row.user_id)));
  return {
    reactions: (args: ConnectionArguments) =>
      connection('reactions', args, listSource(all()), (reaction) => reactionNode(asking, reaction)),
    reactionGroups: () =>
      (Object.keys(REACTION_NAMES) as ReactionContent[]).map((content) => {
        const rows = all().filter((row) => row.content === content);
        return {
          content: REACTION_NAMES[content],
          createdAt: rows[0]?.created_at ?? null,
          users: people('users', rows),
          reactors: people('reactors', rows),
          viewerHasReacted: rows.some((row) => row.user_id === viewer.account.id),
        };
      }),
    viewerCanReact: true,
  };
}

/** Who wrote which version; newest first, the text it began with last. */
function editable({ world }: Asking, kind: Edit['subject'], id: number) {
  const all = () => editsOf(world, kind, id);
  const latest = world.store.get<Edit>(
    'SELECT * FROM edits WHERE subject = ? AND subject_id = ? ORDER BY id DESC LIMIT 1',
    kind,
    id,
  );
  return {
    editor: latest ? accountNode(world, accountById(world, latest.editor_id)) : null,
    lastEditedAt: latest?.edited_at ?? null,
    includesCreatedEdit: latest !== undefined,
    userContentEdits: (args: ConnectionArguments) =>
      connection('userContentEdits', args, listSource(all()), (edit) => ({
        __typename: 'UserContentEdit',
        id: nodeId('UserContentEdit', edit.id),
        createdAt: edit.edited_at,
        editedAt: edit.edited_at,
        updatedAt: edit.edited_at,
        deletedAt: null,
        deletedBy: null,
        diff: edit.body,
        editor: accountNode(world, accountById(world, edit.editor_id)),
      })),
  };
}

export function labelNode(asking: Asking, repo: Repo, label: Label) {
  const { world } = asking;
  const json = labelJson(world.links, repo, label);
  const url = `${world.links.html}/${repo.owner.login}/${repo.name}/labels/${encodeURIComponent(label.name)}`;
  return {
    __typename: 'Label',
    id: json.node_id,
    name: label.name,
    color: label.color,
    description: label.description,
    isDefault: json.default,
    url,
    resourcePath: new URL(url).pathname,
    createdAt: repo.created_at,
    updatedAt: repo.created_at,
    repository: () => repositoryNode(asking, repo),
  };
}

export function commentNode(asking: Asking, view: CommentView) {
  const { world, viewer } = asking;
  const { comment, issue, repo } = view;
  const url = commentJson(world.links, view).html_url;
  const own = comment.user_id === viewer.account.id;
  const mayEdit = own || may(world, viewer, repo, 'write', 'issues:write|pull_requests:write');
  return {
    __typename: 'IssueComment',
    id: nodeId('IssueComment', comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    author: accountNode(world, view.author),
    authorAssociation: view.association,
    body: comment.body,
    bodyText: comment.body,
    createdAt: comment.created_at,
    publishedAt: comment.created_at,
    updatedAt: comment.updated_at,
    createdViaEmail: false,
    isMinimized: false,
    minimizedReason: null,
    url,
    resourcePath: new URL(url).pathname,
    issue: () => subjectNode(asking, repo, issue),
    pullRequest: () => (issue.is_pull ? subjectNode(asking, repo, issue) : null),
    repository: () => repositoryNode(asking, repo),
    viewerDidAuthor: own,
    viewerCanDelete: mayEdit,
    viewerCanUpdate: mayEdit,
    viewerCannotUpdateReasons: mayEdit ? [] : ['INSUFFICIENT_ACCESS'],
    viewerCanMinimize: false,
    ...editable(asking, 'comment', comment.id),
    ...reactable(asking, { kind: 'comment', id: comment.id }),
  };
}

/** What issues and pull requests have in common. */
export function conversationNode(asking: Asking, view: IssueView) {
  const { world, viewer } = asking;
  const { issue, repo } = view;
  const url = issueHtml(world.links, repo, issue);
  const permission = labelPermission(issue);
  const own = issue.user_id === viewer.account.id;
  const mayTriage = may(world, viewer, repo, 'triage', permission);
  const mayEdit = own || may(world, viewer, repo, 'write', permission);
  const comments = {
    total: issue.comments,
    slice: (offset: number, limit: number) =>
      world.store.all<Comment>(
        'SELECT * FROM comments WHERE issue_id = ? ORDER BY id LIMIT ? OFFSET ?',
        issue.id,
        limit,
        offset,
      ),
  };
  const people = () => {
    const rows = world.store.all<{ user_id: number }>(
      'SELECT user_id FROM comments WHERE issue_id = ? ORDER BY id',
      issue.id,
    );
    return [...new Set([issue.user_id, ...rows.map((row) => row.user_id)])].map((id) => accountById(world, id));
  };
  return {
    number: issue.number,
    title: issue.title,
    titleHTML: escapeHtml(issue.title),
    body: issue.body ?? '',
    bodyText: issue.body ?? '',
    closed: issue.state === 'closed',
    closedAt: issue.closed_at,
    createdAt: issue.created_at,
    publishedAt: issue.created_at,
    updatedAt: issue.updated_at,
    createdViaEmail: false,
    locked: issue.locked === 1,
    activeLockReason: LOCK_REASONS[issue.lock_reason ?? ''] ?? null,
    author: accountNode(world, view.author),
    authorAssociation: associationOf(world, repo, view.author),
    milestone: view.milestone && milestoneNode(asking, repo, view.milestone),
    url,
    resourcePath: new URL(url).pathname,
    repository: () => repositoryNode(asking, repo),
    labels: (args: ConnectionArguments) =>
      connection('labels', args, listSource(view.labels), (label) => labelNode(asking, repo, label)),
    assignees: (args: ConnectionArguments) =>
      connection('assignees', args, listSource(view.assignees), (account) => accountNode(world, account)),
    participants: (args: ConnectionArguments) =>
      connection('participants', args, listSource(people()), (account) => accountNode(world, account)),
    comments: (args: ConnectionArguments) =>
      connection('comments', args, comments, (row) => commentNode(asking, viewComment(world, repo, row))),
    projectCards: NOTHING('projectCards'),
    projectItems: NOTHING('projectItems'),
    projectsV2: NOTHING('projectsV2'),
    viewerDidAuthor: own,
    viewerCanUpdate: mayEdit,
    viewerCannotUpdateReasons: mayEdit ? [] : ['INSUFFICIENT_ACCESS'],
    viewerCanClose: own || mayTriage,
    viewerCanReopen: mayTriage || (own && issue.closed_by === issue.user_id),
    viewerCanLabel: mayTriage,
    viewerCanDelete: viewer.kind === 'user' && atLeast(roleOf(world, repo, viewer.account), 'admin'),
    viewerCanSubscribe: false,
    viewerSubscription: null,
    ...editable(asking, 'issue', issue.id),
    ...reactable(asking, { kind: 'issue', id: issue.id }),
  };
}

const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[character]};`);
