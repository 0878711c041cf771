import type { Constraint, Severity } from '../triage/index.ts';
import { inline } from './quote.ts';

/** What people decided about a gap, and what became of it: kept in its marker, so that nothing has to be asked twice. */
export interface Decisions {
  /** What agents can do meanwhile, in one line. */
  workaround?: string;
  /** The version of the server from which on the gap is closed. */
  fixedIn?: string;
  /** No draft is made of it while this stands. `at` is ISO 8601. */
  parked?: { why: string; at: string; by: string };
  /** Set by a person, with the label or a command: no report changes it. */
  severity?: Severity;
  /** Whose words belong together and whose do not, oldest first. */
  constraints?: Said[];
  /** Its reports count in that issue. */
  merged?: Moved<'into'>;
  /** What stands both here and in those issues counts here. */
  took?: Moved<'from'>[];
  /** It goes on from that issue, which is locked. */
  continues?: number;
  /** It was closed, and this report opened it again. `version` and `fixedIn` are empty where they are not known. */
  regressed?: { report: string; version: string; fixedIn: string; at: string };
  /** Reports of this issue were taken out into these. */
  split?: (Moved<'into'> & { reports: number })[];
}

/** A move of reports between issues, when (ISO 8601) and by whom. */
export type Moved<Way extends 'into' | 'from'> = Record<Way, number> & { at: string; by: string };

/** One person's word, at one time (ISO 8601). */
export interface Said extends Constraint {
  at: string;
  by: string;
}

export const DECISIONS = '### Decided';

/** The section of a gap's body that shows them; empty when there are none. */
export function renderDecisions(decisions: Decisions): string {
  const { workaround, fixedIn, parked, regressed, merged, took = [], split = [], continues } = decisions;
  const lines = [
    ...(workaround ? [`Known workaround: ${inline(workaround)}`] : []),
    ...(fixedIn ? [`Fixed in ${inline(fixedIn)}`] : []),
    ...(parked ? [`Parked${said(parked)}${why(parked.why)}`] : []),
    ...(regressed ? [`Reopened on ${regressed.at.slice(0, 10)}${regression(regressed)}`] : []),
    ...(continues ? [`Goes on from #${continues}, which is locked`] : []),
    ...took.map((move) => `Took over reports of #${move.from}${said(move)}`),
    ...split.map((move) => `${reportsOf(move.reports)} taken out into #${move.into}${said(move)}`),
    ...(merged ? [`Merged into #${merged.into}${said(merged)}: its reports count there`] : []),
  ];
  return lines.length ? `${DECISIONS}\n\n${lines.map((line) => `- ${line}`).join('\n')}` : '';
}

function regression({ version, fixedIn }: { version: string; fixedIn: string }): string {
  const fix = fixedIn ? `, though ${inline(fixedIn)} should have it fixed` : '';
  return version ? `: met in ${inline(version)}${fix}` : '';
}

function said({ by, at }: { by: string; at: string }): string {
  return ` by ${inline(by)} on ${at.slice(0, 10)}`;
}

function reportsOf(count: number): string {
  return count === 1 ? 'One report was' : `${count} reports were`;
}

function why(text: string): string {
  return text ? `: ${inline(text)}` : '';
}
