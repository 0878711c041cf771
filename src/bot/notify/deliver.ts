import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import type { Target } from '../../config/index.ts';
import { renderLane } from '../../intake/index.ts';
import type { GapEvent, Notify } from '../../issues/index.ts';
import type { Entry, Lease, Outbox } from '../../outbox/index.ts';
import { reasonOf } from '../../report/index.ts';
import { renderMessage } from './message.ts';
import { type Answer, type PostOptions, post } from './post.ts';
import { signedHeaders, signingSecret } from './sign.ts';

/** Pauses after each failed attempt: the example schedule of the Standard Webhooks specification, three days in all. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PAUSES = [5000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/** A target that refused everything for so long is told nothing more. */
const DISABLE_AFTER_MS = 5 * 24 * HOUR;
const TIMEOUT_MS = 15_000;
const MOST_RECENT = 20;

/** What waits in a repository's lane of notices, by `kind`. */
interface Bodies {
  event: GapEvent;
  /** One event for one target. `id` is the event's, the same for all of them and at each attempt. */
  delivery: { id: string; target: string; event: GapEvent };
  /** A person wants a disabled target tried again. */
  enable: { target: string };
}

/** How a target fares: kept in the outbox with the lane, for `doctor` to show. */
export interface Health {
  target: string;
  /** Of the address: another one begins anew. */
  fingerprint: string;
  /** ISO 8601: nothing has been taken since. */
  failingSince?: string;
  disabled?: { at: string; why: string };
  /** The last attempts, oldest first. */
  recent: Attempt[];
}

export interface Attempt {
  at: string;
  event: string;
  issue: number;
  /** `delivered`, or why not. */
  result: string;
  ms: number;
}

export interface NoticeOptions extends Pick<PostOptions, 'networks' | 'stop'> {
  outbox: Outbox;
  targets(): Promise<Target[]>;
  /** The server's secrets: messages are signed with what is derived from each. */
  secrets: readonly string[];
  /** Counted for each attempt. */
  attempted(result: 'delivered' | 'failed' | 'disabled'): void;
  now(): Date;
  log(message: string, details?: object): void;
  renewMs: number;
  send?: typeof post;
}

/** Puts events where they are delivered from. */
export function announceThrough(outbox: Outbox): Notify {
  return async (event) => {
    const lane = renderLane('notices', event.repository);
    await outbox.accept({ lane, id: ulid(), kind: 'event', key: event.key, body: event satisfies Bodies['event'] });
  };
}

/** Has a disabled target tried again. */
export async function enableTarget(outbox: Outbox, repository: string, target: string): Promise<void> {
  const body: Bodies['enable'] = { target };
  await outbox.accept({ lane: renderLane('notices', repository), id: ulid(), kind: 'enable', body });
}

/** How the targets of a repository fare. */
export async function readHealth(outbox: Outbox, repository: string): Promise<Health[]> {
  const kept = await outbox.intents(renderLane('notices', repository));
  return kept.flatMap(({ key, data }) => (key.startsWith(KEPT) ? [data as Health] : []));
}

const KEPT = 'target ';

/**
 * Delivers what waits in a lane: an event becomes one delivery for each target that wants it; targets are told at the same time, each in
 * the order of events, and one that fails holds up nobody but itself. Delivered at least once: a crash between an answer and its note
 * sends the same id again.
 */
export async function workNotices(lease: Lease, repository: string, options: NoticeOptions): Promise<void> {
  const renewing = setInterval(() => lease.renew().catch(() => clearInterval(renewing)), options.renewMs);
  try {
    const targets = await options.targets();
    const entries = await lease.entries();
    const of = (kind: keyof Bodies) => entries.filter((entry) => entry.kind === kind);
    for (const entry of of('event')) await spread(lease, entry, targets, options);
    const health = new Map((await readHealth(options.outbox, repository)).map((one) => [one.target, one]));
    for (const entry of of('enable')) {
      const known = health.get((entry.body as Bodies['enable']).target);
      if (known) {
        const { disabled: _disabled, failingSince: _failing, ...rest } = known;
        health.set(known.target, rest);
        await lease.intend(KEPT + known.target, rest);
      }
      await lease.settle({ ids: [entry.id] });
    }
    const byTarget = Map.groupBy(of('delivery'), (entry) => (entry.body as Bodies['delivery']).target);
    await Promise.all(
      [...byTarget].map(async ([name, deliveries]) => {
        const target = targets.find((candidate) => candidate.name === name);
        if (target) return tell(lease, repository, target, deliveries, health.get(name), options);
        await lease.settle({ ids: deliveries.map((entry) => entry.id) });
      }),
    );
    await lease.release();
  } catch (error) {
    const reason = reasonOf(error);
    options.log('notices interrupted', { repository, reason });
    await lease.release({ error: reason });
  } finally {
    clearInterval(renewing);
  }
}

