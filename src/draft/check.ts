import { matchesGlob } from 'node:path';
import type { RepositoryConfig } from '../config/index.ts';
import { applyEdits, type Change, type Edit, type Snapshot } from '../repo/index.ts';
import { cleanText, PatchworkError, secretsIn } from '../report/index.ts';

/** Turns a model's edits into changes, or throws the first reason why they may not be made. */
export function checkEdits(snapshot: Snapshot, edits: Edit[], config: RepositoryConfig): Change[] {
  const { allow, deny } = config.draft.paths;
  for (const { path } of edits) {
    if (
      (allow.length > 0 && !allow.some((glob) => matchesGlob(path, glob))) ||
      deny.some((glob) => matchesGlob(path, glob))
    ) {
      throw new PatchworkError('protected_path', 'An edit lies outside the paths that patchwork.yml allows.', {
        status: 422,
      });
    }
  }
  const changes = applyEdits(snapshot, edits, { maxFiles: config.draft.max_files, maxLines: config.draft.max_lines });
  for (const { path, before = '', after } of changes) {
    if (after === undefined) continue;
    if (secretsIn(after).length > secretsIn(before).length) {
      throw new PatchworkError('secret_in_output', `The edits of ${path} contain something shaped like a secret.`, {
        status: 422,
      });
    }
    if (hidden(after) > hidden(before)) {
      throw new PatchworkError('hidden_characters', `The edits of ${path} contain invisible characters.`, {
        status: 422,
      });
    }
    if (abbreviated(after) && !abbreviated(before)) {
      throw new PatchworkError(
        'abbreviated',
        `The edits of ${path} leave code out with a comment instead of writing it.`,
        { status: 422 },
      );
    }
  }
  return changes;
}

function hidden(text: string): number {
  return cleanText(text.replaceAll('\u{FEFF}', '')).hidden;
}

function abbreviated(text: string): boolean {
  return /^\s*(?:\/\/|#|\/\*|<!--)\s*(?:\.{3}|…)?\s*(?:the )?(?:rest|remainder|remaining)(?: of(?: the)?)?(?: \w+)?(?: code| file)?(?: (?:is|stays|remains))? (?:unchanged|the same|here|as before)/im.test(
    text,
  );
}
