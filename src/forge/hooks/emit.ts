import { randomUUID } from 'node:crypto';
import { reaches } from '../domain/access.ts';
import { repositoryOf } from '../domain/repositories.ts';
import { userJson } from '../present/account.ts';
import { installationStub } from '../present/app.ts';
import { repositoryJson } from '../present/repository.ts';
import type { Account, App, Hook, Installation, Repo, World } from '../world.ts';

type Payload = Record<string, unknown>;

interface Subscriber extends Installation {
  subscribed_json: string;
}

const listens = (events: string, event: string) => {
  const names = JSON.parse(events) as string[];
  return names.includes(event) || names.includes('*');
};

/** Installations of Apps that reach the repository and want the event. */
function subscribersOf(world: World, repo: Repo, event: string): Subscriber[] {
  return world.store
    .all<Subscriber>(
      `SELECT installations.*, apps.events_json AS subscribed_json FROM installations
       JOIN apps ON apps.id = installations.app_id WHERE account_id = ? AND apps.webhook_url <> ''
       AND suspended_at IS NULL`,
      repo.owner_id,
    )
    .filter((subscriber) => listens(subscriber.subscribed_json, event) && reaches(subscriber, repo.id));
}

const hooksOn = (world: World, repo: Repo, event: string) =>
  world.store
    .all<Hook>('SELECT * FROM hooks WHERE repository_id = ? AND active = 1', repo.id)
    .filter((hook) => listens(hook.events_json, event));

/**
 * Tells every App that is installed on the repository and subscribed to `event`, and the repository's own hooks. Called
 * inside the transaction of the change, so the change and the news of it are stored together; delivery follows on its own
 * time. `details` is only worked out when somebody listens.
 */
export function emit(
  world: World,
  repo: Repo,
  sender: Account,
  event: string,
  action: string | null,
  details: () => Payload,
): void {
  const subscribers = subscribersOf(world, repo, event);
  const hooks = hooksOn(world, repo, event);
  if (subscribers.length + hooks.length === 0) return;
  const common = {
    ...(action === null ? {} : { action }),
    ...details(),
    ...aboutRepository(world, repo, sender),
  };
  for (const { app_id: app, id: installation } of subscribers) {
    const payload = { ...common, installation: installationStub(installation) };
    store(world, { app, hook: null, event, action, installation, repository: repo.id }, payload);
  }
  for (const { id: hook } of hooks) {
    store(world, { app: null, hook, event, action, installation: null, repository: repo.id }, common);
  }
}

function aboutRepository(world: World, repo: Repo, sender: Account): Payload {
  const current = repositoryOf(world, repo.id);
  return {
    repository: repositoryJson(world.links, current.repo, current.open),
    ...(repo.owner.type === 'Organization' ? { organization: organizationJson(world, repo.owner) } : {}),
    sender: userJson(world.links, sender),
  };
}

/** Tells an App about its own installation; every App gets these, subscribed or not. */
export function emitToApp(
  world: World,
  app: App,
  installation: Installation,
  event: string,
  action: string,
  payload: Payload,
): void {
  if (app.webhook_url === '') return;
  const to = { app: app.id, hook: null, event, action, installation: installation.id, repository: null };
  store(world, to, { action, ...payload });
}

/** Tells one hook of a repository something that concerns only that hook. */
export function emitToHook(
  world: World,
  repo: Repo,
  sender: Account,
  hook: number,
  event: string,
  about: Payload,
): void {
  const to = { app: null, hook, event, action: null, installation: null, repository: repo.id };
  store(world, to, { ...about, ...aboutRepository(world, repo, sender) });
}

interface Address {
  app: number | null;
  hook: number | null;
  event: string;
  action: string | null;
  installation: number | null;
  repository: number | null;
}

function store(world: World, to: Address, payload: Payload): void {
  world.store.run(
    `INSERT INTO deliveries (guid, app_id, hook_id, event, action, installation_id, repository_id, payload, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    randomUUID(),
    to.app,
    to.hook,
    to.event,
    to.action,
    to.installation,
    to.repository,
    JSON.stringify(payload),
    world.time(),
  );
  world.deliveries.wake();
}

function organizationJson(world: World, account: Account) {
  const { login, id, node_id, avatar_url } = userJson(world.links, account);
  const url = `${world.links.api}/orgs/${account.login}`;
  return {
    login,
    id,
    node_id,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url,
    description: null,
  };
}
