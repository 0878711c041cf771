import { invalid, notFound } from '../answers.ts';
import { emitToHook } from '../hooks/emit.ts';
import { hookJson } from '../present/hook.ts';
import type { Actor, Hook, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { type Input, isObject, optionalFlag, optionalList, optionalText } from './fields.ts';

const PERMISSION = 'repository_hooks:write';
const MOST_HOOKS = 20;
const RESOURCE = { resource: 'Hook' };

export function listHooks(world: World, actor: Actor, repo: Repo): Hook[] {
  demand(world, actor, repo, 'admin', 'repository_hooks:read', notFound());
  return world.store.all<Hook>('SELECT * FROM hooks WHERE repository_id = ? ORDER BY id', repo.id);
}

export function getHook(world: World, actor: Actor, repo: Repo, id: number): Hook {
  const hook = listHooks(world, actor, repo).find((one) => one.id === id);
  if (!hook) throw notFound();
  return hook;
}

type Settings = Pick<Hook, 'url' | 'secret' | 'content_type' | 'events_json' | 'active'>;

function settingsOf(input: Input, before: Settings): Settings {
  if (input.config !== undefined && !isObject(input.config))
    throw invalid({ ...RESOURCE, field: 'config', code: 'invalid' });
  const config = (input.config ?? {}) as Input;
  const url = optionalText(config, 'url', RESOURCE) ?? before.url;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw invalid({
      ...RESOURCE,
      field: 'url',
      code: 'custom',
      message: 'url is missing or is not an http(s) address',
    });
  }
  const type = optionalText(config, 'content_type', RESOURCE) ?? before.content_type;
  const events = eventsOf(input, JSON.parse(before.events_json) as string[]);
  return {
    url,
    secret: config.secret === undefined ? before.secret : (optionalText(config, 'secret', RESOURCE) ?? null),
    content_type: type === 'json' ? 'json' : 'form',
    events_json: JSON.stringify(events),
    active: Number(optionalFlag(input, 'active') ?? before.active === 1),
  };
}

function eventsOf(input: Input, before: readonly string[]): string[] {
  const named = (field: string) =>
    optionalList(input, field)?.map((event) => {
      if (typeof event !== 'string' || !/^([a-z_]+|\*)$/.test(event)) {
        throw invalid({ ...RESOURCE, field: 'events', code: 'invalid', value: event });
      }
      return event;
    });
  const removed = new Set(named('remove_events'));
  const events = [...(named('events') ?? before), ...(named('add_events') ?? [])];
  return [...new Set(events)].filter((event) => !removed.has(event));
}

export function createHook(world: World, actor: Actor, repo: Repo, input: Input): Hook {
  demand(world, actor, repo, 'admin', PERMISSION, notFound());
  if (input.name !== undefined && input.name !== 'web') throw invalid({ ...RESOURCE, field: 'name', code: 'invalid' });
  const none: Settings = { url: '', secret: null, content_type: 'form', events_json: '["push"]', active: 1 };
  const settings = settingsOf(input, none);
  const others = listHooks(world, actor, repo);
  const twin = (hook: Hook) => hook.url === settings.url && hook.events_json === settings.events_json;
  if (others.some(twin)) {
    throw invalid({ ...RESOURCE, code: 'custom', message: 'Hook already exists on this repository' });
  }
  if (others.length >= MOST_HOOKS) {
    throw invalid({ ...RESOURCE, code: 'custom', message: `The limit of ${MOST_HOOKS} hooks is reached` });
  }
  return world.store.transaction(() => {
    const { id } = world.store.run(
      `INSERT INTO hooks (repository_id, url, secret, content_type, events_json, active, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      repo.id,
      settings.url,
      settings.secret,
      settings.content_type,
      settings.events_json,
      settings.active,
      world.time(),
      world.time(),
    );
    const hook = getHook(world, actor, repo, id);
    ping(world, actor, repo, hook);
    return hook;
  });
}

export function updateHook(world: World, actor: Actor, repo: Repo, hook: Hook, input: Input): Hook {
  demand(world, actor, repo, 'admin', PERMISSION, notFound());
  const settings = settingsOf(input, hook);
  world.store.run(
    `UPDATE hooks SET url = ?, secret = ?, content_type = ?, events_json = ?, active = ?, updated_at = ? WHERE id = ?`,
    settings.url,
    settings.secret,
    settings.content_type,
    settings.events_json,
    settings.active,
    world.time(),
    hook.id,
  );
  return getHook(world, actor, repo, hook.id);
}

export function deleteHook(world: World, actor: Actor, repo: Repo, hook: Hook): void {
  demand(world, actor, repo, 'admin', PERMISSION, notFound());
  world.store.run('DELETE FROM hooks WHERE id = ?', hook.id);
}

/** Tells a hook that it is one; GitHub does so when it is made and when it is asked to. */
export function ping(world: World, actor: Actor, repo: Repo, hook: Hook): void {
  demand(world, actor, repo, 'admin', PERMISSION, notFound());
  emitToHook(world, repo, actor.account, hook.id, 'ping', {
    zen: 'Keep it logically awesome.',
    hook_id: hook.id,
    hook: hookJson(world.links, repo, hook, null),
  });
}
