import { type LaneBodies, renderLane } from '../intake/index.ts';
import { cleanText, clipText, newId, PatchworkError, redact } from '../report/index.ts';
import type { Source } from './reading.ts';

const LIMIT = { characters: 20_000, bytes: 40_000 };

/** Puts a note on its way to a gap's issue, as a comment; answers its id. Throws `missing_field` (422). */
export async function postNote({ outbox }: Source, repository: string, on: string, text: string): Promise<string> {
  const content = clipText(redact(cleanText(text).text).text, LIMIT).text;
  if (!content)
    throw new PatchworkError('missing_field', 'The field content is empty.', { status: 422, field: 'content' });
  const note: LaneBodies['note'] = { on, content };
  const { id } = await outbox.accept({
    lane: renderLane('reports', repository),
    id: newId(),
    kind: 'note',
    body: note,
  });
  return id;
}
