import { notFound } from '../answers.ts';
import { emit } from '../hooks/emit.ts';
import { commentJson, issueHookJson } from '../present/issue.ts';
import type { Actor, Comment, Issue, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { recordMentions } from './cross-references.ts';
import { keepEdit } from './edits.ts';
import { type Input, requiredText } from './fields.ts';
import { issueById } from './issue-events.ts';
import { demandUnlocked } from './issues.ts';
import { labelPermission } from './labels.ts';
import { viewComment, viewIssue } from './views.ts';

const BODY = { resource: 'IssueComment', max: 65_536 };

export function getComment(world: World, repo: Repo, id: number): Comment {
  const comment = Number.isSafeInteger(id)
    ? world.store.get<Comment>('SELECT * FROM comments WHERE id = ? AND repository_id = ?', id, repo.id)
    : undefined;
  if (!comment) throw notFound();
  return comment;
}

function announceComment(
  world: World,
  actor: Actor,
  repo: Repo,
  comment: Comment,
  action: 'created' | 'edited' | 'deleted',
  extra: Record<string, unknown> = {},
): void {
  emit(world, repo, actor.account, 'issue_comment', action, () => ({
    issue: issueHookJson(world.links, viewIssue(world, repo, issueById(world, comment.issue_id))),
    comment: commentJson(world.links, viewComment(world, repo, comment)),
    ...extra,
  }));
}

export function createComment(world: World, actor: Actor, repo: Repo, issue: Issue, input: Input): Comment {
  demand(world, actor, repo, 'read', labelPermission(issue));
  demandUnlocked(world, actor, repo, issue);
  const body = requiredText(input, 'body', BODY);
  return world.store.transaction(() => {
    const now = world.time();
    const { id } = world.store.run(
      `INSERT INTO comments (repository_id, issue_id, user_id, app_id, body, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      repo.id,
      issue.id,
      actor.account.id,
      actor.app?.id ?? null,
      body,
      now,
      now,
    );
    world.store.run('UPDATE issues SET comments = comments + 1, updated_at = ? WHERE id = ?', now, issue.id);
    const comment = getComment(world, repo, id);
    announceComment(world, actor, repo, comment, 'created');
    recordMentions(world, actor, repo, issue, body);
    return comment;
  });
}

export function updateComment(world: World, actor: Actor, repo: Repo, comment: Comment, input: Input): Comment {
  demandOwn(world, actor, repo, comment);
  const body = requiredText(input, 'body', BODY);
  if (body === comment.body) return comment;
  return world.store.transaction(() => {
    keepEdit(world, actor, { kind: 'comment', ...comment }, body);
    world.store.run('UPDATE comments SET body = ?, updated_at = ? WHERE id = ?', body, world.time(), comment.id);
    const edited = getComment(world, repo, comment.id);
    announceComment(world, actor, repo, edited, 'edited', { changes: { body: { from: comment.body } } });
    recordMentions(world, actor, repo, issueById(world, comment.issue_id), body);
    return edited;
  });
}

export function deleteComment(world: World, actor: Actor, repo: Repo, comment: Comment): void {
  demandOwn(world, actor, repo, comment);
  world.store.transaction(() => {
    world.store.run("DELETE FROM reactions WHERE subject = 'comment' AND subject_id = ?", comment.id);
    world.store.run("DELETE FROM edits WHERE subject = 'comment' AND subject_id = ?", comment.id);
    world.store.run('DELETE FROM comments WHERE id = ?', comment.id);
    world.store.run(
      'UPDATE issues SET comments = comments - 1, updated_at = ? WHERE id = ?',
      world.time(),
      comment.issue_id,
    );
    announceComment(world, actor, repo, comment, 'deleted');
  });
}

/** People change their own comments; those with push access change all of them. An App needs its permission for both. */
function demandOwn(world: World, actor: Actor, repo: Repo, comment: Comment): void {
  const own = comment.user_id === actor.account.id;
  demand(world, actor, repo, own ? 'read' : 'write', 'issues:write|pull_requests:write');
}
