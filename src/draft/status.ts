import {
  at,
  commentsOf,
  type DraftRun,
  type DraftStatus,
  type Gap,
  type Gaps,
  renderDraftStatus,
  type Step,
  signed,
} from '../issues/index.ts';
import { type Acted, act, type CheckRun } from './act.ts';
import { inertProse } from './prose.ts';
import type { Standing } from './standing.ts';

/** The one status comment of a gap while a run goes on: created once, edited now and then, and at the end. */
export interface StatusComment {
  /** The run is under way: written at once, with what changes of the issue's labels. */
  begin(text: string, labels: Labels): Promise<void>;
  /** Marks the step before as done and shows the next one; the comment is edited when the last edit is a while ago. */
  step(text: string): Promise<void>;
  /** Writes how the run ended; `below` is appended (the brief). */
  end(run: DraftRun, more: Labels & { below?: string | undefined; check?: CheckRun | undefined }): Promise<void>;
}

export interface Labels {
  add?: string[];
  remove?: string[];
}

/** Every edit is a request, and people look at a comment less often than steps pass. */
const EDIT_MS = 15_000;

export function openStatus(
  gaps: Gaps,
  gap: Gap,
  run: DraftRun,
  standing: Standing,
  onStep: (text: string) => void,
): StatusComment {
  const before = (gap.status?.runs ?? []).filter((other) => other.request !== run.request);
  const { comments, ids } = standing;
  // One that somebody deleted is written anew.
  const known = gap.status?.commentId;
  let commentId = known !== undefined && (comments?.has(known) ?? true) ? known : undefined;
  let steps: Step[] = [];
  let written = 0;

  async function write(current: DraftRun, more: Labels & { below?: string; check?: CheckRun } = {}): Promise<Acted> {
    const { below = '', ...rest } = more;
    const status: DraftStatus = { gap: gap.id, runs: [...before, current] };
    const body = renderDraftStatus(status, steps, below, signed(gaps.repository));
    const acted = await act(gaps, ids, { issue: gap.number, comment: { id: commentId, body }, ...rest });
    written = performance.now();
    if (commentId === undefined && acted.notAlone && (await isSecond(acted.comment))) return write(current, more);
    commentId = acted.comment;
    return acted;
  }

  /** Two runners of one request may both find no status comment: the older one stays. */
  async function isSecond(own: number): Promise<boolean> {
    const { repository, index } = gaps;
    for (const other of await commentsOf(repository, gap.number)) index.putComment(other);
    const oldest = index.byNumber(gap.number)?.status?.commentId;
    if (!oldest || oldest === own) return false;
    commentId = oldest;
    await repository.octokit.rest.issues.deleteComment({ ...at(repository), comment_id: own });
    index.forgetComment(own);
    return true;
  }

  const settle = (state: Step['state']) => {
    steps = steps.map((step) => (step.state === 'running' ? { ...step, state } : step));
  };
  const next = (text: string) => {
    settle('done');
    steps.push({ text, state: 'running' });
    onStep(text);
  };

  return {
    async begin(text, labels) {
      next(text);
      await write(run, labels);
    },
    async step(text) {
      next(text);
      if (performance.now() - written > EDIT_MS) await write(run);
    },
    async end(ended, { below, check, ...labels }) {
      settle(ended.outcome === 'failed' ? 'failed' : 'done');
      const text = below === undefined ? {} : { below };
      const { unchecked } = await write(ended, { ...labels, ...text, ...(check === undefined ? {} : { check }) });
      if (unchecked === undefined) return;
      steps.push({ text: `No check run: ${inertProse(unchecked, 200)}`, state: 'failed' });
      await write(ended, text);
    },
  };
}
