import { refusePath, type Selection, type Snapshot } from '../repo/index.ts';
import type { DraftAnswer } from './answer.ts';

/** The files that an answer asks for instead of changing anything; nothing when it changes something. */
export function filesAskedFor({ edits }: DraftAnswer): string[] {
  return edits.length > 0 && edits.every(({ kind }) => kind === 'read')
    ? [...new Set(edits.map(({ path }) => path))]
    : [];
}

export interface MoreFiles {
  selection: Selection;
  /** Which of them are shown now. */
  shown: string[];
  /** Which are not, and why, in a sentence each. */
  missing: string[];
}

/** Shows files whole that were listed and asked for, the first ones first, as far as the tokens reach. */
export function showMore(selection: Selection, snapshot: Snapshot, asked: string[], budgetTokens: number): MoreFiles {
  // Besides the code what else there is, except what a draft may not touch: probes hold calls that it must not know.
  const code = new Set(selection.paths);
  const open = snapshot.texts.filter(({ path }) => code.has(path) || !refusePath(path));
  const texts = new Map(open.map(({ path, text }) => [path, text]));
  const shown: string[] = [];
  const missing: string[] = [];
  let left = budgetTokens;
  for (const path of asked) {
    const text = texts.get(path);
    const tokens = Math.ceil((text?.length ?? 0) / 4);
    if (text === undefined)
      missing.push(`\`${path.replace(/[^\x20-\x7E]|`/g, '?').slice(0, 120)}\` is not one of the files listed.`);
    else if (tokens > left) missing.push(`\`${path}\` is too long to be shown.`);
    else {
      left -= tokens;
      shown.push(path);
    }
  }
  const files = [
    ...shown.map((path) => ({ path, why: 'the model asked for it' })),
    ...selection.files.filter(({ path }) => !shown.includes(path)),
  ];
  return { selection: { ...selection, files }, shown, missing };
}
