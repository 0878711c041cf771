import { charactersPerToken } from './allocate.ts';
import { isTest, languageOf } from './code/language.ts';
import { stemOf } from './graph/paths.ts';
import type { CodeFile, SelectedFile } from './types.ts';

/** A change is tested where its file is tested; more than the tests of the best files would only distract. */
const mostTests = 3;

/**
 * The tests of the best files, if budget remains: a model that sees how a file is tested writes its test the same way.
 * A test belongs to a file by its name (`forecast.test.ts`, `test_forecast.py`, `forecast_test.go`).
 */
export function testsOf(
  chosen: readonly SelectedFile[],
  files: readonly CodeFile[],
  budgetTokens: number,
): SelectedFile[] {
  const tests = new Map<string, CodeFile>();
  for (const file of files) {
    if (languageOf(file.path) !== undefined && isTest(file.path)) tests.set(subjectOf(file.path), file);
  }
  const found: SelectedFile[] = [];
  let left = budgetTokens;
  for (const { path } of chosen.slice(0, mostTests)) {
    const test = tests.get(subjectOf(path));
    const tokens = Math.ceil((test?.text.length ?? 0) / charactersPerToken);
    if (!test || tokens > left) continue;
    tests.delete(subjectOf(path));
    left -= tokens;
    found.push({ path: test.path, why: `tests ${path}` });
  }
  return found;
}

/** What a test is called after: the name without the mark of a test. */
function subjectOf(path: string): string {
  return stemOf(path)
    .toLowerCase()
    .replace(/^test_|[._-](?:tests?|spec)$/g, '');
}
