import type { Actor, World } from '../world.ts';

/** One version of the text of an issue, pull request or comment. */
export interface Edit {
  id: number;
  subject: 'issue' | 'comment';
  subject_id: number;
  editor_id: number;
  body: string;
  edited_at: string;
}

interface Text {
  kind: Edit['subject'];
  id: number;
  user_id: number;
  created_at: string;
  body: string | null;
}

/** Versions kept of each text; GitHub keeps them all. */
const KEPT = 50;

/** Keeps the new version of a text and, at its first edit, the one it began with. Needs a transaction. */
export function keepEdit(world: World, actor: Actor, text: Text, body: string | null): void {
  const keep = (editor: number, version: string, at: string) =>
    world.store.run(
      'INSERT INTO edits (subject, subject_id, editor_id, body, edited_at) VALUES (?, ?, ?, ?, ?)',
      text.kind,
      text.id,
      editor,
      version,
      at,
    );
  const known = world.store.get('SELECT 1 FROM edits WHERE subject = ? AND subject_id = ?', text.kind, text.id);
  if (!known) keep(text.user_id, text.body ?? '', text.created_at);
  keep(actor.account.id, body ?? '', world.time());
  world.store.run(
    `DELETE FROM edits WHERE subject = ?1 AND subject_id = ?2 AND id <=
     (SELECT id FROM edits WHERE subject = ?1 AND subject_id = ?2 ORDER BY id DESC LIMIT 1 OFFSET ${KEPT})`,
    text.kind,
    text.id,
  );
}

/** Newest first. */
export function editsOf(world: World, kind: Edit['subject'], id: number): Edit[] {
  return world.store.all<Edit>('SELECT * FROM edits WHERE subject = ? AND subject_id = ? ORDER BY id DESC', kind, id);
}
