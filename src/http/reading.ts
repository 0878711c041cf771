import { type LaneBodies, renderLane, reportOf } from '../intake/index.ts';
import { type Gaps, signed, unseal } from '../issues/index.ts';
import type { Entry, Outbox } from '../outbox/index.ts';
import { PatchworkError } from '../report/index.ts';
import { type Item, itemOf, notesOf } from './items.ts';
import { newestFirst, type Row, rowOf, rowsOf } from './rows.ts';

export interface Source {
  outbox: Outbox;
  /** A repository's gaps (owner/name); opening them asks GitHub. */
  gaps(repository: string): Promise<Gaps>;
  /** What is known of them without asking. */
  known(repository: string): Gaps | undefined;
}

/**
 * All reports of a repository as they stand now, newest first: those in its issues, and those that still wait for theirs, so that a
 * report is readable from the moment of its 201. Waiting notes and reviews show already, too. While GitHub is away, what was known
 * last is answered; throws `github_unavailable` (503) when its issues were never read.
 */
export async function readRows(source: Source, repository: string): Promise<readonly Row[]> {
  const [gaps, waiting] = await now(source, repository);
  if (!gaps) throw githubAway();
  const stored = rowsOf(gaps);
  if (!waiting.length) return stored;
  const changes = changesIn(waiting, gaps);
  const changed = (row: Row) => {
    const change = changes.get(keyOf(row.item));
    return change ? { ...row, item: change(row.item) } : row;
  };
  const pending = waitingReports(waiting, gaps).map(rowOf);
  const rows = pending.length ? [...stored, ...pending].sort(newestFirst) : stored;
  return changes.size ? rows.map(changed) : rows;
}

/** One report by its ULID, or the first of a gap by its issue number. Throws `not_found` (404) or `github_unavailable` (503). */
export async function readItem(source: Source, repository: string, id: string): Promise<Item> {
  const [gaps, waiting] = await now(source, repository);
  // An issue that was merged into another one answers as that one.
  const gap = gaps?.index.byReport(id) ?? (/^[1-9]\d{0,9}$/.test(id) ? gaps?.index.canonical(Number(id)) : undefined);
  const report = gap?.reports.find((one) => one.id === id) ?? gap?.reports[0];
  const item =
    gaps && gap && report
      ? itemOf(unseal(report, signed(gaps.repository)), gap, notesOf(gap))
      : waitingReports(waiting, gaps).find((candidate) => candidate.id === id);
  if (item) return changesIn(waiting, gaps).get(keyOf(item))?.(item) ?? item;
  if (!gaps) throw githubAway();
  throw new PatchworkError('not_found', 'There is no report or gap with this id.', { status: 404 });
}

async function now({ outbox, gaps, known }: Source, repository: string): Promise<[Gaps | undefined, Entry[]]> {
  const opened = async () => {
    try {
      const one = await gaps(repository);
      await one.index.current();
      return one;
    } catch {
      return known(repository);
    }
  };
  return [await opened(), await outbox.waiting(renderLane('reports', repository))];
}

function waitingReports(waiting: Entry[], gaps: Gaps | undefined): Item[] {
  return waiting.flatMap((entry) =>
    entry.kind === 'report' && !gaps?.index.byReport(entry.id) ? [itemOf(reportOf(entry), undefined, [])] : [],
  );
}

type Change = (item: Item) => Item;

/** What waiting notes and reviews will change, by what they are on: a report's id, or a gap's number. */
function changesIn(waiting: Entry[], gaps: Gaps | undefined): Map<string, Change> {
  const changes = new Map<string, Change>();
  for (const entry of waiting) {
    if (entry.kind !== 'note' && entry.kind !== 'review') continue;
    const { on } = entry.body as LaneBodies['note' | 'review'];
    const key = String(gaps?.index.byReport(on)?.number ?? on);
    const before = changes.get(key);
    const change = changeOf(entry);
    changes.set(key, before ? (item) => change(before(item)) : change);
  }
  return changes;
}

function keyOf({ gap, id }: Item): string {
  return String(gap ?? id);
}

function changeOf(entry: Entry): Change {
  if (entry.kind === 'review') {
    const { reviewed } = entry.body as LaneBodies['review'];
    return (item) => ({ ...item, reviewed });
  }
  const { content } = entry.body as LaneBodies['note'];
  const note = { id: entry.id, timestamp: entry.receivedAt.toISOString(), content, author: '' };
  return (item) => (item.notes.some(({ id }) => id === note.id) ? item : { ...item, notes: [...item.notes, note] });
}

export function githubAway(cause?: unknown): PatchworkError {
  return new PatchworkError('github_unavailable', 'GitHub does not answer, and what it knows was not read yet.', {
    status: 503,
    next: 'Try again soon; reports are taken all the same.',
    ...(cause === undefined ? {} : { cause }),
  });
}
