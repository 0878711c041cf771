import { randomUUID } from 'node:crypto';
import { repositoryOf } from '../domain/repositories.ts';
import { userJson } from '../present/account.ts';
import { installationStub } from '../present/app.ts';
import { repositoryJson } from '../present/repository.ts';
import type { Account, App, Installation, Repo, World } from '../world.ts';

type Payload = Record<string, unknown>;

interface Subscriber extends Installation {
  subscribed_json: string;
}

/**
 * Tells every App that is installed on the repository's account and subscribed to `event`. Called inside the transaction
 * of the change, so the change and the news of it are stored together; delivery follows on its own time.
 * `details` is only worked out when somebody listens.
 */
export function emit(
  world: World,
  repo: Repo,
  sender: Account,
  event: string,
  action: string | null,
  details: () => Payload,
): void {
  const subscribers = world.store
    .all<Subscriber>(
      `SELECT installations.*, apps.events_json AS subscribed_json FROM installations
       JOIN apps ON apps.id = installations.app_id WHERE account_id = ?`,
      repo.owner_id,
    )
    .filter((subscriber) => (JSON.parse(subscriber.subscribed_json) as string[]).includes(event));
  if (subscribers.length === 0) return;
  const current = repositoryOf(world, repo.id);
  const common = {
    ...(action === null ? {} : { action }),
    ...details(),
    repository: repositoryJson(world.links, current.repo, current.open),
    ...(repo.owner.type === 'Organization' ? { organization: organizationJson(world, repo.owner) } : {}),
    sender: userJson(world.links, sender),
  };
  for (const subscriber of subscribers) {
    const payload = { ...common, installation: installationStub(subscriber) };
    store(world, { app: subscriber.app_id, event, action, installation: subscriber.id, repository: repo.id }, payload);
  }
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
  store(world, { app: app.id, event, action, installation: installation.id, repository: null }, { action, ...payload });
}

function store(
  world: World,
  to: { app: number; event: string; action: string | null; installation: number; repository: number | null },
  payload: Payload,
): void {
  world.store.run(
    `INSERT INTO deliveries (guid, app_id, event, action, installation_id, repository_id, payload, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    randomUUID(),
    to.app,
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
