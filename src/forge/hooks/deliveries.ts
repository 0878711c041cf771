import { createHmac } from 'node:crypto';
import type { Store } from '../store.ts';
import type { App, Hook } from '../world.ts';

export interface Delivery {
  id: number;
  guid: string;
  /** Goes to an App, or to a repository's hook. */
  app_id: number | null;
  hook_id: number | null;
  event: string;
  action: string | null;
  installation_id: number | null;
  repository_id: number | null;
  redelivery: number;
  payload: string;
  created_at: string;
  delivered_at: string | null;
  duration: number | null;
  status: string | null;
  status_code: number | null;
  request_json: string | null;
  response_json: string | null;
  response_body: string | null;
}

/** Sends what waits in the deliveries table, in order of age, several at a time, each once: GitHub does not retry either. */
export interface Deliveries {
  wake(): void;
  /** Resolves when nothing waits and nothing is under way. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const AT_ONCE = 8;
const KEPT = 1000; // finished deliveries per forge; GitHub keeps three days
const LONGEST_RESPONSE = 64 * 1024;

/** Where a delivery goes, and what it says about itself there. */
interface Target {
  url: string;
  secret: string | null;
  contentType: 'json' | 'form';
  hookId: number;
  targetId: number;
  targetType: 'integration' | 'repository';
}

function targetOf(store: Store, delivery: Delivery): Target | null {
  const app = store.get<App>('SELECT * FROM apps WHERE id = ?', delivery.app_id);
  if (app) {
    const { id, webhook_url: url, webhook_secret: secret } = app;
    return { url, secret, contentType: 'json', hookId: id, targetId: id, targetType: 'integration' };
  }
  const hook = store.get<Hook>('SELECT * FROM hooks WHERE id = ?', delivery.hook_id);
  if (!hook) return null;
  const { id, url, secret, content_type: contentType, repository_id: targetId } = hook;
  return { url, secret, contentType, hookId: id, targetId, targetType: 'repository' };
}

function signatureHeaders(secret: string, body: string): Record<string, string> {
  return {
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}

function requestHeaders(delivery: Delivery, target: Target, body: string): Record<string, string> {
  return {
    accept: '*/*',
    'content-type': target.contentType === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    'user-agent': 'GitHub-Hookshot/1a2b3c4',
    'x-github-delivery': delivery.guid,
    'x-github-event': delivery.event,
    'x-github-hook-id': String(target.hookId),
    'x-github-hook-installation-target-id': String(target.targetId),
    'x-github-hook-installation-target-type': target.targetType,
    ...(target.secret ? signatureHeaders(target.secret, body) : {}),
  };
}

export function openDeliveries(options: { store: Store; fetch: typeof fetch; time(): string }): Deliveries {
  const { store, time } = options;
  const underWay = new Map<number, Promise<void>>();
  const waiting = new Set<() => void>();
  const closing = new AbortController();
  let scheduled = false;
  let finished = 0;

  async function send(delivery: Delivery): Promise<void> {
    const target = targetOf(store, delivery);
    if (!target) return;
    const body = target.contentType === 'json' ? delivery.payload : `payload=${encodeURIComponent(delivery.payload)}`;
    const headers = requestHeaders(delivery, target, body);
    const started = performance.now();
    const outcome = { status: 'OK', code: 200, headers: {} as Record<string, string>, body: '' };
    try {
      const response = await options.fetch(target.url, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), closing.signal]),
      });
      outcome.body = (await response.text()).slice(0, LONGEST_RESPONSE);
      outcome.code = response.status;
      outcome.headers = Object.fromEntries(response.headers);
      if (!response.ok) outcome.status = `Invalid HTTP Response: ${response.status}`;
    } catch (error) {
      if (closing.signal.aborted) return; // still waiting when the forge opens again
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      outcome.status = timedOut ? 'timed out' : 'failed to connect to host';
      outcome.code = timedOut ? 504 : 502;
    }
    // lost with the power, it is delivered again
    store.note(
      `UPDATE deliveries SET delivered_at = ?, duration = ?, status = ?, status_code = ?,
       request_json = ?, response_json = ?, response_body = ? WHERE id = ?`,
      time(),
      Math.round(performance.now() - started) / 1000,
      outcome.status,
      outcome.code,
      JSON.stringify(headers),
      JSON.stringify(outcome.headers),
      outcome.body,
      delivery.id,
    );
    finished += 1;
    if (finished % 100 === 0) prune();
  }

  function prune(): void {
    store.run(
      `DELETE FROM deliveries WHERE delivered_at IS NOT NULL
       AND id <= (SELECT id FROM deliveries ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      KEPT,
    );
  }

  function work(): void {
    scheduled = false;
    if (closing.signal.aborted) return;
    const next = store.all<Delivery>(
      'SELECT * FROM deliveries WHERE delivered_at IS NULL ORDER BY id LIMIT ?',
      AT_ONCE + underWay.size,
    );
    for (const delivery of next) {
      if (underWay.size >= AT_ONCE) break;
      if (underWay.has(delivery.id)) continue;
      const sent = send(delivery).finally(() => {
        underWay.delete(delivery.id);
        wake();
      });
      underWay.set(delivery.id, sent);
    }
    if (underWay.size === 0) {
      for (const resolve of waiting) resolve();
      waiting.clear();
    }
  }

  function wake(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(work);
  }

  return {
    wake,
    settled() {
      const done = new Promise<void>((resolve) => waiting.add(resolve));
      wake();
      return done;
    },
    async close() {
      closing.abort();
      await Promise.allSettled(underWay.values());
      for (const resolve of waiting) resolve();
    },
  };
}
