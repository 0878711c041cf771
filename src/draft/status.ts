import {
  at,
  type CommentData,
  commentsOf,
  type DraftRun,
  type DraftStatus,
  type Gap,
  type Gaps,
  renderDraftStatus,
  type Step,
  signed,
  writeComment,
} from '../issues/index.ts';

/** The one status comment of a gap while a run goes on: created once, edited at every step and at the end. */
export interface StatusComment {
  /** Marks the step before as done and shows the next one. */
  step(text: string): Promise<void>;
  /** Writes how the run ended; `below` is appended (the brief). */
  end(run: DraftRun, below?: string): Promise<void>;
}

export function openStatus(gaps: Gaps, gap: Gap, run: DraftRun, onStep: (text: string) => void): StatusComment {
  const { repository, index } = gaps;
  const before = (gap.status?.runs ?? []).filter((other) => other.request !== run.request);
  let commentId = gap.status?.commentId;
  let steps: Step[] = [];

  async function write(current: DraftRun, below = ''): Promise<void> {
    const status: DraftStatus = { gap: gap.id, runs: [...before, current] };
    const comment = await writeComment(
      repository,
      gap.number,
      commentId,
      renderDraftStatus(status, steps, below, signed(repository)),
    );
    index.putComment(comment);
    if (!commentId && (await isSecond(comment))) return write(current, below);
    commentId = comment.id;
  }

  /** Two runners of one request may both find no status comment: the older one stays. */
  async function isSecond(comment: CommentData): Promise<boolean> {
    for (const other of await commentsOf(repository, gap.number)) index.putComment(other);
    const oldest = index.byNumber(gap.number)?.status?.commentId;
    if (!oldest || oldest === comment.id) return false;
    commentId = oldest;
    await repository.octokit.rest.issues.deleteComment({ ...at(repository), comment_id: comment.id });
    index.forgetComment(comment.id);
    return true;
  }

  const settle = (state: Step['state']) => {
    steps = steps.map((step) => (step.state === 'running' ? { ...step, state } : step));
  };

  return {
    async step(text) {
      settle('done');
      steps.push({ text, state: 'running' });
      onStep(text);
      await write(run);
    },
    async end(ended, below) {
      settle(ended.outcome === 'failed' ? 'failed' : 'done');
      await write(ended, below);
    },
  };
}
