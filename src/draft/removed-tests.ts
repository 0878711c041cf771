import { type Change, isTest } from '../repo/index.ts';

/** One test each, in the idioms of the four languages. */
const CASE =
  /^\s*(?:(?:it|test|describe)(?:\.\w+)*\s*\(|(?:async\s+)?def\s+test\w*\s*\(|func\s+(?:Test|Fuzz)\w*\s*\(|#\[(?:\w+::)*test\b)/gm;
/** Switched off is as good as gone. */
const SKIPPED =
  /\b(?:it|test|describe)\.(?:skip|todo|fails)\b|\bx(?:it|test|describe)\s*\(|@(?:pytest\.mark\.(?:skip|xfail)\w*|unittest\.skip\w*)|\bt\.Skip\w*\(|#\[ignore\b/g;

/** Which tests a draft takes away or switches off, in a sentence; undefined when it keeps them all. */
export function removedTests(changes: Change[]): string | undefined {
  let cases = 0;
  for (const { path, before = '', after } of changes) {
    const ofTests = isTest(path) || path.endsWith('_test.go');
    if (ofTests && after === undefined && count(before, CASE) > 0) return `The edits delete the tests in ${path}.`;
    if (!ofTests && !path.endsWith('.rs')) continue;
    cases += count(after ?? '', CASE) - count(before, CASE);
    if (count(after ?? '', SKIPPED) > count(before, SKIPPED)) return `The edits switch off a test in ${path}.`;
  }
  return cases < 0 ? 'The edits remove tests.' : undefined;
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}
