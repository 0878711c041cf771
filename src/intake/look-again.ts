import { foldReports, type Gap, type Gaps } from '../issues/index.ts';
import type { Entry, Lease } from '../outbox/index.ts';

/**
 * What a holder that slept past its lease may have left: reports that were settled lately and stand nowhere now, because an older
 * text was written over a newer one. The index has to be fresh.
 */
export async function lostReports(lease: Lease, { index }: Gaps): Promise<Entry[]> {
  const settled = await lease.settled();
  return settled.filter(({ kind, id }) => kind === 'report' && !index.byReport(id));
}

/** Two open issues for one gap: the older one takes the reports of the other, which is closed as a duplicate. */
export async function joinTwins(gaps: Gaps): Promise<number> {
  const open = [...gaps.index.everything()]
    .filter(({ state, decisions }) => state === 'open' && !decisions.merged)
    .sort((a, b) => a.number - b.number);
  let closed = 0;
  for (const [first, ...twins] of Map.groupBy(open, ({ id }) => id).values()) {
    for (const twin of twins) {
      await joinTwin(gaps, first as Gap, twin);
      closed += 1;
    }
  }
  return closed;
}

async function joinTwin(gaps: Gaps, first: Gap, twin: Gap): Promise<void> {
  const { repository, index } = gaps;
  await foldReports(gaps, first, twin.held);
  const closed = await repository.octokit.rest.issues.update({
    owner: repository.owner,
    repo: repository.name,
    issue_number: twin.number,
    state: 'closed',
    state_reason: 'duplicate',
  });
  index.putIssue(closed.data);
}
