import { matchesGlob } from 'node:path';
import type { RepositoryConfig } from '../config/index.ts';
import { applyEdits, type Change, type Edit, refusePath, type Snapshot } from '../repo/index.ts';
import { cleanText, PatchworkError, secretsIn } from '../report/index.ts';
import { changesHowItIsBuilt } from './manifests.ts';
import { removedTests } from './removed-tests.ts';

/** An edit that is not made, while the rest of its draft is. */
export interface LeftOut {
  path: string;
  /** Follows the path in a sentence: "it is a lock file". */
  why: string;
}

export interface Checked {
  changes: Change[];
  leftOut: LeftOut[];
}

/**
 * Turns a model's edits into changes, or throws the first reason why they may not be made. Edits of lock files, of dependencies, of what
 * runs when a project is built, and outside of what patchwork.yml allows are left out when the rest can stand without them; one of
 * automation, owners, instructions for agents, probes or the drop-in gives the whole draft away.
 */
export function checkEdits(snapshot: Snapshot, edits: Edit[], config: RepositoryConfig): Checked {
  const out = new Map<string, string>();
  for (const { path } of edits) {
    const why = leavesOut(path, config);
    if (why) out.set(path, why);
  }
  const kept = edits.filter(({ path }) => !out.has(path));
  const [first] = out;
  if (kept.length === 0 && first) throw nothingLeft(first);
  const limits = { maxFiles: config.draft.max_files, maxLines: config.draft.max_lines };
  const changes = applyEdits(snapshot, kept, limits).filter(({ path, before = '', after }) => {
    const built = changesHowItIsBuilt(path, before, after);
    if (built) out.set(path, `its edits change ${built}, which is for people to decide`);
    return !built;
  });
  const [refused] = out;
  // A deletion beside it may be the other half of a move.
  if (refused && (changes.length === 0 || changes.some(({ after }) => after === undefined))) throw nothingLeft(refused);
  refuseContents(snapshot, changes);
  return { changes, leftOut: [...out].map(([path, why]) => ({ path, why })) };
}

function leavesOut(path: string, config: RepositoryConfig): string | undefined {
  const refused = refusePath(path);
  if (refused) return refused.mayBeLeftOut ? refused.why : undefined;
  const { allow, deny } = config.draft.paths;
  const isAllowed = allow.length === 0 || allow.some((glob) => matchesGlob(path, glob));
  return isAllowed && !deny.some((glob) => matchesGlob(path, glob))
    ? undefined
    : 'it lies outside the paths that patchwork.yml allows';
}

const MOST_NAMED = 10;

/** In a sentence. */
export function describeLeftOut(leftOut: LeftOut[]): string {
  const named = leftOut.slice(0, MOST_NAMED).map(({ path, why }) => `${path} (${why})`);
  const more = leftOut.length - named.length;
  return `Edits were left out: ${named.join('; ')}${more > 0 ? ` and ${more} more files` : ''}.`;
}

function nothingLeft([path, why]: [string, string]): PatchworkError {
  return refuse(
    'protected_path',
    `The draft cannot stand without its edits of ${path}, and they may not be made: ${why}.`,
  );
}

function refuseContents(snapshot: Snapshot, changes: Change[]): void {
  const known = changes.some(({ after }) => after !== undefined) ? fragmentsOfSecrets(snapshot) : [];
  for (const { path, before = '', after } of changes) {
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
