import fc from 'fast-check';
import { expect, test } from 'vitest';
import { only, parse, render, state, type Term, toggled, values, withState } from '../../../src/forge/pages/query.ts';

test('a query reads as its words, phrases and qualifiers', () => {
  expect(parse('is:open label:"good first issue" -author:writer "cut off" days')).toEqual([
    { key: 'is', value: 'open' },
    { key: 'label', value: 'good first issue' },
    { key: 'author', value: 'writer', not: true },
    { value: 'cut off' },
    { value: 'days' },
  ]);
});

test('an unclosed quote ends with the text', () => {
  expect(parse('label:"good first')).toEqual([{ key: 'label', value: 'good first' }]);
});

test('any terms survive being written and read again', () => {
  const term = fc.record(
    {
      key: fc.constantFrom('is', 'label', 'author', 'in', 'sort'),
      value: fc.string({ unit: 'grapheme' }),
      not: fc.constant(true as const),
    },
    { requiredKeys: ['value'] },
  );
  fc.assert(
    fc.property(fc.array(term), (terms) => {
      expect(parse(render(terms as Term[]))).toEqual(terms);
    }),
  );
});

test('a query has at most one state, in either of the two spellings', () => {
  const terms = parse('state:closed label:bug');
  expect(state(terms)).toBe('closed');
  expect(render(withState(terms, 'open'))).toBe('is:open label:bug');
  expect(state(parse('label:bug'))).toBeUndefined();
});

test('a label filter goes on and off, whatever its case', () => {
  const on = toggled(parse('is:open'), 'label', 'Bug');
  expect(values(on, 'label')).toEqual(['Bug']);
  expect(render(toggled(on, 'label', 'bug'))).toBe('is:open');
});

test('a sort order replaces the one before', () => {
  expect(render(only(parse('is:open sort:created-asc'), 'sort', 'updated-desc'))).toBe('is:open sort:updated-desc');
});
