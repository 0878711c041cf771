import type { Gap } from '../../src/issues/index.ts';
import type { Sent } from './load.ts';

export interface Verdict {
  issues: number;
  /** Confirmed reports that no open issue knows. */
  missing: string[];
  /** Reports that are counted twice, in two issues or in one. */
  doubled: string[];
  /** Gaps with more than one open issue. */
  duplicates: string[];
  /** Issues that were closed again because there was another for the same gap: a holder wrote long after its lease. */
  closed: number;
}

/** What an issue has to be known by for the verdict: whether it is open, and its reports, as they are read back from GitHub. */
export type Held = Pick<Gap, 'state'> & { reports: Pick<Gap['reports'][number], 'what_i_needed' | 'session_id'>[] };

export function judge(sent: readonly Sent[], repositories: ReadonlyMap<string, readonly Held[]>): Verdict {
  const verdict: Verdict = { issues: 0, missing: [], doubled: [], duplicates: [], closed: 0 };
  const places = new Map<string, string[]>();
  for (const [repository, issues] of repositories) {
    const needs = new Set<string>();
    for (const { state, reports } of issues) {
      verdict.issues += 1;
      if (state === 'closed') {
        verdict.closed += 1;
        continue;
      }
      const need = reports[0]?.what_i_needed ?? '';
      if (needs.has(need)) verdict.duplicates.push(`${repository} ${need}`);
      needs.add(need);
      for (const { session_id } of reports) places.set(session_id, [...(places.get(session_id) ?? []), repository]);
    }
  }
  for (const { repository, session, confirmed } of sent) {
    const found = places.get(session) ?? [];
    if (found.length > 1) verdict.doubled.push(session);
    if (confirmed !== undefined && !found.includes(repository)) verdict.missing.push(session);
  }
  return verdict;
}

export const isGood = ({ missing, doubled, duplicates }: Verdict) =>
  missing.length + doubled.length + duplicates.length === 0;
