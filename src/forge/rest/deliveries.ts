import { notFound, unprocessable } from '../answers.ts';
import { findDelivery, listDeliveries, redeliver } from '../domain/deliveries.ts';
import type { Delivery } from '../hooks/deliveries.ts';
import type { App } from '../world.ts';
import { accepted, ok, pageOf } from './answer.ts';
import { demandAppItself } from './apps.ts';
import type { Surface } from './surface.ts';

function itemJson(delivery: Delivery) {
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

function fullJson(delivery: Delivery, app: App) {
  const parsed = (text: string | null) => (text === null ? null : (JSON.parse(text) as Record<string, string>));
  return {
    ...itemJson(delivery),
    url: app.webhook_url,
    request: { headers: parsed(delivery.request_json), payload: JSON.parse(delivery.payload) as object },
    response: { headers: parsed(delivery.response_json), payload: delivery.response_body },
  };
}

const secretless = (app: App) => ({
  content_type: 'json',
  insecure_ssl: '0',
  secret: '********',
  url: app.webhook_url,
});

export function deliveryRoutes({ route }: Surface): void {
  route('GET', '/app/hook/config', ({ viewer }) => ok(secretless(demandAppItself(viewer))));

  route('GET', '/app/hook/deliveries', ({ world, viewer, query, url }) => {
    const app = demandAppItself(viewer);
    const { perPage } = pageOf(query);
    const before = query.cursor === undefined ? undefined : Number(query.cursor);
    if (before !== undefined && !Number.isSafeInteger(before)) throw unprocessable('Invalid cursor');
    const rows = listDeliveries(world, app, { status: query.status, before, limit: perPage + 1 });
    const shown = rows.slice(0, perPage);
    const last = shown.at(-1);
    if (rows.length <= perPage || !last) return ok(shown.map(itemJson));
    const next = new URLSearchParams(url.searchParams);
    next.set('cursor', String(last.id));
    const link = `<${world.links.api}${url.pathname}?${next}>; rel="next"`;
    return { ...ok(shown.map(itemJson)), headers: { link } };
  });

  route('GET', '/app/hook/deliveries/:id{[0-9]+}', ({ world, viewer, params }) => {
    const app = demandAppItself(viewer);
    const delivery = findDelivery(world, app, Number(params.id));
    if (!delivery) throw notFound();
    return ok(fullJson(delivery, app));
  });

  route('POST', '/app/hook/deliveries/:id{[0-9]+}/attempts', ({ world, viewer, params }) => {
    const app = demandAppItself(viewer);
    const delivery = findDelivery(world, app, Number(params.id));
    if (!delivery) throw notFound();
    redeliver(world, delivery);
    return accepted();
  });
}
