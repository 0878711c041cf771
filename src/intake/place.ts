import {
  createGap,
  ensureLabels,
  eventOf,
  foldReports,
  type Gap,
  type Gaps,
  isSealedWhole,
  LABELS,
  serverLabel,
} from '../issues/index.ts';
import type { Entry, Lease } from '../outbox/index.ts';
import type { Report } from '../report/index.ts';
import { assess, type Decision, gapKey, type Harm, impactOf, SEVERITIES } from '../triage/index.ts';
import { type Arrived, reportOf } from './arrived.ts';
import { type Grouping, groupingFor, renderGrouping } from './grouping.ts';
import { isSilent, judgeHarm } from './judge.ts';
import type { LaneOptions } from './lane.ts';
import { arrive, type Place, reopen, resurface } from './life.ts';
import { noteFold, type waitToFold } from './pace.ts';
import { asPublished } from './privacy.ts';
import { guarded, holding, spend } from './turn.ts';

/** Finds the gap of each report that waits, opens those that are new, and adds the others to theirs, each gap once. */
export async function placeReports(
  lease: Lease,
  gaps: Gaps,
  entries: Entry[],
  options: LaneOptions,
  waitFor: typeof waitToFold,
): Promise<void> {
  if (entries.length === 0) return;
  const folds = new Map<number, Entry[]>();
  const grouping = groupingFor(gaps, lease, options.model);
  const fields = await options.sealed?.();
  const published = fields ? await asPublished(entries, gaps.repository, fields) : entries;
  for (const entry of published) {
    const report = reportOf(entry);
    const fold = (gap: number, kept: Report) => folds.set(gap, [...(folds.get(gap) ?? []), { ...entry, body: kept }]);
    await guarded(lease, [entry], options, async () => {
      const held = gaps.index.byReport(report.id);
      if (held) {
        // Its gap was opened right before a crash.
        if (held.id === report.id) await tellOpened(gaps, held, options);
        fold(held.number, report);
        return;
      }
      const pending = (number: number) => (folds.get(number) ?? []).map(({ body }) => body as Report);
      const place = await placeOf(gaps, grouping, entry, pending);
      if (place.kind === 'new') {
        grouping.expect(report, await open(lease, gaps, report, place, options));
        return;
      }
      if (place.reopen || place.notice) await spend(lease, options, 3);
      if (place.reopen) await reopen(gaps, place.gap, report, place.reopen, options.notify);
      if (place.notice) await resurface(gaps, place.gap, report, place.notice);
      const kept = { ...report, remarks: [...report.remarks, ...place.remarks] };
      grouping.expect(kept, place.gap);
      fold(place.gap.number, kept);
    });
  }
  for (const [number, group] of folds) {
    await guarded(lease, group, options, async () => {
      const gap = gaps.index.byNumber(number) as Gap;
      const waitMs = waitFor(gaps.index, gap, options.paceMs, options.now());
      if (waitMs > 0) {
        await lease.hold(
          group.map(({ id }) => id),
          waitMs,
        );
        return;
      }
      const reports = group.map((entry) => entry.body as Report);
      const harm = gap.harm === undefined ? await harmOf(lease, [...gap.reports, ...reports], options) : undefined;
      await spend(lease, options, 2);
      const folded = await foldReports(gaps, gap, reports, harm).catch((error) => {
        // Deleted or transferred since: the reports open a gap of their own at the next turn.
        if ([404, 410].includes(error.status)) gaps.index.forgetIssue(number);
        throw error;
      });
      await tellEscalation(gaps, folded, reports, options);
      noteFold(gaps.index, gap, options.now());
      await lease.settle({ ids: group.map((entry) => entry.id), intents: group.map((entry) => entry.id) });
      options.placed?.('folded', group.length);
      options.log('reports folded', { lane: lease.lane, gap: number, reports: group.length });
    });
  }
}

/** Which gap it is, and what its coming does to the gap's issue. */
async function placeOf(
  gaps: Gaps,
  grouping: Grouping,
  entry: Entry,
  pending: (number: number) => Report[],
): Promise<Place & { remarks: string[] }> {
  const report = reportOf(entry);
  const decision = isSealedWhole(report)
    ? placeSealed(gaps, report)
    : await grouping.place(report, (entry.body as Arrived).asked);
  if (decision.kind === 'new') return { kind: 'new', why: renderGrouping(decision), remarks: [] };
  const gap = gaps.index.byNumber(decision.gap);
  if (!gap) return { kind: 'new', why: `Its gap, #${decision.gap}, is gone.`, remarks: [] };
  // Repeats in the same words explain themselves.
  const remarks = decision.by === 'key' ? [] : [decision.why.replaceAll('`', '')];
  return { ...(await arrive(gaps, gap, report, pending)), remarks };
}

/** What may be about security is compared with nothing but its own repeats. */
function placeSealed({ index }: Gaps, report: Report): Decision {
  const same = index.byKey(gapKey(report));
  return same
    ? { kind: 'fold', gap: same.number, by: 'key', why: 'It was reported before.' }
    : { kind: 'new', relatives: [], offers: [], why: 'It is compared with nothing, for what it says is sealed.' };
}

/** The intention is on disk before GitHub is asked, so that after a crash the issue is looked for instead of opened again. */
async function open(
  lease: Lease,
  gaps: Gaps,
  report: Report,
  { why, continues }: Extract<Place, { kind: 'new' }>,
  options: LaneOptions,
): Promise<Gap> {
  const harm = await harmOf(lease, [report], options);
  await spend(lease, options, 1);
  await ensureLabels(gaps, [...LABELS, serverLabel(report.server_name)]);
  await lease.intend(report.id, {});
  const gap = await createGap(gaps, report, why, {
    ...(continues === undefined ? {} : { decisions: { continues } }),
    ...(harm === undefined ? {} : { harm }),
  });
  await tellOpened(gaps, gap, options);
  await lease.settle({ ids: [report.id], intents: [report.id] });
  // GitHub drops labels without a word when the credentials may not set them.
  if (gap.labels.length === 0)
    options.log('GitHub dropped the labels: the credentials may not write issues', { gap: gap.number });
  options.placed?.('opened', 1);
  options.log('gap opened', { lane: lease.lane, gap: gap.number, report: report.id });
  return gap;
}

/** Judged once for each gap, and kept in its marker; a model that fails leaves it to the sessions alone. */
async function harmOf(lease: Lease, reports: Report[], { model, now }: LaneOptions): Promise<Harm | undefined> {
  return model && !isSilent(model, now()) ? holding(lease, judgeHarm(model, reports)) : undefined;
}

const severityOf = (reports: Report[], harm: Harm | undefined) => assess(impactOf(reports), harm).severity;

async function tellOpened({ repository }: Gaps, gap: Gap, { notify }: LaneOptions): Promise<void> {
  const severity = severityOf(gap.reports.slice(0, 1), gap.harm);
  await notify(eventOf(repository, gap, 'gap.opened', gap.id, { severity }));
}

/** Compares with the gap without these reports, so that it is told after a crash, too. */
async function tellEscalation({ repository }: Gaps, gap: Gap, added: Report[], { notify }: LaneOptions): Promise<void> {
  const ids = new Set(added.map((report) => report.id));
  const earlier = gap.reports.filter((report) => !ids.has(report.id));
  if (earlier.length === 0 || gap.decisions.severity) return;
  const [was, severity] = [severityOf(earlier, gap.harm), severityOf(gap.reports, gap.harm)];
  if (SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(was)) return;
  await notify(eventOf(repository, gap, 'gap.escalated', severity, { severity, was }));
}
