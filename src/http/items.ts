import { type DraftRun, type Gap, REVIEWED_LABEL, withoutMarkers } from '../issues/index.ts';
import type { Report } from '../report/index.ts';

/** A report as the API shows it: the fields it always had, and where its gap stands. */
export interface Item extends Omit<Report, 'received_at' | 'remarks'> {
  /** ISO 8601. */
  timestamp: string;
  status: 'pending' | 'open' | 'closed';
  reviewed: boolean;
  remarks: string[];
  /** The issue, once it exists. */
  gap: number | null;
  title: string;
  url: string;
  /** How many reports the gap has. */
  seen: number;
  labels: string[];
  /** The newest draft's pull request. */
  pr_url: string;
  /** Every attempt at a draft, oldest first; one that still runs has no outcome yet. */
  drafts: DraftRun[];
  notes: { id: string; timestamp: string; content: string; author: string }[];
}

export function itemOf(report: Report, gap: Gap | undefined): Item {
  const { received_at, ...fields } = report;
  const pull = gap?.status?.runs.findLast((run) => run.pull)?.pull;
  return {
    ...fields,
    timestamp: received_at,
    status: gap?.state ?? 'pending',
    reviewed: gap?.labels.includes(REVIEWED_LABEL) ?? false,
    gap: gap?.number ?? null,
    title: gap?.title ?? '',
    url: gap?.url ?? '',
    seen: gap?.reports.length ?? 1,
    labels: gap?.labels ?? [],
    pr_url: pull?.url ?? '',
    drafts: gap?.status?.runs ?? [],
    notes: (gap?.notes ?? []).map((note) => ({
      id: note.id,
      timestamp: note.createdAt,
      content: withoutMarkers(note.content),
      author: note.author,
    })),
  };
}
