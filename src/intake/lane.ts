import {
  createGap,
  ensureLabels,
  eventOf,
  foldReports,
  type Gap,
  type Gaps,
  LABELS,
  type Notify,
  postNote,
  serverLabel,
  setReviewed,
} from '../issues/index.ts';
import type { Model } from '../model/index.ts';
import { type Entry, type Lease, LeaseLost } from '../outbox/index.ts';
import { PatchworkError, type Report } from '../report/index.ts';
import { assess, impactOf, SEVERITIES } from '../triage/index.ts';
import { type Answer, applyCommand, type GivenCommand } from './command.ts';
import { failureOf } from './failure.ts';
import { fenced } from './fence.ts';
import { groupingFor, renderGrouping } from './grouping.ts';
import { joinTwins, lostReports } from './look-again.ts';

/** What waits in a repository's lane, by `kind`. */
export interface LaneBodies {
  report: Report;
  /** A note posted through the API, on a report (by its ULID) or a gap (by its issue number). */
  note: { on: string; content: string };
  review: { on: string; reviewed: boolean };
  command: GivenCommand;
  /** Somebody may have written late: what was settled lately has to be looked for. */
  recheck: null;
}

export interface LaneOptions {
  /** The lane's gaps; opening them asks GitHub. */
  gaps(): Promise<Gaps>;
  /** Asks for so many content-creating requests to GitHub; answers how long to wait if they are not to be had now. */
  budget(lane: string, writes: number): Promise<{ granted: boolean; retryAfterMs: number }>;
  /** Reads whether a report asks for the same as a gap; without one only what is much alike folds. */
  model?: Model | undefined;
  /** Tells whoever gave a command what became of it; may be told again after a crash. */
  answered?(given: GivenCommand, answer: Answer): Promise<void>;
  /** Tells people who asked for it what happens to gaps. */
  notify: Notify;
  /** The longest that a request to GitHub takes before it is given up: well below the lease. */
  requestMs: number;
  /** How far GitHub's lists may lag behind a creation: what is younger and not listed is looked for once more. */
  listLagMs: number;
  /** Puts a `recheck` into the lane. */
  recheck(lane: string): Promise<void>;
  now(): number;
  log(message: string, details?: object): void;
}

