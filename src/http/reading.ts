import { type LaneBodies, renderLane } from '../intake/index.ts';
import type { Gaps } from '../issues/index.ts';
import type { Entry, Outbox } from '../outbox/index.ts';
import { PatchworkError, type Report } from '../report/index.ts';
import { type Item, itemOf } from './items.ts';

export interface Source {
  outbox: Outbox;
  /** A repository's gaps (owner/name); opening them asks GitHub. */
  gaps(repository: string): Promise<Gaps>;
  /** What is known of them without asking. */
  known(repository: string): Gaps | undefined;
}

/** Newest first. Throws `github_unavailable` (503) while GitHub is away and its issues were never read. */
export async function readItems(source: Source, repository: string): Promise<Item[]> {
  const { items, complete } = await itemsNow(source, repository);
  if (!complete) throw githubAway();
  return items;
}

/** One report by its ULID, or the newest of a gap by its issue number. Throws `not_found` (404). */
export async function readItem(source: Source, repository: string, id: string): Promise<Item> {
  const { items, complete } = await itemsNow(source, repository);
  // An issue that was merged into another one answers as that one.
  const gap = source.known(repository)?.index.canonical(Number(id))?.number ?? Number(id);
  const found = items.find((item) => item.id === id) ?? items.findLast((item) => item.gap === gap);
  if (found) return found;
  if (!complete) throw githubAway();
  throw new PatchworkError('not_found', 'There is no report or gap with this id.', { status: 404 });
}

/**
 * All reports of a repository as they stand now: those in its issues, and those that still wait for theirs, so that a report is
 * readable from the moment of its 201. Waiting notes and reviews show already, too. While GitHub is away, what was known last is
 * answered; `complete` is false when its issues were never read.
 */
async function itemsNow(source: Source, repository: string): Promise<{ items: Item[]; complete: boolean }> {
  const gaps = await current(source, repository);
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

async function current({ gaps, known }: Source, repository: string): Promise<Gaps | undefined> {
  try {
    const opened = await gaps(repository);
    await opened.index.current();
    return opened;
  } catch {
    return known(repository);
  }
}

function githubAway(): PatchworkError {
  return new PatchworkError('github_unavailable', 'GitHub does not answer, and its issues were not read yet.', {
    status: 503,
    next: 'Try again soon; reports are taken all the same.',
  });
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
