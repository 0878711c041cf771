import * as z from 'zod';
import type { Item } from './items.ts';

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

export function statsOf(items: readonly Item[]): z.infer<typeof statsSchema> {
  const count = <F extends 'server_name' | 'gap_type' | 'resolution'>(field: F) =>
    [
      ...Map.groupBy(
        items.filter((item) => item[field]),
        (item) => item[field],
      ),
    ]
      .map(([value, group]) => ({ [field]: value, count: group.length }) as { [K in F]: string } & { count: number })
      .sort((a, b) => b.count - a.count);
  const gaps = new Map(items.filter((item) => item.gap !== null).map((item) => [item.gap, item]));
  return {
    total: items.length,
    unreviewed: items.filter((item) => !item.reviewed).length,
    note_count: [...gaps.values()].reduce((sum, item) => sum + item.notes.length, 0),
    gaps: gaps.size,
    pending: items.filter((item) => item.status === 'pending').length,
    by_server: count('server_name'),
    by_gap_type: count('gap_type'),
    by_resolution: count('resolution'),
  };
}