/** Works off everything that waits in one repository's lane while we hold it: reports become gaps or evidence, notes become comments. */
export async function workLane(lease: Lease, options: LaneOptions): Promise<void> {
  let wrote = () => false;
  try {
    const gaps = fenced(await options.gaps(), lease, options.requestMs);
    wrote = gaps.wrote;
    const entries = await lease.entries();
    const of = (kind: keyof LaneBodies) => entries.filter((entry) => entry.kind === kind);
    const lost = await takeOver(lease, gaps, of('recheck'), options);
    if (!lost) return;
    await placeReports(lease, gaps, [...lost, ...of('report')], options);
    await lease.settle({ ids: of('recheck').map(({ id }) => id) });
    for (const entry of [...of('note'), ...of('review')]) {
      await guarded(lease, [entry], options, async () => {
        const { on } = entry.body as LaneBodies['note' | 'review'];
        const gap = gaps.index.byReport(on) ?? gaps.index.canonical(Number(on));
        if (!gap) throw new PatchworkError('not_found', `No gap holds ${on}.`, { status: 422 });
        await spend(lease, options, 1);
        if (entry.kind === 'note') {
          await postNote(gaps, gap, { id: entry.id, content: (entry.body as LaneBodies['note']).content });
        } else {
          await setReviewed(gaps, gap, (entry.body as LaneBodies['review']).reviewed);
        }
        await lease.settle({ ids: [entry.id] });
      });
    }
    for (const entry of of('command')) {
      await guarded(lease, [entry], options, async () => {
        const given = entry.body as LaneBodies['command'];
        await spend(lease, options, 2);
        const answer = await applyCommand(gaps, lease, given);
        options.log('command', { lane: lease.lane, issue: given.issue, kind: given.command.kind, ...answer });
        await options.answered?.(given, answer);
        await lease.settle({ ids: [entry.id] });
      });
    }
    await lease.release();
  } catch (error) {
    if (error instanceof LeaseLost) {
      // What was written late may stand over what the new holder wrote, or beside it.
      if (wrote()) await options.recheck(lease.lane);
      options.log('lane taken over', { lane: lease.lane });
      return;
    }
    const failure = error instanceof Wait ? error.failure : failureOf(error, options.now());
    options.log('lane waits', { lane: lease.lane, reason: failure.reason });
    const retryAfterMs = failure.kind === 'later' ? failure.retryAfterMs : undefined;
    await lease.release({ error: failure.reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }
}

/**
 * Brings the index up to date, and mends what an earlier holder may have left: reports that stand nowhere, which are answered so that
 * they are placed again, and issues that double another. Undefined when the lane has to wait for GitHub's lists.
 */
async function takeOver(
  lease: Lease,
  gaps: Gaps,
  rechecks: Entry[],
  options: LaneOptions,
): Promise<Entry[] | undefined> {
  const { index } = gaps;
  const intents = await lease.intents();
  if (lease.sole && !intents.length && !rechecks.length) {
    await index.current();
    return [];
  }
  await index.refresh();
  const lost = await lostReports(lease, gaps);
  const since = [
    ...intents.filter(({ key }) => !index.byReport(key)).map(({ at }) => at.getTime()),
    ...(lost.length ? [Math.min(options.now(), ...rechecks.map(({ receivedAt }) => receivedAt.getTime()))] : []),
  ];
  if (options.now() - Math.max(...since) < options.listLagMs) {
    if (lost.length && !rechecks.length) await options.recheck(lease.lane);
    await lease.release({ retryAfterMs: options.listLagMs });
    return undefined;
  }
  const joined = await joinTwins(gaps);
  if (lost.length || joined) options.log('late writes mended', { lane: lease.lane, lost: lost.length, joined });
  return lost;
}

/** The lane as a whole has to wait; nothing is wrong with the entry. */
class Wait extends Error {
  readonly failure: { kind: 'later'; retryAfterMs?: number; reason: string };
  constructor(failure: Wait['failure']) {
    super(failure.reason);
    this.failure = failure;
  }
}

async function placeReports(lease: Lease, gaps: Gaps, entries: Entry[], options: LaneOptions): Promise<void> {
  const folds = new Map<number, Entry[]>();
  const fold = (gap: number, entry: Entry) => folds.set(gap, [...(folds.get(gap) ?? []), entry]);
  const grouping = groupingFor(gaps, lease, options.model);
  for (const entry of entries) {
    const report = entry.body as Report;
    const held = gaps.index.byReport(report.id);
    if (held) {
      // Its gap was opened right before a crash.
      if (held.id === report.id) await tellOpened(gaps, held, options);
      fold(held.number, entry);
      continue;
    }
    const decision = await grouping.place(report);
    const gap = decision.kind === 'fold' ? gaps.index.byNumber(decision.gap) : undefined;
    if (decision.kind === 'fold' && gap) {
      // Repeats in the same words explain themselves.
      const remarks = decision.by === 'key' ? report.remarks : [...report.remarks, decision.why.replaceAll('`', '')];
      grouping.expect(report, gap);
      fold(gap.number, { ...entry, body: { ...report, remarks } });
      continue;
    }
    const reason = decision.kind === 'new' ? renderGrouping(decision) : 'The gap it belongs to is gone.';
    await guarded(lease, [entry], options, async () => {
      grouping.expect(report, await open(lease, gaps, report, reason, options));
    });
  }
  for (const [number, group] of folds) {
    await guarded(lease, group, options, async () => {
      const gap = gaps.index.byNumber(number) as Gap;
      await spend(lease, options, 2);
      const reports = group.map((entry) => entry.body as Report);
      const folded = await foldReports(gaps, gap, reports).catch((error) => {
        // Deleted or transferred since: the reports open a gap of their own at the next turn.
        if ([404, 410].includes(error.status)) gaps.index.forgetIssue(number);
        throw error;
      });
      await tellEscalation(gaps, folded, reports, options);
      await lease.settle({ ids: group.map((entry) => entry.id), intents: group.map((entry) => entry.id) });
      options.log('reports folded', { lane: lease.lane, gap: number, reports: group.length });
    });
  }
}

/** The intention is on disk before GitHub is asked, so that after a crash the issue is looked for instead of opened again. */
async function open(lease: Lease, gaps: Gaps, report: Report, reason: string, options: LaneOptions): Promise<Gap> {
  await spend(lease, options, 1);
  await ensureLabels(gaps, [...LABELS, serverLabel(report.server_name)]);
  await lease.intend(report.id, {});
  const gap = await createGap(gaps, report, reason);
  await tellOpened(gaps, gap, options);
  await lease.settle({ ids: [report.id], intents: [report.id] });
  // GitHub drops labels without a word when the credentials may not set them.
  if (gap.labels.length === 0)
    options.log('GitHub dropped the labels: the credentials may not write issues', { gap: gap.number });
  options.log('gap opened', { lane: lease.lane, gap: gap.number, report: report.id });
  return gap;
}

const severityOf = (reports: Report[]) => assess(impactOf(reports)).severity;

async function tellOpened({ repository }: Gaps, gap: Gap, { notify }: LaneOptions): Promise<void> {
  const severity = severityOf(gap.reports.slice(0, 1));
  await notify(eventOf(repository, gap, 'gap.opened', gap.id, { severity }));
}

/** Compares with the gap without these reports, so that it is told after a crash, too. */
async function tellEscalation({ repository }: Gaps, gap: Gap, added: Report[], { notify }: LaneOptions): Promise<void> {
  const ids = new Set(added.map((report) => report.id));
  const earlier = gap.reports.filter((report) => !ids.has(report.id));
  if (earlier.length === 0 || gap.decisions.severity) return;
  const [was, severity] = [severityOf(earlier), severityOf(gap.reports)];
  if (SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(was)) return;
  await notify(eventOf(repository, gap, 'gap.escalated', severity, { severity, was }));
}

/** Nothing is written to GitHub unless the lane is still ours and the content budget allows it. */
async function spend(lease: Lease, options: LaneOptions, writes: number): Promise<void> {
  const { granted, retryAfterMs } = await options.budget(lease.lane, writes);
  if (!granted) throw new Wait({ kind: 'later', retryAfterMs, reason: 'content budget used up' });
  await lease.renew();
}

/** A refusal that will never change sets these entries aside and lets the lane go on; everything else stops the lane for now. */
async function guarded(lease: Lease, entries: Entry[], options: LaneOptions, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const failure = error instanceof Wait ? error.failure : failureOf(error, options.now());
    if (failure.kind === 'later') throw error;
    options.log('entry refused', { lane: lease.lane, ids: entries.map((entry) => entry.id), reason: failure.reason });
    for (const entry of entries) await lease.fail(entry.id, failure.reason);
  }
}
