import { PatchworkError } from '../report/index.ts';
import { refusePath } from './paths.ts';
import type { Snapshot } from './snapshot.ts';

/** One edit of a draft, as the model answers it. Paths are relative to the repository's root, with `/`. */
export type Edit =
  | { kind: 'replace'; path: string; search: string; replace: string }
  | { kind: 'write'; path: string; content: string }
  | { kind: 'delete'; path: string };

/** What a draft changes in one file: `after` is undefined when it is deleted. */
export interface Change {
  path: string;
  mode: string;
  before: string | undefined;
  after: string | undefined;
}

const LONGEST_LINE = 400;

export interface ApplyLimits {
  maxFiles: number;
  /** Added and removed lines together, as edits state them. */
  maxLines: number;
}

/**
 * Applies all edits in memory, or none: throws the first reason a draft cannot be taken as it is. Line ends, a byte order mark
 * and the missing newline at the end of a file stay as they were.
 */
export function applyEdits(snapshot: Snapshot, edits: Edit[], limits: ApplyLimits): Change[] {
  if (edits.length === 0) throw refuse('no_edits', 'The answer has no edits.');
  const texts = new Map(snapshot.texts.map((file) => [file.path, file.text]));
  const modes = new Map(snapshot.files.map((file) => [file.path, file.mode]));
  const folded = new Map<string, Set<string>>();
  const know = (path: string) => {
    for (const prefix of prefixesOf(path)) {
      const twins = folded.get(fold(prefix)) ?? new Set();
      folded.set(fold(prefix), twins.add(prefix));
    }
  };
  for (const path of [...modes.keys(), ...snapshot.special]) know(path);
  const special = new Set(snapshot.special);
  const after = new Map<string, string | undefined>();
  let lines = 0;

  for (const edit of edits) {
    const { path } = edit;
    checkPath(path, modes, folded, special);
    know(path);
    const exists = after.has(path) ? after.get(path) !== undefined : modes.has(path);
    if (modes.has(path) && !texts.has(path))
      throw refuse('not_text', `${show(path)} is not a text file that can be edited.`);
    const current = after.has(path) ? after.get(path) : texts.get(path);
    if (edit.kind === 'write') {
      lines += count(edit.content) + count(current ?? '');
      after.set(path, asBefore(edit.content, texts.get(path)));
    } else if (!exists || current === undefined) {
      throw refuse('file_not_found', `${show(path)} does not exist.`);
    } else if (edit.kind === 'delete') {
      lines += count(current);
      after.set(path, undefined);
    } else {
      lines += count(edit.search) + count(edit.replace);
      after.set(path, replaceOnce(path, current, edit.search, edit.replace));
    }
  }

  const changes = [...after]
    .map(([path, text]) => ({ path, mode: modes.get(path) ?? '100644', before: texts.get(path), after: text }))
    .filter((change) => change.before !== change.after);
  if (changes.length === 0) throw refuse('no_change', 'The edits leave every file as it was.');
  if (changes.length > limits.maxFiles)
    throw refuse('too_many_files', `The edits change ${changes.length} files, at most ${limits.maxFiles} are allowed.`);
  if (lines > limits.maxLines)
    throw refuse('too_many_lines', `The edits touch ${lines} lines, at most ${limits.maxLines} are allowed.`);
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function checkPath(
  path: string,
  modes: Map<string, string>,
  folded: Map<string, Set<string>>,
  special: Set<string>,
): void {
  const refused = refusePath(path);
  if (refused) throw refuse(refused.code, `${show(path)} may not be changed: ${refused.why}.`);
  for (const prefix of prefixesOf(path)) {
    const twins = folded.get(fold(prefix));
    if (twins && !twins.has(prefix))
      throw refuse('unsafe_path', `${show(path)} differs from what exists only by case.`);
    if (special.has(prefix)) throw refuse('unsafe_path', `${show(path)} lies behind a link or in a submodule.`);
    if (prefix !== path && modes.has(prefix)) throw refuse('unsafe_path', `${show(prefix)} is a file, not a folder.`);
  }
}

/** `a`, `a/b`, `a/b/c`. */
function prefixesOf(path: string): string[] {
  const segments = path.split('/');
  return segments.map((_, i) => segments.slice(0, i + 1).join('/'));
}

/** What is the same name to a file system that knows no case, or another normal form. */
function fold(path: string): string {
  return path.normalize('NFKC').toLowerCase();
}

function replaceOnce(path: string, text: string, search: string, replacement: string): string {
  const [from, to] = text.includes('\r\n') ? [toCrlf(search), toCrlf(replacement)] : [search, replacement];
  if (from === '') throw refuse('search_empty', `A search text for ${show(path)} is empty.`);
  const first = text.indexOf(from);
  if (first < 0) throw refuse('search_not_found', `A search text for ${show(path)} does not occur in it.`);
  if (text.indexOf(from, first + 1) >= 0)
    throw refuse('search_not_unique', `A search text for ${show(path)} occurs more than once.`);
  return text.slice(0, first) + to + text.slice(first + from.length);
}

/** A rewritten file keeps the line ends and the byte order mark it had. */
function asBefore(content: string, before: string | undefined): string {
  if (before === undefined) return content;
  const ends = before.includes('\r\n') ? toCrlf(content) : content;
  return before.startsWith('\u{FEFF}') && !ends.startsWith('\u{FEFF}') ? `\u{FEFF}${ends}` : ends;
}

function toCrlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

/** A line that nobody can read at once counts for several. */
function count(text: string): number {
  return text === '' ? 0 : Math.max(text.split('\n').length, Math.ceil(text.length / LONGEST_LINE));
}

function refuse(code: string, message: string): PatchworkError {
  return new PatchworkError(code, message, { status: 422 });
}

/** A path from a model's answer, fit for a sentence. */
function show(path: string): string {
  const plain = path.replace(/[^\x20-\x7E]/g, '?').replaceAll('`', "'");
  return `\`${plain.length > 120 ? `${plain.slice(0, 120)}…` : plain}\``;
}
