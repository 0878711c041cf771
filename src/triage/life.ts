import { compareVersions } from './version.ts';

/** The state of a gap's issue, as far as a new report of the same gap is concerned. Times are ISO 8601. */
export interface IssueState {
  state: 'open' | 'closed';
  /** GitHub's `state_reason`; a closed issue without one counts as completed. */
  reason?: 'completed' | 'not_planned' | 'duplicate' | null;
  closedAt?: string;
  /** The version of the server that closes the gap. */
  fixedIn?: string;
  /** Nobody can write to it any more: locked, transferred or deleted. */
  gone?: boolean;
  /** Distinct sessions that reported the gap since it was closed, the one at hand included. */
  sessionsSince: number;
}

export interface Arrival {
  /** When the report was accepted, by our clock. */
  at: string;
  /** The version of the server it is about, empty where nobody said. */
  version: string;
  /** Its session has not reported the gap before since the issue was closed. */
  newSession: boolean;
}

/**
 * - `fold`: add it and show it
 * - `fold_silently`: add it, say nothing: it tells nothing new
 * - `reopen`: add it, reopen the issue once and mark it as a regression
 * - `follow`: it belongs to the issue that this one is a duplicate of
 * - `new`: open a new issue that points to this one
 */
export type Step = 'fold' | 'fold_silently' | 'reopen' | 'follow' | 'new';

export interface Verdict {
  step: Step;
  /** One sentence for the issue or the answer to the agent. */
  why: string;
}

/** GitHub gives the time of closing in whole seconds. */
const SAME_MOMENT_MS = 1000;
/** Old servers keep running for a while after a fix: without versions, wait this long and for a second session. */
const GRACE_MS = 7 * 86_400_000;
const ENOUGH_SESSIONS = 2;
/** An issue nobody plans is shown again when so many sessions have met it since: 5, 10, 20, 40, … */
const FIRST_STEP = 5;

type Row = [when: (issue: IssueState, report: Arrival) => boolean, step: Step, why: string];

/** The first row that applies decides. */
const ROWS: Row[] = [
  [({ gone }) => gone === true, 'new', 'The issue of this gap is locked or gone.'],
  [({ state }) => state === 'open', 'fold', 'The gap is open.'],
  [({ reason }) => reason === 'duplicate', 'follow', 'The issue was closed as a duplicate.'],
  [late, 'fold_silently', 'The report came in before the issue was closed.'],
  [
    ({ reason, sessionsSince }, { newSession }) => reason === 'not_planned' && newSession && atStep(sessionsSince),
    'fold',
    'The gap is not planned, and many have met it since that was decided.',
  ],
  [({ reason }) => reason === 'not_planned', 'fold_silently', 'The gap is not planned.'],
  [
    (issue, report) => order(issue, report) === -1,
    'fold_silently',
    'The server that reports it runs a version from before the fix.',
  ],
  [
    (issue, report) => order(issue, report) !== undefined,
    'reopen',
    'It is back in a version that should have the fix.',
  ],
  [
    (issue, report) => issue.sessionsSince >= ENOUGH_SESSIONS && sinceClosed(issue, report) > GRACE_MS,
    'reopen',
    'Several sessions meet it again, well after it was closed.',
  ],
  [() => true, 'fold_silently', 'The issue is closed as completed, and the version of the server is not known.'],
];

/** What a report of a gap does to the gap's issue. */
export function lifeStep(issue: IssueState, report: Arrival): Verdict {
  for (const [when, step, why] of ROWS) if (when(issue, report)) return { step, why };
  throw new Error('the last row always applies');
}

/** Where a chain of duplicates ends. `reopen`: nothing live is left, and the oldest of the chain has to be opened again. */
export function canonicalOf(
  number: number,
  lookup: (number: number) => { open: boolean; duplicateOf?: number | undefined } | undefined,
): { number: number; reopen: boolean } {
  const chain: number[] = [];
  let next: number | undefined = number;
  while (next !== undefined && !chain.includes(next)) {
    const issue = lookup(next);
    if (!issue) break;
    if (issue.open) return { number: next, reopen: false };
    chain.push(next);
    next = issue.duplicateOf;
  }
  return { number: chain.length ? Math.min(...chain) : number, reopen: true };
}

function order({ fixedIn }: IssueState, { version }: Arrival): -1 | 0 | 1 | undefined {
  return fixedIn && version ? compareVersions(version, fixedIn) : undefined;
}

function late(issue: IssueState, report: Arrival): boolean {
  return sinceClosed(issue, report) <= SAME_MOMENT_MS;
}

function sinceClosed({ closedAt }: IssueState, { at }: Arrival): number {
  return closedAt ? Date.parse(at) - Date.parse(closedAt) : Number.POSITIVE_INFINITY;
}

function atStep(sessions: number): boolean {
  const doublings = Math.log2(sessions / FIRST_STEP);
  return sessions >= FIRST_STEP && Number.isInteger(doublings);
}
