import type { Files } from './files.ts';
import type { Found } from './found.ts';
import { findGo } from './go.ts';
import { type Hints, hintsFor } from './hints.ts';
import { findJavaScript } from './javascript.ts';
import { findPython } from './python.ts';
import { findRust } from './rust.ts';
import { calls, toldIn } from './told.ts';

export interface Detected {
  found: Found;
  hints: Hints;
  /** The others that could be meant, best first. */
  others: Found[];
}

/** What a repository tells its users to start weighs more than how a manifest looks. */
const TOLD = 40;

/** The server of a repository and how it is run, or undefined where none is seen. */
export function detect(files: Files): Detected | undefined {
  const all = [...findJavaScript(files), ...findPython(files), ...findGo(files), ...findRust(files)];
  const meant = toldIn(files, '')
    .map(({ words }) => all.find(({ names }) => calls(words, names)))
    .find((found) => found !== undefined);
  const scoreOf = (found: Found) => found.score + (found === meant ? TOLD : 0);
  const [found, ...others] = all.sort((a, b) => scoreOf(b) - scoreOf(a));
  return found && { found, hints: hintsFor(files, found), others };
}
