import { matchesGlob } from 'node:path';
import type { RepositoryConfig } from '../config/index.ts';
import { applyEdits, type Change, type Edit, type Snapshot } from '../repo/index.ts';
import { cleanText, PatchworkError, secretsIn } from '../report/index.ts';
import { changesHowItIsBuilt } from './manifests.ts';
import { removedTests } from './removed-tests.ts';

/** Turns a model's edits into changes, or throws the first reason why they may not be made. */
export function checkEdits(snapshot: Snapshot, edits: Edit[], config: RepositoryConfig): Change[] {
  const { allow, deny } = config.draft.paths;
  for (const { path } of edits) {
    if (
      (allow.length > 0 && !allow.some((glob) => matchesGlob(path, glob))) ||
      deny.some((glob) => matchesGlob(path, glob))
    ) {
      throw refuse('protected_path', 'An edit lies outside the paths that patchwork.yml allows.');
    }
  }
  const changes = applyEdits(snapshot, edits, { maxFiles: config.draft.max_files, maxLines: config.draft.max_lines });
  const known = changes.some(({ after }) => after !== undefined) ? fragmentsOfSecrets(snapshot) : [];
  for (const { path, before = '', after } of changes) {
    const built = changesHowItIsBuilt(path, before, after);
    if (built) throw refuse('protected_path', `The edits of ${path} change ${built}, which is for people to decide.`);
    if (after === undefined) continue;
    if (
      secretsIn(after).length > secretsIn(before).length ||
      known.some((part) => after.includes(part) && !before.includes(part))
    ) {
      throw refuse('secret_in_output', `The edits of ${path} contain something shaped like a secret.`);
    }
    if (hidden(after) > hidden(before)) {
      throw refuse('hidden_characters', `The edits of ${path} contain invisible characters.`);
    }
    if (abbreviated(after) && !abbreviated(before)) {
      throw refuse('abbreviated', `The edits of ${path} leave code out with a comment instead of writing it.`);
    }
  }
  const removed = removedTests(changes);
  if (removed) throw refuse('removes_tests', `${removed} A draft may add tests and change them, not take them away.`);
  return changes;
}

function refuse(code: string, message: string): PatchworkError {
  return new PatchworkError(code, message, { status: 422 });
}

const FRAGMENT = 16;

/** Pieces of the secrets that the repository itself holds: one without its beginning is still one. */
function fragmentsOfSecrets({ texts }: Snapshot): string[] {
  const secrets = new Set(texts.flatMap(({ text }) => secretsIn(text)));
  return [...secrets].slice(0, 200).flatMap((secret) => {
    const end = secret.trimEnd();
    return end.length < 2 * FRAGMENT ? [] : [end.slice(-FRAGMENT), end.slice(8, 8 + FRAGMENT)];
  });
}

function hidden(text: string): number {
  return cleanText(text.replaceAll('\u{FEFF}', '')).hidden;
}

function abbreviated(text: string): boolean {
  return /^\s*(?:\/\/|#|\/\*|<!--)\s*(?:\.{3}|…)?\s*(?:the )?(?:rest|remainder|remaining)(?: of(?: the)?)?(?: \w+)?(?: code| file)?(?: (?:is|stays|remains))? (?:unchanged|the same|here|as before)/im.test(
    text,
  );
}
