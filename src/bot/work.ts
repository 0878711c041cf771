import type { Probot } from 'probot';
import { type DraftRequest, draftGap, type Ground, renderDispatch } from '../draft/index.ts';
import { at, type DraftRun, eventOfDraft, type Gaps, type Notify, type Repository } from '../issues/index.ts';
import type { Model } from '../model/index.ts';
import type { Entry, Lease } from '../outbox/index.ts';
import { reasonOf } from '../report/index.ts';
import type { Delivery } from './webhook.ts';

type Log = (message: string, details?: object) => void;

/** Hands the waiting webhooks of a lane to Probot, one after the other; one that cannot be handled is set aside. */
export async function workEvents(lease: Lease, probot: Probot, log: Log): Promise<void> {
  for (const entry of await lease.entries()) {
    const delivery = entry.body as Delivery;
    try {
      await probot.receive(delivery as Parameters<Probot['receive']>[0]);
      await lease.settle({ ids: [entry.id] });
    } catch (error) {
      log('event failed', { event: delivery.name, delivery: delivery.id, reason: reasonOf(error) });
      await lease.fail(entry.id, reasonOf(error));
    }
  }
  await lease.release();
}

export interface DraftWork {
  gaps(repository: string): Promise<Gaps>;
  model(): Model | undefined;
  /** Where code of repositories may be run; undefined where it must not. */
  ground: Ground | undefined;
  /** Whether drafts of a repository are its workflow's. */
  inAction(repository: string): Promise<boolean>;
  /** Each step of a run, in words for people. */
  onStep(step: { repository: string; issue: number; request: string; text: string }): void;
  /** Does what nobody has to ask for; `hold` throws when the lane is no longer ours. */
  tend(gaps: Gaps, hold: () => Promise<void>): Promise<void>;
  /** Tells people who asked for it how a draft ended. */
  notify: Notify;
  /** Counted: how drafts end. */
  ended(run: DraftRun): void;
  log: Log;
  /** Well below the outbox's lease: a run that outlives it would be taken over while it still goes on. */
  renewMs: number;
}

/** Looks after one repository where that was asked for, and runs its waiting draft requests, one after the other. */
export async function workDrafts(lease: Lease, repository: string, options: DraftWork): Promise<void> {
  const renewing = setInterval(() => lease.renew().catch(() => clearInterval(renewing)), options.renewMs);
  try {
    const entries = await lease.entries();
    await workTending(
      lease,
      repository,
      entries.filter(({ kind }) => kind === 'tend'),
      options,
    );
    for (const entry of entries) {
      if (entry.kind === 'draft') await workDraft(lease, repository, entry, options);
      else if (entry.kind === 'ended') await workEnded(lease, repository, entry, options);
    }
    await lease.release();
  } catch (error) {
    options.log('draft interrupted', { repository, reason: reasonOf(error) });
    await lease.release({ error: reasonOf(error) });
  } finally {
    clearInterval(renewing);
  }
}

/** However many asked for it, once is enough. */
async function workTending(lease: Lease, repository: string, entries: Entry[], options: DraftWork): Promise<void> {
  if (!entries.length) return;
  try {
    await options.tend(await options.gaps(repository), () => lease.renew());
    await lease.settle({ ids: entries.map(({ id }) => id) });
  } catch (error) {
    for (const { id } of entries) await lease.fail(id, reasonOf(error));
    throw error;
  }
}

async function workDraft(lease: Lease, repository: string, entry: Entry, options: DraftWork): Promise<void> {
  const request = entry.body as DraftRequest;
  const memory = `answer ${entry.id}`;
  try {
    const gaps = await options.gaps(repository);
    if (await options.inAction(repository)) {
      await handOver(gaps.repository, request);
      options.log('draft left to the Action', { repository, issue: request.issue });
      return await lease.settle({ ids: [entry.id] });
    }
    const run = await draftGap(request, {
      gaps,
      model: options.model(),
      ground: options.ground,
      // A lane is worked by one at a time, so whoever holds it takes up what another holder left.
      runner: 'lane',
      hold: () => lease.renew(),
      onStep: (text) => options.onStep({ repository, issue: request.issue, request: request.request, text }),
      recall: async () => (await lease.intents()).find((intent) => intent.key === memory)?.data,
      remember: (answer) => lease.intend(memory, answer),
    });
    options.log('draft ended', {
      repository,
      issue: request.issue,
      outcome: run?.outcome ?? 'ignored',
      reason: run?.reason,
    });
    const gap = gaps.index.byNumber(request.issue);
    const event = run && gap && eventOfDraft(gaps.repository, gap, run);
    if (event) await options.notify(event);
    if (run) options.ended(run);
    await lease.settle({ ids: [entry.id], intents: [memory] });
  } catch (error) {
    await lease.fail(entry.id, reasonOf(error));
    throw error;
  }
}

/** What waits where a label says that a draft ended. */
export interface EndedDraft {
  /** The gap's issue. */
  on: number;
}

const DAY_MS = 86_400_000;

/** Tells how a draft of the Action ended: what this process drafts is told when it ends. The event's key keeps it from being told twice. */
async function workEnded(lease: Lease, repository: string, entry: Entry, options: DraftWork): Promise<void> {
  try {
    if (await options.inAction(repository)) {
      const gaps = await options.gaps(repository);
      await gaps.index.refresh();
      const gap = gaps.index.byNumber((entry.body as EndedDraft).on);
      const run = gap?.status?.runs.at(-1);
      // A label that somebody puts on later is no news.
      const isNews = Date.now() - Date.parse(run?.endedAt ?? '') < DAY_MS;
      const event = gap && run && isNews ? eventOfDraft(gaps.repository, gap, run) : undefined;
      if (event) await options.notify(event);
    }
    await lease.settle({ ids: [entry.id] });
  } catch (error) {
    await lease.fail(entry.id, reasonOf(error));
    throw error;
  }
}

/** A label starts the workflow by itself; everything else that asks for a draft is told to it. */
async function handOver(repository: Repository, request: DraftRequest): Promise<void> {
  if (request.by === 'label' || request.by === 'action') return;
  await repository.octokit.rest.repos.createDispatchEvent({ ...at(repository), ...renderDispatch(request) });
}
