import { unprocessable } from '../answers.ts';
import { updateAppHook } from '../domain/apps.ts';
import { getDelivery, listDeliveries, type Receiver, redeliver } from '../domain/deliveries.ts';
import { createHook, deleteHook, getHook, listHooks, ping, updateHook } from '../domain/hooks.ts';
import { deliveryItemJson, deliveryJson, hookConfigJson, hookJson } from '../present/hook.ts';
import type { App, Hook, Repo, World } from '../world.ts';
import { type Answer, accepted, created, noContent, ok, pageOf, sliced } from './answer.ts';
import { demandAppItself } from './apps.ts';
import { type Call, type Surface, signedIn, type WriteCall } from './surface.ts';

/** One page of the log, with a cursor to the next. */
function log({ world, query, url }: Call, receiver: Receiver): Answer {
  const { perPage } = pageOf(query);
  const before = query.cursor === undefined ? undefined : Number(query.cursor);
  if (before !== undefined && !Number.isSafeInteger(before)) throw unprocessable('Invalid cursor');
  const rows = listDeliveries(world, receiver, { status: query.status, before, limit: perPage + 1 });
  const shown = rows.slice(0, perPage);
  const last = shown.at(-1);
  if (rows.length <= perPage || !last) return ok(shown.map(deliveryItemJson));
  const next = new URLSearchParams(url.searchParams);
  next.set('cursor', String(last.id));
  const link = `<${world.links.api}${url.pathname}?${next}>; rel="next"`;
  return { ...ok(shown.map(deliveryItemJson)), headers: { link } };
}

const appConfig = ({ webhook_url: url, webhook_secret: secret }: App) =>
  hookConfigJson({ url, secret: secret === '' ? null : secret, content_type: 'json' });

export function deliveryRoutes({ route, read, write }: Surface): void {
  route('GET', '/app/hook/config', ({ viewer }) => ok(appConfig(demandAppItself(viewer))));
  route('PATCH', '/app/hook/config', ({ world, viewer, input }) =>
    ok(appConfig(updateAppHook(world, demandAppItself(viewer), input))),
  );
  route('GET', '/app/hook/deliveries', (call) => log(call, { app: demandAppItself(call.viewer).id }));
  route('GET', '/app/hook/deliveries/:id{[0-9]+}', ({ world, viewer, params }) => {
    const app = demandAppItself(viewer);
    return ok(deliveryJson(getDelivery(world, { app: app.id }, Number(params.id)), app.webhook_url));
  });
  route('POST', '/app/hook/deliveries/:id{[0-9]+}/attempts', ({ world, viewer, params }) => {
    redeliver(world, getDelivery(world, { app: demandAppItself(viewer).id }, Number(params.id)));
    return accepted();
  });

  const toJson = (world: World, repo: Repo, hook: Hook) =>
    hookJson(world.links, repo, hook, listDeliveries(world, { hook: hook.id }, { limit: 1 })[0] ?? null);
  const ONE = '/hooks/:hook{[0-9]+}';
  const hookOf = ({ world, viewer, repo, params }: WriteCall) => getHook(world, viewer, repo, Number(params.hook));

  read(
    'repository_hooks:read',
    '/hooks',
    signedIn(({ world, viewer, repo, query, url }) =>
      sliced(world.links, url, pageOf(query), listHooks(world, viewer, repo), (hook) => toJson(world, repo, hook)),
    ),
  );
  write('POST', '/hooks', ({ world, viewer, repo, input }) => {
    const json = toJson(world, repo, createHook(world, viewer, repo, input));
    return created(json, json.url);
  });
  read(
    'repository_hooks:read',
    ONE,
    signedIn((call) => ok(toJson(call.world, call.repo, hookOf(call)))),
  );
  write('PATCH', ONE, (call) => {
    const { world, viewer, repo, input } = call;
    return ok(toJson(world, repo, updateHook(world, viewer, repo, hookOf(call), input)));
  });
  write('DELETE', ONE, (call) => {
    deleteHook(call.world, call.viewer, call.repo, hookOf(call));
    return noContent();
  });
  read(
    'repository_hooks:read',
    `${ONE}/config`,
    signedIn((call) => ok(hookConfigJson(hookOf(call)))),
  );
  write('POST', `${ONE}/pings`, (call) => {
    ping(call.world, call.viewer, call.repo, hookOf(call));
    return noContent();
  });
  read(
    'repository_hooks:read',
    `${ONE}/deliveries`,
    signedIn((call) => log(call, { hook: hookOf(call).id })),
  );
  const DELIVERY = `${ONE}/deliveries/:id{[0-9]+}`;
  read(
    'repository_hooks:read',
    DELIVERY,
    signedIn((call) => {
      const hook = hookOf(call);
      return ok(deliveryJson(getDelivery(call.world, { hook: hook.id }, Number(call.params.id)), hook.url));
    }),
  );
  write('POST', `${DELIVERY}/attempts`, (call) => {
    redeliver(call.world, getDelivery(call.world, { hook: hookOf(call).id }, Number(call.params.id)));
    return accepted();
  });
}
