import {
  at,
  ensureLabels,
  eventOf,
  type Gap,
  type Gaps,
  inline,
  LABELS,
  type Notify,
  REGRESSION_LABEL,
  type Repository,
  sayOnce,
  updateGap,
} from '../issues/index.ts';
import type { Report } from '../report/index.ts';
import { canonicalOf, lifeStep, sessionOf, type Verdict } from '../triage/index.ts';

/** Where a report goes, and what that does to the issue. */
export type Place =
  /** `reopen` and `notice`: why it is opened again, or what people are told though it stays closed. */
  { kind: 'fold'; gap: Gap; reopen?: string; notice?: string } | { kind: 'new'; why: string; continues?: number };

/** What a report of this gap does to its issue. `pending`: reports that are about to be added to it. */
export function verdictOf(gap: Gap, report: Report, pending: Report[] = []): Verdict {
  const { state, stateReason, closedAt, locked, decisions } = gap;
  const closed = closedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(closedAt);
  const since = [...gap.reports, ...pending].filter(({ received_at }) => Date.parse(received_at) > closed);
  const sessions = new Set(since.map(sessionOf));
  const newSession = !sessions.has(sessionOf(report));
  return lifeStep(
    {
      state,
      reason: stateReason === 'reopened' ? null : stateReason,
      gone: locked,
      sessionsSince: sessions.size + Number(newSession),
      ...(closedAt === undefined ? {} : { closedAt }),
      ...(decisions.fixedIn ? { fixedIn: decisions.fixedIn } : {}),
    },
    { at: report.received_at, version: report.server_version, newSession },
  );
}

/** Finds the issue in which a report of this gap counts now. */
export async function arrive(
  gaps: Gaps,
  gap: Gap,
  report: Report,
  pending: (number: number) => Report[],
  seen: ReadonlySet<number> = new Set(),
): Promise<Place> {
  const { step, why } = verdictOf(gap, report, pending(gap.number));
  const on = (next: Gap) => arrive(gaps, next, report, pending, new Set([...seen, gap.number]));
  if (step === 'reopen') return { kind: 'fold', gap, reopen: why };
  if (step === 'fold' && gap.state === 'closed') return { kind: 'fold', gap, notice: why };
  if (step === 'new') {
    const next = gaps.index.all().find(({ decisions }) => decisions.continues === gap.number);
    if (next && !seen.has(next.number)) return on(next);
    return { kind: 'new', why: `Its gap, #${gap.number}, is locked.`, continues: gap.number };
  }
  if (step !== 'follow') return { kind: 'fold', gap };
  const end = await endOfDuplicates(gaps, gap);
  if (!end || seen.has(end.gap.number)) return { kind: 'fold', gap };
  return end.lost ? { kind: 'fold', gap: end.gap, reopen: NOTHING_LIVE } : on(end.gap);
}

const NOTHING_LIVE = 'It was closed as a duplicate, and no issue is left that it could be a duplicate of.';

/** Where a chain of duplicates ends; `lost`: nowhere. Undefined where nobody can say, or where the end is no gap of ours. */
async function endOfDuplicates(
  { index, repository }: Gaps,
  gap: Gap,
): Promise<{ gap: Gap; lost: boolean } | undefined> {
  const chain = new Map<number, { open: boolean; duplicateOf?: number | undefined }>();
  let next: number | undefined = gap.number;
  while (next !== undefined && !chain.has(next)) {
    const one = index.byNumber(next);
    const isDuplicate: boolean = one?.state === 'closed' && one.stateReason === 'duplicate';
    if (!one && !(await exists(repository, next))) break;
    const target: number | undefined = one && isDuplicate ? await duplicateOf(repository, one) : undefined;
    if (isDuplicate && target === undefined) return undefined;
    // Closed for another reason it is an end, too: what becomes of it is decided there.
    chain.set(next, { open: !isDuplicate, duplicateOf: target });
    next = target;
  }
  const { number, reopen: lost } = canonicalOf(gap.number, (other) => chain.get(other));
  const end = index.byNumber(number);
  return end && { gap: end, lost };
}

/** As a command said it, a comment in GitHub's own form, or GitHub's sidebar. */
async function duplicateOf(repository: Repository, gap: Gap): Promise<number | undefined> {
  if (gap.decisions.merged) return gap.decisions.merged.into;
  const said = gap.notes.toReversed().flatMap(({ content }) => /^duplicate of #(\d+)/im.exec(content)?.[1] ?? []);
  if (said[0]) return Number(said[0]);
  const { repository: found } = await repository.octokit.graphql<Marked>(MARKED, {
    owner: repository.owner,
    name: repository.name,
    number: gap.number,
  });
  return found?.issue?.timelineItems.nodes.at(-1)?.canonical?.number;
}

const MARKED = `query ($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { issue(number: $number) {
    timelineItems(last: 1, itemTypes: [MARKED_AS_DUPLICATE_EVENT]) { nodes {
      ... on MarkedAsDuplicateEvent { canonical { ... on Issue { number } } }
    } }
  } }
}`;
interface Marked {
  repository: { issue: { timelineItems: { nodes: { canonical: { number?: number } | null }[] } } | null } | null;
}

async function exists(repository: Repository, number: number): Promise<boolean> {
  try {
    await repository.octokit.rest.issues.get({ ...at(repository), issue_number: number });
    return true;
  } catch (error) {
    if ([404, 410].includes((error as { status?: number }).status ?? 0)) return false;
    throw error;
  }
}

/** Opens a gap's issue again because of a report, and says why. The state goes last: until then all this is done again after a crash. */
export async function reopen(gaps: Gaps, gap: Gap, report: Report, why: string, notify: Notify): Promise<void> {
  const { repository } = gaps;
  const isRegression = why !== NOTHING_LIVE;
  const { fixedIn = '' } = gap.decisions;
  if (isRegression) {
    await ensureLabels(gaps, LABELS);
    await repository.octokit.rest.issues.addLabels({
      ...at(repository),
      issue_number: gap.number,
      labels: [REGRESSION_LABEL],
    });
    await notify(eventOf(repository, gap, 'gap.regressed', report.id, { version: report.server_version }));
  }
  const pull = gap.status?.runs.findLast((run) => run.pull)?.pull;
  const met = report.server_version
    ? ` Met in ${inline(report.server_version)}${fixedIn ? `, fixed in ${inline(fixedIn)}` : ''}${pull ? ` (#${pull.number})` : ''}.`
    : '';
  await sayOnce(gaps, gap, `reopened ${report.id}`, `**Reopened.** ${why}${isRegression ? met : ''}`);
  await updateGap(
    gaps,
    gap.number,
    (record) => {
      const { fixedIn: _fix, ...decisions } = record.decisions ?? {};
      const { id, server_version: version, received_at } = report;
      const regressed = isRegression ? { regressed: { report: id, version, fixedIn, at: received_at } } : {};
      return { ...record, decisions: { ...decisions, ...regressed } };
    },
    { state: 'open', state_reason: 'reopened' },
  );
}

/** Tells people of a closed gap that many still meet. */
export async function resurface(gaps: Gaps, gap: Gap, report: Report, why: string): Promise<void> {
  await sayOnce(gaps, gap, `resurfaced ${report.id}`, why);
}
