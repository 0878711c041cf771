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
}

/** One person's word, at one time (ISO 8601). */
export interface Said extends Constraint {
  at: string;
  by: string;
}

export const DECISIONS = '### Decided';

/** The section of a gap's body that shows them; empty when there are none. */
export function renderDecisions(decisions: Decisions): string {
  const { workaround, fixedIn, parked } = decisions;
  const lines = [
    ...(workaround ? [`Known workaround: ${inline(workaround)}`] : []),
    ...(fixedIn ? [`Fixed in ${inline(fixedIn)}`] : []),
    ...(parked ? [`Parked by ${inline(parked.by)} on ${parked.at.slice(0, 10)}${why(parked.why)}`] : []),
  ];
  return lines.length ? `${DECISIONS}\n\n${lines.map((line) => `- ${line}`).join('\n')}` : '';
}

function why(text: string): string {
  return text ? `: ${inline(text)}` : '';
}
