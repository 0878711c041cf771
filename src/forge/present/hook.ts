import type { Delivery } from '../hooks/deliveries.ts';
import type { Hook, Links, Repo } from '../world.ts';
import { repoApi } from './repository.ts';

/** `webhook-config`; nobody gets a secret back. */
export const hookConfigJson = ({ url, secret, content_type }: Pick<Hook, 'url' | 'secret' | 'content_type'>) => ({
  url,
  content_type,
  insecure_ssl: '0',
  ...(secret === null ? {} : { secret: '********' }),
});

/** `hook`; `last` is its newest finished delivery. */
export function hookJson(links: Links, repo: Repo, hook: Hook, last: Delivery | null) {
  const url = `${repoApi(links, repo)}/hooks/${hook.id}`;
  const good = last?.status_code !== undefined && (last?.status_code ?? 500) < 400;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active === 1,
    events: JSON.parse(hook.events_json) as string[],
    config: hookConfigJson(hook),
    updated_at: hook.updated_at,
    created_at: hook.created_at,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: last
      ? { code: last.status_code, status: good ? 'active' : 'failed', message: last.status }
      : { code: null, status: 'unused', message: null },
  };
}

/** `hook-delivery-item` */
export function deliveryItemJson(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.delivered_at ?? delivery.created_at,
    redelivery: delivery.redelivery === 1,
    duration: delivery.duration ?? 0,
    status: delivery.status ?? 'pending',
    status_code: delivery.status_code ?? 0,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installation_id,
    repository_id: delivery.repository_id,
    throttled_at: null,
  };
}

/** `hook-delivery` */
export function deliveryJson(delivery: Delivery, url: string) {
  const parsed = (text: string | null) => (text === null ? null : (JSON.parse(text) as Record<string, string>));
  return {
    ...deliveryItemJson(delivery),
    url,
    request: { headers: parsed(delivery.request_json), payload: JSON.parse(delivery.payload) as object },
    response: { headers: parsed(delivery.response_json), payload: delivery.response_body },
  };
}
