import { createHmac } from 'node:crypto';
import type { Store } from '../store.ts';
import type { App } from '../world.ts';

export interface Delivery {
  id: number;
  guid: string;
  app_id: number;
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

export function signatureHeaders(secret: string, payload: string): Record<string, string> {
  return {
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(payload).digest('hex')}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`,
  };
}

function requestHeaders(delivery: Delivery, app: App): Record<string, string> {
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/1a2b3c4',
    'x-github-delivery': delivery.guid,
    'x-github-event': delivery.event,
    'x-github-hook-id': String(app.id),
    'x-github-hook-installation-target-id': String(app.id),
    'x-github-hook-installation-target-type': 'integration',
    ...signatureHeaders(app.webhook_secret, delivery.payload),
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
    const app = store.get<App>('SELECT * FROM apps WHERE id = ?', delivery.app_id);
    if (!app) return;
    const headers = requestHeaders(delivery, app);
    const started = performance.now();
    const outcome = { status: 'OK', code: 200, headers: {} as Record<string, string>, body: '' };
    try {
      const response = await options.fetch(app.webhook_url, {
        method: 'POST',
        headers,
        body: delivery.payload,
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
    store.run(
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
