import { type MarkerKeys, parseMarker, renderMarker, withoutMarkers } from './marker.ts';

/** A note posted through our API, as a comment: Markdown written by a person who holds a key. */
export interface ApiNote {
  /** The ULID its caller was given. */
  id: string;
  content: string;
}

interface Signed {
  keys: MarkerKeys;
  repositoryId: number;
}

const HEADING = '**Note** (through the API)';

export function renderNote(note: ApiNote, signed: Signed): string {
  return `${HEADING}\n\n${withoutMarkers(note.content)}\n\n${renderMarker(signed.keys, { repositoryId: signed.repositoryId, role: 'note' }, { id: note.id })}`;
}

export function parseNote(body: string, signed: Signed): ApiNote | undefined {
  const payload = parseMarker(signed.keys, { repositoryId: signed.repositoryId, role: 'note' }, body);
  const id = (payload as { id?: unknown } | undefined)?.id;
  if (typeof id !== 'string') return undefined;
  const text = withoutMarkers(body);
  return { id, content: text.startsWith(HEADING) ? text.slice(HEADING.length).trim() : text };
}
