import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../src/http/items.ts';
import { filters, matching, type Paging, pageOf } from '../../src/http/listing.ts';
import { newestFirst, rowOf } from '../../src/http/rows.ts';

const row = (fields: Partial<Item> & { id: string; timestamp: string }) =>
  rowOf({ seen: 1, title: '', what_i_needed: '', what_i_tried: '', suggestion: '', user_goal: '', ...fields } as Item);
const rows = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 4, maxLength: 4, unit: fc.constantFrom('A', 'B', 'C', '1', '2') }),
      // Few moments, so that many are the same.
      timestamp: fc.integer({ min: 0, max: 5 }).map((n) => new Date(n * 1000).toISOString()),
      seen: fc.integer({ min: 1, max: 4 }),
    }),
    { selector: ({ id }) => id, maxLength: 60 },
  )
  .map((all) => all.map(row).sort(newestFirst));
const any = () => true;
const paging = fc.record({
  sort: fc.constantFrom('timestamp' as const, 'seen' as const),
  order: fc.constantFrom('asc' as const, 'desc' as const),
  limit: fc.integer({ min: 1, max: 7 }),
});

describe('pages of a list', () => {
  it('give every row once, in order, whatever comes in between', () => {
    fc.assert(
      fc.property(rows, rows, paging, (there, later, how) => {
        const own = new Set(there.map(({ item }) => item.id));
        const grown = [...there, ...later.filter(({ item }) => !own.has(item.id))].sort(newestFirst);
        const seen: string[] = [];
        let page = pageOf(there, any, how as Paging);
        for (;;) {
          seen.push(...page.rows.map(({ item }) => item.id));
          if (!page.next) break;
          page = pageOf(grown, any, { ...how, cursor: page.next } as Paging);
        }
        const old = seen.filter((id) => own.has(id));
        const whole = pageOf(there, any, { ...how, limit: 200 } as Paging).rows.map(({ item }) => item.id);
        expect(old).toEqual(whole);
        expect(new Set(seen).size).toBe(seen.length);
      }),
    );
  });

  it('refuse a cursor that is none of theirs', () => {
    const all = ['A', 'B', 'C'].map((id) => row({ id, timestamp: new Date(0).toISOString() }));
    const { next } = pageOf(all, any, { sort: 'seen', order: 'asc', limit: 1 });
    for (const cursor of ['', 'x', '{}', Buffer.from('[1]').toString('base64url'), next as string]) {
      expect(() => pageOf(all, any, { sort: 'timestamp', order: 'asc', limit: 1, cursor })).toThrow('cursor');
    }
  });
});

describe('filters', () => {
  const found = (query: Record<string, string>, item: Partial<Item>) =>
    matching(filters.parse(query))(row({ id: 'A', timestamp: '2026-11-20T12:00:00.000Z', ...item }));

  it('take a span from its first moment up to, and not with, its last', () => {
    for (const [query, expected] of [
      [{ since: '2026-11-20' }, true],
      [{ since: '2026-11-20T12:00:00Z' }, true],
      [{ since: '2026-11-20T12:00:00.001Z' }, false],
      [{ since: '2026-11-20T14:00:00+02:00' }, true],
      [{ until: '2026-11-20T12:00:00Z' }, false],
      [{ until: '2026-11-21' }, true],
      [{ since: '2026-11-19', until: '2026-11-20' }, false],
    ] as const) {
      expect([query, found(query, {})]).toEqual([query, expected]);
    }
    for (const since of ['yesterday', '1763640000', '2026-13-01', '2026-11-20T12:00', '2026-11-20 12:00Z']) {
      expect(filters.safeParse({ since }).success, since).toBe(false);
    }
  });

  it('find all words, in any field and case', () => {
    const item = { title: 'Costs as CSV', what_i_needed: 'An EXPORT of größe', suggestion: 'csv, please' };
    expect(found({ q: 'export csv' }, item)).toBe(true);
    expect(found({ q: 'GRÖSSE' }, item)).toBe(false);
    expect(found({ q: 'Größe  costs' }, item)).toBe(true);
    expect(found({ q: 'export budget' }, item)).toBe(false);
    expect(found({ q: ' ' }, item)).toBe(true);
  });
});
