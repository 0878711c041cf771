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
  byGap: Map<number, Row[]>;
  /** Newest first. */
  rows: readonly Row[];
  /** Numbers of gaps that changed since. */
  changed: Set<number>;
}

/** An index's rows are kept between requests: with tens of thousands of reports, making them takes longer than reading them. */
const known = new WeakMap<GapIndex, Kept>();

/**
 * All reports in the gaps of an index, newest first, with what is sealed in their issues: whoever gets here holds a key that reads
 * reports. The same list as before while nothing changed.
 */
export function rowsOf({ index, repository }: Gaps): readonly Row[] {
  const kept = known.get(index) ?? begin(index);
  if (kept.changed.size === 0) return kept.rows;
  const gone = new Set<Row>();
  const fresh: Row[] = [];
  for (const number of kept.changed) {
    for (const row of kept.byGap.get(number) ?? []) gone.add(row);
    const gap = index.byNumber(number);
    const rows = gap ? rowsOfGap(repository, gap) : [];
    for (const row of rows) fresh.push(row);
    kept.byGap.set(number, rows);
  }
  kept.changed.clear();
  // What was in order stays in order, which makes sorting nearly free.
  kept.rows = [...kept.rows.filter((row) => !gone.has(row)), ...fresh].sort(newestFirst);
  return kept.rows;
}

function begin(index: GapIndex): Kept {
  const kept: Kept = { byGap: new Map(), rows: [], changed: new Set(index.all().map(({ number }) => number)) };
  index.onChange((number) => kept.changed.add(number));
  known.set(index, kept);
  return kept;
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
