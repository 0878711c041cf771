import * as z from 'zod';
import { PatchworkError } from '../report/index.ts';
import { newestFirst, type Place, type Row } from './rows.ts';

const DAY_OR_MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
const FIELDS = ['server_name', 'gap_type', 'resolution', 'session_id'] as const;
const SORTS = ['timestamp', 'seen'] as const;
const ORDERS = ['desc', 'asc'] as const;

const moment = z
  .string()
  .regex(DAY_OR_MOMENT)
  .refine((text) => !Number.isNaN(Date.parse(text)));
const exactly = z.string().max(200).optional();

/** What a list can be narrowed by. An empty value is none. */
export const filters = z.strictObject({
  server_name: exactly,
  gap_type: exactly,
  resolution: exactly,
  session_id: exactly,
  status: z.enum(['pending', 'open', 'closed', '']).optional(),
  reviewed: z.stringbool().optional(),
  since: moment.optional().describe('Taken at this moment or later: ISO 8601, a day (UTC) or a time with its zone.'),
  until: moment.optional().describe('Taken before this moment.'),
  q: z
    .string()
    .max(200)
    .optional()
    .describe('Words that all stand in the report or the gap’s title, whatever their case.'),
});

export const paging = z.strictObject({
  sort: z.enum(SORTS).default('timestamp').describe('`seen`: how many reports the gap has.'),
  order: z.enum(ORDERS).default('desc'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional().describe('From the `next` link of the page before.'),
});

export type Filters = z.infer<typeof filters>;
export type Paging = z.infer<typeof paging>;

/** Whether a row is one of those asked for. */
export function matching(wanted: Filters): (row: Row) => boolean {
  const exact = [...FIELDS, 'status' as const].flatMap((field) =>
    wanted[field] ? [[field, wanted[field]] as const] : [],
  );
  const since = wanted.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(wanted.since);
  const until = wanted.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(wanted.until);
  // The longest word is in the fewest rows, as a rule.
  const words = (wanted.q?.toLowerCase().split(/\s+/).filter(Boolean) ?? []).sort((a, b) => b.length - a.length);
  return (row) =>
    row.at >= since &&
    row.at < until &&
    exact.every(([field, value]) => row.item[field] === value) &&
    (wanted.reviewed === undefined || row.item.reviewed === wanted.reviewed) &&
    (words.length === 0 || contains(row, words));
}

function contains(row: Row, words: string[]): boolean {
  const { title, what_i_needed, what_i_tried, suggestion, user_goal } = row.item;
  row.words ??= [title, what_i_needed, what_i_tried, suggestion, user_goal].join('\n').toLowerCase();
  const { words: text } = row;
  return words.every((word) => text.includes(word));
}

/**
 * One page of those rows that match, from all that come newest first, and the cursor of the next. A cursor names the last row of its
 * page by what it is sorted by, so that rows which come in between neither repeat nor hide one. Throws `invalid_field` (422).
 */
export function pageOf(
  rows: readonly Row[],
  matches: (row: Row) => boolean,
  { sort, order, limit, cursor }: Paging,
): { rows: Row[]; next?: string } {
  const ahead = sort === 'seen' ? mostSeenFirst : newestFirst;
  const compare = order === 'asc' ? (a: Place, b: Place) => ahead(b, a) : ahead;
  const last = cursor === undefined ? undefined : readCursor(cursor, sort, order);
  const wanted = (row: Row) => (!last || compare(last, row) < 0) && matches(row);
  // By time they are in order already, so that a page is found without looking at all of them.
  const found = sort === 'seen' ? rows.filter(wanted).sort(compare) : first(rows, order, wanted, limit + 1);
  const page = found.slice(0, limit);
  const end = page.at(-1);
  return { rows: page, ...(end && found.length > limit ? { next: renderCursor(end, sort, order) } : {}) };
}

function first(rows: readonly Row[], order: Paging['order'], wanted: (row: Row) => boolean, most: number): Row[] {
  const found: Row[] = [];
  for (let n = 0; n < rows.length && found.length < most; n += 1) {
    const row = rows[order === 'asc' ? rows.length - 1 - n : n] as Row;
    if (wanted(row)) found.push(row);
  }
  return found;
}

function mostSeenFirst(a: Place, b: Place): number {
  return b.item.seen - a.item.seen || newestFirst(a, b);
}

const cursorSchema = z.tuple([z.enum(SORTS), z.enum(ORDERS), z.number(), z.int(), z.string()]);

function renderCursor({ at, item }: Place, sort: Paging['sort'], order: Paging['order']): string {
  const place: z.infer<typeof cursorSchema> = [sort, order, at, item.seen, item.id];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function readCursor(text: string, sort: Paging['sort'], order: Paging['order']): Place {
  try {
    const [ownSort, ownOrder, at, seen, id] = cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (ownSort === sort && ownOrder === order) return { at, item: { seen, id } };
  } catch {
    // not one of ours
  }
  throw new PatchworkError('invalid_field', 'The cursor is not one of this list.', {
    status: 422,
    field: 'cursor',
    next: 'Take the address of the `next` link as it is.',
  });
}
