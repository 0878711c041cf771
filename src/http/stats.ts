import * as z from 'zod';
import type { Row } from './rows.ts';

const counted = <F extends string>(field: F) =>
  z.array(z.object({ [field]: z.string(), count: z.int() } as { [K in F]: z.ZodString } & { count: z.ZodInt }));

export const statsSchema = z.object({
  total: z.int().describe('Reports.'),
  unreviewed: z.int(),
  note_count: z.int(),
  gaps: z.int(),
  pending: z.int().describe('Reports whose issue does not exist yet.'),
  by_server: counted('server_name'),
  by_gap_type: counted('gap_type'),
  by_resolution: counted('resolution'),
});

const tally = () => new Map<string, number>();

export function statsOf(rows: readonly Row[]): z.infer<typeof statsSchema> {
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
