import * as z from 'zod';
import type { Row } from './rows.ts';

const countsOf = <F extends string>(field: F) =>
  z.array(z.object({ [field]: z.string(), count: z.int() } as { [K in F]: z.ZodString } & { count: z.ZodInt }));

export const statsSchema = z.object({
  total: z.int().describe('Reports.'),
  unreviewed: z.int(),
  note_count: z.int(),
  gaps: z.int(),
  pending: z.int().describe('Reports whose issue does not exist yet.'),
  by_server: countsOf('server_name'),
  by_gap_type: countsOf('gap_type'),
  by_resolution: countsOf('resolution'),
});

const tally = () => new Map<string, number>();

type Stats = z.infer<typeof statsSchema>;

/** Counted once for each list: it is another one when something changed. */
const counted = new WeakMap<readonly Row[], Stats>();

export function statsOf(rows: readonly Row[]): Stats {
  const stats = counted.get(rows) ?? count(rows);
  counted.set(rows, stats);
  return stats;
}

function count(rows: readonly Row[]): Stats {
  const counts = { server_name: tally(), gap_type: tally(), resolution: tally() };
  const fields = ['server_name', 'gap_type', 'resolution'] as const;
  const notes = new Map<number, number>();
  let [unreviewed, pending] = [0, 0];
  for (const { item } of rows) {
    if (!item.reviewed) unreviewed += 1;
    if (item.gap === null) pending += 1;
    else notes.set(item.gap, item.notes.length);
    for (const field of fields) {
      const value = item[field];
      if (value) counts[field].set(value, (counts[field].get(value) ?? 0) + 1);
    }
  }
  const most = <F extends keyof typeof counts>(field: F) =>
    [...counts[field]]
      .map(([value, count]) => ({ [field]: value, count }) as { [K in F]: string } & { count: number })
      .sort((a, b) => b.count - a.count);
  return {
    total: rows.length,
    unreviewed,
    note_count: [...notes.values()].reduce((sum, count) => sum + count, 0),
    gaps: notes.size,
    pending,
    by_server: most('server_name'),
    by_gap_type: most('gap_type'),
    by_resolution: most('resolution'),
  };
}
