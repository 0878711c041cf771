import {
  at,
  type DraftRun,
  type DraftStatus,
  type Gap,
  type Gaps,
  type MergeRecord,
  parseDraftStatus,
  renderDraftStatus,
  signed,
  withStatus,
  writeComment,
} from '../../issues/index.ts';

/** Writes what came of merging a run's draft into the gap's status comment; nothing is written when nothing is new. */
export async function recordMerge(gaps: Gaps, gap: Gap, run: DraftRun, merge: Omit<MergeRecord, 'at'>, now: Date) {
  const before = run.merge;
  const same = before && JSON.stringify({ ...before, at: '' }) === JSON.stringify({ ...merge, at: '' });
  if (same) return;
  const at = before?.state === merge.state ? before.at : now.toISOString();
  await changeStatus(gaps, gap, (status) => ({
    ...status,
    runs: status.runs.map((one) => (one.request === run.request ? { ...one, merge: { ...merge, at } } : one)),
  }));
}

/** What would be done about a gap, said in its status comment. */
export async function recordPlan(gaps: Gaps, gap: Gap, plan: string): Promise<void> {
  if (gap.status?.plan === plan) return;
  if (gap.status) return changeStatus(gaps, gap, (status) => ({ ...status, plan }));
  const { repository, index } = gaps;
  const body = renderDraftStatus({ gap: gap.id, runs: [], plan }, [], '', signed(repository));
  index.putComment(await writeComment(repository, gap.number, undefined, body));
}

/** Reads the comment right before writing it, so that nothing that was written in between is lost. */
async function changeStatus({ repository, index }: Gaps, gap: Gap, change: (status: DraftStatus) => DraftStatus) {
  const id = gap.status?.commentId;
  if (id === undefined) return;
  const { data } = await repository.octokit.rest.issues.getComment({ ...at(repository), comment_id: id });
  const sign = signed(repository);
  const status = parseDraftStatus(data.body ?? '', sign);
  if (!status) return;
  const body = withStatus(data.body ?? '', change(status), sign);
  if (body !== data.body) index.putComment(await writeComment(repository, gap.number, id, body));
}
