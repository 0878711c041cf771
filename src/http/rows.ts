import { type Gap, type GapIndex, type Gaps, type Repository, signed, unseal } from '../issues/index.ts';
import { type Item, itemOf, notesOf } from './items.ts';

/** A report as it stands in its gap, with what it is looked for by. */
export interface Row {
  item: Item;
  /** When it was taken, ms. */
  at: number;
  /** Its words in lower case, made when somebody first looks for words. */
  words?: string;
}

interface Kept {
  gaps: readonly Gap[];
  rowsOf: Map<Gap, Row[]>;
  /** Newest first. */
  rows: readonly Row[];
}

/** An index's rows are kept between requests: with tens of thousands of reports, making them takes longer than reading them. */
const kept = new WeakMap<GapIndex, Kept>();

/**
 * All reports in the gaps of an index, newest first, with what is sealed in their issues: whoever gets here holds a key that reads
 * reports. A gap that changed is another object: only its rows are made anew.
 */
export function rowsOf({ index, repository }: Gaps): readonly Row[] {
  const gaps = index.all();
  const before = kept.get(index);
  if (before && before.gaps.length === gaps.length && gaps.every((gap, n) => gap === before.gaps[n]))
    return before.rows;
  const fresh: Row[] = [];
  const own = new Map(
    gaps.map((gap) => {
      const same = before?.rowsOf.get(gap);
      const rows = same ?? rowsOfGap(repository, gap);
      if (!same) for (const row of rows) fresh.push(row);
      return [gap, rows];
    }),
  );
  const gone = new Set([...(before?.rowsOf ?? [])].flatMap(([gap, rows]) => (own.has(gap) ? [] : rows)));
  // What was in order stays in order, which makes sorting nearly free.
  const rows = [...(before?.rows.filter((row) => !gone.has(row)) ?? []), ...fresh].sort(newestFirst);
  kept.set(index, { gaps, rowsOf: own, rows });
  return rows;
}

function rowsOfGap(repository: Repository, gap: Gap): Row[] {
  const notes = notesOf(gap);
  const place = signed(repository);
  return gap.reports.map((report) => rowOf(itemOf(unseal(report, place), gap, notes)));
}

export function rowOf(item: Item): Row {
  return { item, at: Date.parse(item.timestamp) || 0 };
}

/** What rows are put in order by. */
export interface Place {
  at: number;
  item: Pick<Item, 'id' | 'seen'>;
}

export function newestFirst(a: Place, b: Place): number {
  return b.at - a.at || (a.item.id < b.item.id ? 1 : a.item.id > b.item.id ? -1 : 0);
}
