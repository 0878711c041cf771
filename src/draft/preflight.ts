import type { DraftRun, Note } from '../issues/index.ts';
import { FAILURES_THAT_PARK } from '../triage/index.ts';
import { declined, type Ending } from './failure.ts';
import type { DraftRequest } from './request.ts';
import type { Standing } from './standing.ts';

export interface Preflight {
  request: DraftRequest;
  issue: number;
  standing: Standing;
  /** Runs that ended, oldest first. */
  runs: DraftRun[];
  /** Why a person parked the gap, if one did. */
  parked: string | undefined;
  notes: Note[];
  maxInFlight: number;
  /** The run was begun before: what only decides about beginning is not asked again. */
  isResumed: boolean;
  /** Whether somebody may write to the repository now. */
  mayWrite(login: string): Promise<boolean>;
}

/** Failures of the surroundings: they say nothing of the gap. */
const CIRCUMSTANCE =
  /^(?:model_(?:unavailable|limited|rejected|cancelled)|github_refused|repository_too_large|interrupted)$/;

/** Whether a draft may be written at all, found out without a model: the ending where it may not. */
export async function preflight(facts: Preflight): Promise<Ending | undefined> {
  const { request, issue, standing, mayWrite, maxInFlight } = facts;
  if (request.by !== 'auto' && request.actor !== 'operator' && !(await mayWrite(request.actor.login))) {
    return declined(
      'not_allowed',
      'Only people with write access can ask for a draft: one of them may apply the label.',
    );
  }
  if (standing.issue.state === 'closed') {
    return declined('issue_closed', 'The issue is closed: reopen it to ask for a draft.');
  }
  if (standing.issue.locked) {
    return declined('issue_locked', 'The conversation of the issue is locked: unlock it to ask for a draft.');
  }
  if (facts.isResumed) return undefined;
  const [closing] = standing.closing;
  if (closing) {
    return declined(
      'pull_exists',
      `Pull request #${closing.number} closes this gap already. Review it, or close it and ask again.`,
    );
  }
  const [own] = standing.drafts.filter((draft) => draft.issue === issue);
  if (own && request.by === 'auto') {
    return declined(
      'draft_exists',
      `Draft #${own.number} waits for a review. \`/patchwork redraft\` asks for another.`,
    );
  }
  if (facts.parked !== undefined) {
    return declined(
      'parked',
      `The gap is parked${facts.parked ? `: ${facts.parked}` : ''}. \`/patchwork unpark\` takes it up again.`,
    );
  }
  if (request.guidance === undefined && (await hasFailedTooOften(facts))) {
    return declined(
      'parked',
      `The last ${FAILURES_THAT_PARK} drafts failed, and nothing was said since. Write what to do differently as a note and ` +
        'apply the label again, or ask with `/patchwork redraft <what to change>`.',
    );
  }
  const others = standing.drafts.filter((draft) => draft.issue !== issue);
  if (others.length >= maxInFlight) {
    const named = others.slice(0, 5).map(({ number }) => `#${number}`);
    return declined(
      'too_many_drafts',
      `${others.length} drafts wait for a review (${named.join(', ')}), and at most ${maxInFlight} may. Merge or close one, or raise ` +
        '`draft.max_in_flight` in `.github/patchwork.yml`, and ask again.',
    );
  }
  return undefined;
}

async function hasFailedTooOften({ runs, notes, mayWrite }: Preflight): Promise<boolean> {
  const attempts = runs.filter(({ outcome, reason = '' }) => outcome !== 'declined' && !CIRCUMSTANCE.test(reason));
  const last = attempts.slice(-FAILURES_THAT_PARK);
  if (last.length < FAILURES_THAT_PARK || last.some(({ outcome }) => outcome !== 'failed')) return false;
  const since = last.at(-1)?.endedAt ?? '';
  for (const note of notes) {
    // GitHub's times have whole seconds.
    if (note.throughApi || note.createdAt < since.slice(0, 19)) continue;
    if (await mayWrite(note.author)) return false;
  }
  return true;
}
