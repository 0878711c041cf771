import { type LaneBodies, renderLane } from '../intake/index.ts';
import type { Gaps } from '../issues/index.ts';
import type { Entry, Outbox } from '../outbox/index.ts';
import type { Report } from '../report/index.ts';
import { type Item, itemOf } from './items.ts';

/**
 * All reports of a repository as they stand now: those in its issues, and those that still wait for theirs, so that a report is
 * readable from the moment of its 201. Waiting notes and reviews show already, too. Newest first.
 */
export async function readItems(gaps: Gaps, outbox: Outbox, repository: string): Promise<Item[]> {
  await gaps.index.current();
  const waiting = await outbox.waiting(renderLane('reports', repository));
  const items = gaps.index.all().flatMap((gap) => gap.reports.map((report) => itemOf(report, gap)));
  const known = new Set(items.map((item) => item.id));
  for (const entry of waiting) {
    const report = entry.body as Report;
    if (entry.kind === 'report' && !known.has(report.id)) items.push(itemOf(report, undefined));
  }
  applyWaiting(items, waiting);
  return items.sort((a, b) =>
    a.timestamp === b.timestamp ? (a.id < b.id ? 1 : -1) : a.timestamp < b.timestamp ? 1 : -1,
  );
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
