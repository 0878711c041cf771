import type { EventType } from '../config/index.ts';
import type { Severity } from '../triage/index.ts';
import type { DraftRun } from './draft-status.ts';
import type { Gap } from './gap.ts';

/** One thing that happened to a gap and that people may want to hear of, once. Holds no more of a report than the issue's title does. */
export interface GapEvent {
  type: EventType;
  /** The same happening, told again after a crash, has the same key. At most 100 of `A-Z a-z 0-9 . _ : / -`. */
  key: string;
  /** owner/name. */
  repository: string;
  /** ISO 8601. */
  at: string;
  issue: number;
  url: string;
  /** An agent's words, cleaned: whoever shows it makes it inert. */
  title: string;
  server: string;
  reports: number;
  severity?: Severity;
  /** The severity before an escalation. */
  was?: Severity;
  /** The pull request of a draft, or the one that was merged. */
  pull?: { number: number; url: string };
  /** Why a draft ended as it did: a stable word. */
  reason?: string;
  /** The version that has the fix (shipped), or that shows the gap again (regressed). */
  version?: string;
}

/** Resolves when the event is durable; telling those who asked for it goes on from there. */
export type Notify = (event: GapEvent) => Promise<void>;

/** An event about a gap. `once` tells it from the gap's other events of its type: a severity, a request, a pull request. */
export function eventOf(
  repository: { owner: string; name: string },
  gap: Pick<Gap, 'number' | 'url' | 'title' | 'reports'>,
  type: EventType,
  once: string,
  more: Partial<Pick<GapEvent, 'severity' | 'was' | 'pull' | 'reason' | 'version'>> = {},
): GapEvent {
  return {
    type,
    key: `${type}:${gap.number}:${once.replace(/[^\w.:/-]/g, '-').slice(0, 60)}`,
    repository: `${repository.owner}/${repository.name}`,
    at: new Date().toISOString(),
    issue: gap.number,
    url: gap.url,
    title: gap.title,
    server: gap.reports[0]?.server_name ?? '',
    reports: gap.reports.length,
    ...more,
  };
}

/** What the end of a draft tells; undefined for one that was declined, which only whoever asked for it needs to know. */
export function eventOfDraft(
  repository: { owner: string; name: string },
  gap: Pick<Gap, 'number' | 'url' | 'title' | 'reports'>,
  run: DraftRun,
): GapEvent | undefined {
  const more = { ...(run.pull ? { pull: run.pull } : {}), ...(run.reason ? { reason: run.reason } : {}) };
  if (run.outcome === 'failed') return eventOf(repository, gap, 'draft.failed', run.request, more);
  if (!run.pull) return undefined;
  const type = run.outcome === 'verified' ? 'draft.verified' : 'draft.opened';
  return eventOf(repository, gap, type, run.request, more);
}
