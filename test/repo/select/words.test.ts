import { describe, expect, test } from 'vitest';
import { eachIdentifier, identifierTerms, isStopTerm, stem } from '../../../src/repo/select/words.ts';

describe('words', () => {
  test('splits identifiers as programmers join them', () => {
    expect(identifierTerms('listHTTPRoutes_v2')).toEqual(['list', 'http', 'rout']);
    expect(identifierTerms('MAX_RETRY_404')).toEqual(['max', 'retry', '404']);
  });

  test('brings the forms of a word together', () => {
    for (const [one, other] of [
      ['queries', 'query'],
      ['paginated', 'pagination'],
      ['filtering', 'filters'],
      ['issues', 'issue'],
    ] as const) {
      expect(stem(one), one).toBe(stem(other));
    }
    expect(stem('class')).toBe('class');
  });

  test('knows the words every report shares', () => {
    expect(['tool', 'returned', 'needs', 'doesn'].filter((word) => !isStopTerm(stem(word)))).toEqual([]);
    expect(isStopTerm('invoice')).toBe(false);
  });

  test('visits identifiers with their lines and passes over data', () => {
    const found: string[] = [];
    eachIdentifier(`a_b c\n\n${'x'.repeat(200)} d`, (identifier, line) => found.push(`${identifier}:${line}`));
    expect(found).toEqual(['a_b:1', 'c:1', 'd:3']);
  });
});
