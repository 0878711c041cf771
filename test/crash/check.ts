import type { Issue } from './github.ts';
import type { Sent } from './load.ts';
import { parseIssue } from './standin/issue.ts';

export interface Verdict {
  issues: number;
  /** Confirmed reports that no open issue knows. */
  missing: string[];
  /** Reports that two issues know. */
  doubled: string[];
  /** Gaps with more than one open issue. */
  duplicates: string[];
  /** Issues that were closed again because there was another for the same gap: a holder wrote long after its lease. */
  closed: number;
}

export function judge(reports: readonly Sent[], repositories: ReadonlyMap<string, readonly Issue[]>): Verdict {
  const verdict: Verdict = { issues: 0, missing: [], doubled: [], duplicates: [], closed: 0 };
  const places = new Map<string, string[]>();
  for (const [repository, issues] of repositories) {
    const gaps = new Set<string>();
    for (const { number, body, state } of issues) {
      verdict.issues += 1;
      if (state === 'closed') {
        verdict.closed += 1;
        continue;
      }
      const issue = parseIssue(body);
      if (!issue) throw new Error(`an issue that nobody wrote: ${repository}#${number}`);
      if (gaps.has(issue.gap)) verdict.duplicates.push(`${repository} ${issue.gap}`);
      gaps.add(issue.gap);
      for (const session of issue.sessions)
        places.set(session, [...(places.get(session) ?? []), `${repository} ${issue.gap}`]);
    }
  }
  for (const { server, gap, session, confirmed } of reports) {
    const found = places.get(session) ?? [];
    if (found.length > 1) verdict.doubled.push(session);
    if (confirmed !== undefined && !found.includes(`acme/${server} ${gap}`)) verdict.missing.push(session);
  }
  return verdict;
}

export const isGood = ({ missing, doubled, duplicates }: Verdict) =>
  missing.length + doubled.length + duplicates.length === 0;
