import { type LaneBodies, renderLane } from '../intake/index.ts';
import type { Gaps } from '../issues/index.ts';
import type { Entry, Outbox } from '../outbox/index.ts';
import type { Report } from '../report/index.ts';
import { type Item, itemOf } from './items.ts';

/**
 * All reports of a repository as they stand now: those in its issues, and those that still wait for theirs, so that a report is
 * readable from the moment of its 201. Waiting notes and reviews show already, too. Newest first. While GitHub is away, what was
 * known last is answered; `complete` is false when its issues were never read.
 */
export async function readItems(source: Source, repository: string): Promise<{ items: Item[]; complete: boolean }> {
  const gaps = await current(source);
  const waiting = await source.outbox.waiting(renderLane('reports', repository));
  const items = gaps?.index.all().flatMap((gap) => gap.reports.map((report) => itemOf(report, gap))) ?? [];
  const known = new Set(items.map((item) => item.id));
  for (const entry of waiting) {
    const report = entry.body as Report;
    if (entry.kind === 'report' && !known.has(report.id)) items.push(itemOf(report, undefined));
  }
  applyWaiting(items, waiting);
  return { items: items.sort(newestFirst), complete: gaps !== undefined };
}

export interface Source {
  outbox: Outbox;
  /** The repository's gaps; opening them asks GitHub. */
  gaps(): Promise<Gaps>;
  /** What is known of them without asking. */
  known(): Gaps | undefined;
}

async function current({ gaps, known }: Source): Promise<Gaps | undefined> {
  try {
    const opened = await gaps();
    await opened.index.current();
    return opened;
  } catch {
    return known();
  }
}

function newestFirst(a: Item, b: Item): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

function applyWaiting(items: Item[], waiting: Entry[]): void {
  for (const entry of waiting) {
    if (entry.kind !== 'note' && entry.kind !== 'review') continue;
    const { on } = entry.body as LaneBodies['note' | 'review'];
    const gap = items.find((item) => item.id === on)?.gap ?? Number(on);
    for (const item of items.filter((candidate) => candidate.id === on || candidate.gap === gap)) {
      if (entry.kind === 'review') item.reviewed = (entry.body as LaneBodies['review']).reviewed;
      else if (!item.notes.some((note) => note.id === entry.id)) {
        const { content } = entry.body as LaneBodies['note'];
        item.notes.push({ id: entry.id, timestamp: entry.receivedAt.toISOString(), content, author: '' });
      }
    }
  }
}