async function spread(lease: Lease, entry: Entry, targets: Target[], { outbox }: NoticeOptions): Promise<void> {
  const event = entry.body as Bodies['event'];
  for (const { name, events } of targets) {
    if (!events.includes(event.type)) continue;
    const body: Bodies['delivery'] = { id: `msg_${entry.id}`, target: name, event };
    await outbox.accept({ lane: lease.lane, id: ulid(), kind: 'delivery', key: `${name}>${event.key}`, body });
  }
  await lease.settle({ ids: [entry.id] });
}

async function tell(
  lease: Lease,
  repository: string,
  target: Target,
  deliveries: Entry[],
  known: Health | undefined,
  options: NoticeOptions,
): Promise<void> {
  const fingerprint = createHash('sha256').update(target.url).digest('base64url').slice(0, 16);
  let health: Health = known?.fingerprint === fingerprint ? known : { target: target.name, fingerprint, recent: [] };
  for (const [i, entry] of deliveries.entries()) {
    if (health.disabled) {
      options.attempted('disabled');
      await lease.settle({ ids: [entry.id] });
      continue;
    }
    const began = options.now();
    const answer = await attempt(target, entry.body as Bodies['delivery'], repository, began, options);
    // What was cut short was no attempt: the next process makes it.
    if (options.stop?.aborted) return;
    health = after(health, entry.body as Bodies['delivery'], answer, began, options.now());
    await lease.intend(KEPT + target.name, health);
    const isDelivered = answer.result === DELIVERED;
    options.attempted(isDelivered ? 'delivered' : 'failed');
    if (isDelivered) {
      await lease.settle({ ids: [entry.id] });
      continue;
    }
    options.log('notice not delivered', { repository, target: target.name, reason: answer.result });
    const pauseMs = pauseAfter(entry.attempts, answer.retryAfterMs);
    await lease.fail(entry.id, answer.result, { attempts: PAUSES.length + 1, pauseMs });
    if (health.disabled) continue;
    await lease.hold(
      deliveries.slice(i + 1).map(({ id }) => id),
      pauseMs,
    );
    return;
  }
}

const DELIVERED = 'delivered';

async function attempt(
  target: Target,
  { id, event }: Bodies['delivery'],
  repository: string,
  now: Date,
  { secrets, networks, stop, send = post }: NoticeOptions,
): Promise<{ result: string; status?: number; retryAfterMs?: number | undefined }> {
  const body = renderMessage(target.format, event);
  const signing = secrets.map((secret) => signingSecret(secret, target, repository));
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'patchworkmcp',
    ...(target.format === 'standard' ? signedHeaders(signing, id, now, body) : {}),
  };
  try {
    const answer: Answer = await send(target.url, body, headers, {
      networks: target.by === 'operator' ? networks : [],
      timeoutMs: TIMEOUT_MS,
      stop,
    });
    const isTaken = answer.status >= 200 && answer.status < 300;
    return { ...answer, result: isTaken ? DELIVERED : `answered ${answer.status}` };
  } catch (error) {
    return { result: reasonOf(error) };
  }
}

function after(
  { failingSince, ...health }: Health,
  { event }: Bodies['delivery'],
  { result, status }: { result: string; status?: number },
  began: Date,
  now: Date,
): Health {
  const at = began.toISOString();
  const taken: Attempt = { at, event: event.type, issue: event.issue, result, ms: now.getTime() - began.getTime() };
  const recent = [...health.recent, taken].slice(-MOST_RECENT);
  if (result === DELIVERED) return { ...health, recent };
  const since = failingSince ?? at;
  // 410: the receiver wants no more of this.
  const why =
    status === 410
      ? 'it answered 410 Gone'
      : now.getTime() - Date.parse(since) >= DISABLE_AFTER_MS
        ? `nothing was taken since ${since}`
        : undefined;
  return { ...health, recent, failingSince: since, ...(why ? { disabled: { at, why } } : {}) };
}

/** A tenth up or down by chance, so that not everybody is asked at the same moment; a receiver's own wish counts, up to a day. */
function pauseAfter(attempts: number, wished = 0): number {
  const planned = PAUSES[Math.min(attempts, PAUSES.length - 1)] as number;
  return Math.max(planned * (0.9 + Math.random() / 5), Math.min(wished, 24 * HOUR));
}
