import type { Proof } from '../triage/index.ts';
import { type MarkerKeys, parseMarker, renderMarker, replaceMarker } from './marker.ts';

export const OUTCOMES = ['verified', 'plausible', 'unverified', 'declined', 'failed'] as const;
/** How a draft ended (DESIGN, rule 7). */
export type Outcome = (typeof OUTCOMES)[number];

/** What led to a draft. */
export type DraftCause = 'label' | 'command' | 'dashboard' | 'api' | 'auto' | 'cli' | 'action';

/** One attempt to turn the gap into a draft pull request. */
export interface DraftRun {
  /** What asked for it: the event of the label, or an id made by the door. The same request never runs twice. */
  request: string;
  /** Who asked. */
  actor: string;
  by: DraftCause;
  /** What the draft was to do otherwise than the one before it. */
  guidance?: string;
  /** The draft it starts from. */
  revise?: { pull: number };
  /** ISO 8601. */
  startedAt: string;
  /** Which runner works on it: one that is still at it is not disturbed by another. */
  runner?: string;
  /** ISO 8601. */
  endedAt?: string;
  outcome?: Outcome;
  /** A stable word for why it ended as it did. */
  reason?: string;
  /** One sentence for people, and the next useful action. */
  summary?: string;
  branch?: string;
  pull?: { number: number; url: string };
  /** The commit that was pushed: whatever else the branch holds later is somebody's work. */
  commit?: string;
  /** What was verified, for whoever merges it. */
  proof?: Proof;
  /** What came of merging it without being asked. */
  merge?: MergeRecord;
}

/**
 * Where the merge of a draft by policy stands: `waiting` and `refused` before it, `merging` from the last look on, `merged` until
 * the default branch was looked at; then `kept`, or `undoing` and `undone`.
 */
export interface MergeRecord {
  state: 'waiting' | 'refused' | 'merging' | 'merged' | 'kept' | 'undoing' | 'undone';
  /** For people: why, and what comes next. */
  says: string;
  /** ISO 8601: when the state was reached. */
  at: string;
  /** We marked the pull request ready for review: if it is a draft again, a person did that. */
  readied?: boolean;
  /** The commit on the default branch. */
  commit?: string;
  /** The pull request that undoes it, and why it does. */
  revert?: { number: number; url: string; head: string; why: string };
}

export interface DraftStatus {
  gap: string;
  /** Oldest first. */
  runs: DraftRun[];
  /** What would be done without being asked, where that is only tried. */
  plan?: string;
}

/** One step of the run under way, as the status comment shows it. */
export interface Step {
  text: string;
  state: 'done' | 'running' | 'failed';
}

interface Signed {
  keys: MarkerKeys;
  repositoryId: number;
}

/** The status comment: the newest run with its steps, the earlier ones in a line each, an optional text below (the brief). */
export function renderDraftStatus(status: DraftStatus, steps: Step[], below: string, signed: Signed): string {
  const [newest, ...earlier] = status.runs.toReversed();
  return [
    `### ${newest || !status.plan ? heading(newest) : 'What would be done'}`,
    ...byItself(status),
    ...(newest?.summary ? [newest.summary] : []),
    ...(steps.length ? [steps.map(({ text, state }) => `- ${ICON[state]} ${text}`).join('\n')] : []),
    ...(earlier.length ? [`Earlier drafts: ${earlier.map(line).join('; ')}.`] : []),
    ...(below ? [below] : []),
    renderMarker(signed.keys, { repositoryId: signed.repositoryId, role: 'status' }, status),
  ].join('\n\n');
}

const BY_ITSELF = '**By itself.** ';

function byItself({ runs, plan }: DraftStatus): string[] {
  const says = runs.at(-1)?.merge?.says ?? plan;
  return says ? [BY_ITSELF + says] : [];
}

/** The same comment with another status in its marker and what it says of merging; the steps and the brief stay. */
export function withStatus(body: string, status: DraftStatus, signed: Signed): string {
  const place = { repositoryId: signed.repositoryId, role: 'status' as const };
  const paragraphs = body.split('\n\n').filter((part) => !part.startsWith(BY_ITSELF));
  const [heading = '', ...rest] = paragraphs;
  return replaceMarker(signed.keys, place, [heading, ...byItself(status), ...rest].join('\n\n'), status);
}

export function parseDraftStatus(body: string, signed: Signed): DraftStatus | undefined {
  const payload = parseMarker(signed.keys, { repositoryId: signed.repositoryId, role: 'status' }, body);
  const status = payload as DraftStatus | undefined;
  return typeof status?.gap === 'string' && Array.isArray(status.runs) ? status : undefined;
}

const ICON: Record<Step['state'], string> = { done: '✓', running: '…', failed: '✗' };

function heading(run: DraftRun | undefined): string {
  if (!run?.outcome) return 'Drafting …';
  if (run.pull) return `Draft #${run.pull.number}: ${run.outcome}`;
  return run.outcome === 'declined' ? 'No draft was written' : 'The draft failed';
}

function line(run: DraftRun): string {
  const what = run.pull ? `#${run.pull.number}` : run.startedAt.slice(0, 16).replace('T', ' ');
  return `${what} (${run.outcome ?? 'interrupted'}${run.reason ? `, ${run.reason}` : ''})`;
}
