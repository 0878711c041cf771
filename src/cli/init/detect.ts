import type { Files } from './files.ts';
import type { Found } from './found.ts';
import { findGo } from './go.ts';
import { type Hints, hintsFor } from './hints.ts';
import { findJavaScript } from './javascript.ts';
import { findPython } from './python.ts';
import { findRust } from './rust.ts';

export interface Detected {
  found: Found;
  hints: Hints;
  /** The others that could be meant, best first. */
  others: Found[];
}

/** The server of a repository and how it is run, or undefined where none is seen. */
export function detect(files: Files): Detected | undefined {
  const all = [...findJavaScript(files), ...findPython(files), ...findGo(files), ...findRust(files)];
  const [found, ...others] = all.sort((a, b) => b.score - a.score);
  return found && { found, hints: hintsFor(files, found), others };
}
