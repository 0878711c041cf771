import type { SealedField } from '../config/index.ts';
import { type Gaps, type Notify, postNote, setReviewed, welcome } from '../issues/index.ts';
import type { Model } from '../model/index.ts';
import { type Entry, type Lease, LeaseLost } from '../outbox/index.ts';
import { PatchworkError } from '../report/index.ts';
import type { Arrived } from './arrived.ts';
import { type Answer, applyCommand, type GivenCommand } from './command.ts';
import { failureOf } from './failure.ts';
import { fenced } from './fence.ts';
import { joinTwins, lostReports } from './look-again.ts';
import { waitToFold } from './pace.ts';
import { placeReports } from './place.ts';
import { guarded, holding, spend, Wait } from './turn.ts';

/** What waits in a repository's lane, by `kind`. */
export interface LaneBodies {
  report: Arrived;
  /** A note posted through the API, on a report (by its ULID) or a gap (by its issue number). */
  note: { on: string; content: string };
  review: { on: string; reviewed: boolean };
  command: GivenCommand;
  /** Somebody may have written late: what was settled lately has to be looked for. */
  recheck: null;
  /** The App is new here. `setup`: where people get keys. */
  welcome: { setup: string | null };
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
  /** Fields that are not published where everybody reads; left out where nobody but the user does. */
  sealed?(): Promise<readonly SealedField[]>;
  /** Tells people who asked for it what happens to gaps. */
  notify: Notify;
  /** The longest that a request to GitHub takes before it is given up: well below the lease. */
  requestMs: number;
  /** How far GitHub's lists may lag behind a creation: what is younger and not listed is looked for once more. */
  listLagMs: number;
  /** The shortest time between two edits of one gap's evidence: what comes in between shares the next one. */
  paceMs: number;
  /** Puts a `recheck` into the lane. */
  recheck(lane: string): Promise<void>;
  /** Counted: what became of reports. */
  placed?(how: 'opened' | 'folded', reports: number): void;
  now(): number;
  log(message: string, details?: object): void;
}

/** Works off everything that waits in one repository's lane while we hold it: reports become gaps or evidence, notes become comments. */
export async function workLane(lease: Lease, options: LaneOptions): Promise<void> {
  let wrote = () => false;
  try {
    const entries = await lease.entries();
    const claimed = options.now();
    const gaps = fenced(await holding(lease, options.gaps()), lease, options.requestMs);
    wrote = gaps.wrote;
    const of = (kind: keyof LaneBodies) => entries.filter((entry) => entry.kind === kind);
    const lost = await takeOver(lease, gaps, of('recheck'), claimed, options);
    if (!lost) return;
    // What was lost is settled as far as the outbox knows, and cannot be held back.
    await placeReports(lease, gaps, lost, options, () => 0);
    await placeReports(lease, gaps, of('report'), options, waitToFold);
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
    for (const entry of of('welcome')) {
      await guarded(lease, [entry], options, async () => {
        const { setup } = entry.body as LaneBodies['welcome'];
        await welcome(gaps, setup, async () => {
          await spend(lease, options, 1);
          await lease.intend('welcome', {});
        });
        await lease.settle({ ids: [entry.id], intents: ['welcome'] });
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
  claimed: number,
  options: LaneOptions,
): Promise<Entry[] | undefined> {
  const { index } = gaps;
  const intents = await lease.intents();
  if (lease.sole && !intents.length && !rechecks.length) {
    await index.current();
    return [];
  }
  // Whoever held the lane before, or wrote late and said so, had written by then.
  await index.refreshSince(claimed);
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
