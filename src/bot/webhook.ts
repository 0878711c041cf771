import type { Probot } from 'probot';
import { renderLane } from '../intake/index.ts';
import type { Outbox } from '../outbox/index.ts';
import { newId, PatchworkError } from '../report/index.ts';

export interface Delivery {
  id: string;
  name: string;
  payload: unknown;
}

const GUID = /^[\w-]{1,100}$/;

/**
 * Takes a webhook: verified first, then durable, then acknowledged; it is worked on later (GitHub waits ten seconds at most). The
 * same delivery is taken once. Throws `bad_signature` (401) or `bad_delivery` (400).
 */
export async function acceptWebhook(probot: Probot, outbox: Outbox, raw: string, headers: Headers): Promise<void> {
  const signature = headers.get('x-hub-signature-256') ?? '';
  if (!signature || !(await probot.webhooks.verify(raw, signature))) {
    throw new PatchworkError('bad_signature', 'The webhook’s signature is missing or wrong.', { status: 401 });
  }
  const id = headers.get('x-github-delivery') ?? '';
  const name = headers.get('x-github-event') ?? '';
  if (!GUID.test(id) || !GUID.test(name)) {
    throw new PatchworkError('bad_delivery', 'The webhook’s delivery id or event name is missing.');
  }
  const payload = payloadOf(raw);
  const lane = renderLane('events', payload.repository?.full_name ?? '-');
  await outbox.accept({ lane, id: newId(), kind: 'event', key: id, body: { id, name, payload } satisfies Delivery });
}

function payloadOf(raw: string): { repository?: { full_name?: string } } {
  try {
    const payload: unknown = JSON.parse(raw);
    if (typeof payload === 'object' && payload !== null) return payload;
  } catch {
    // said below
  }
  throw new PatchworkError('bad_delivery', 'The webhook’s body is no JSON object.', {
    next: 'Set the content type of the App’s webhook to application/json.',
  });
}
