import { invalid, notFound } from '../answers.ts';
import { REACTIONS, type ReactionContent } from '../present/issue.ts';
import type { Actor, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { type Input, oneOf } from './fields.ts';

export interface Reaction {
  id: number;
  subject: 'issue' | 'comment';
  subject_id: number;
  user_id: number;
  content: ReactionContent;
  created_at: string;
}

export interface Subject {
  kind: 'issue' | 'comment';
  id: number;
}

const TABLE = { issue: 'issues', comment: 'comments' } as const;
const PERMISSION = 'issues:write|pull_requests:write';

export function listReactions(world: World, subject: Subject, content?: string): Reaction[] {
  const rows = world.store.all<Reaction>(
    'SELECT * FROM reactions WHERE subject = ? AND subject_id = ? ORDER BY id',
    subject.kind,
    subject.id,
  );
  return content === undefined ? rows : rows.filter((row) => row.content === content);
}

/** `created` is false when the person had reacted so before: GitHub then answers 200 with the old one. */
export function react(
  world: World,
  actor: Actor,
  repo: Repo,
  subject: Subject,
  input: Input,
): { reaction: Reaction; created: boolean } {
  demand(world, actor, repo, 'read', PERMISSION);
  const content = oneOf(input, 'content', REACTIONS, 'Reaction');
  if (!content) throw invalid({ resource: 'Reaction', field: 'content', code: 'missing_field' });
  return world.store.transaction(() => {
    const { changes } = world.store.run(
      'INSERT OR IGNORE INTO reactions (subject, subject_id, user_id, content, created_at) VALUES (?, ?, ?, ?, ?)',
      subject.kind,
      subject.id,
      actor.account.id,
      content,
      world.time(),
    );
    world.store.run(`UPDATE ${TABLE[subject.kind]} SET reactions = reactions + ? WHERE id = ?`, changes, subject.id);
    const mine = listReactions(world, subject, content).find((row) => row.user_id === actor.account.id);
    return { reaction: mine as Reaction, created: changes === 1 };
  });
}

export function unreact(world: World, actor: Actor, repo: Repo, subject: Subject, id: number): void {
  const reaction = listReactions(world, subject).find((row) => row.id === id);
  if (!reaction) throw notFound();
  demand(world, actor, repo, reaction.user_id === actor.account.id ? 'read' : 'write', PERMISSION);
  world.store.transaction(() => {
    world.store.run('DELETE FROM reactions WHERE id = ?', id);
    world.store.run(`UPDATE ${TABLE[subject.kind]} SET reactions = reactions - 1 WHERE id = ?`, subject.id);
  });
}
