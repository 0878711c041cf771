import { createHash, randomBytes } from 'node:crypto';
import { GitHubError, invalid, notFound, unprocessable } from '../answers.ts';
import { emitToApp } from '../hooks/emit.ts';
import { isoSeconds } from '../moments.ts';
import { userJson } from '../present/account.ts';
import { installationJson } from '../present/app.ts';
import { repositoryStub } from '../present/repository.ts';
import type { Account, App, Installation, Permissions, Repo, World } from '../world.ts';
import { reaches } from './access.ts';
import { accountById, accountByLogin } from './accounts.ts';
import { findApp } from './apps.ts';
import { type Input, isObject, optionalList } from './fields.ts';
import { repositoriesOwnedBy } from './repositories.ts';

const TOKEN_LIFE_MS = 60 * 60 * 1000;
const LEVELS: Record<string, number> = { read: 1, write: 2, admin: 3 };

/** Tokens and codes are kept as their hashes. */
export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/**
 * Installs an App on all repositories of an account, also those to come, or on the named ones. Where it is installed, the
 * choice is taken over.
 */
export function installApp(world: World, slug: string, login: string, names: readonly string[] | null): Installation {
  const app = findApp(world, slug);
  const account = accountByLogin(world, login);
  if (!app || !account) throw notFound();
  const chosen = names && selectRepositories(world, account, names);
  const found = installationOn(world, app, account);
  if (!found) return world.store.transaction(() => install(world, app, account, chosen));
  world.store.transaction(() => select(world, app, account, found, chosen));
  return installationOn(world, app, account) as Installation;
}

const idsJson = (repos: readonly Repo[] | null) => repos && JSON.stringify(repos.map((repo) => repo.id));

function install(world: World, app: App, account: Account, chosen: Repo[] | null): Installation {
  world.store.run(
    `INSERT INTO installations (app_id, account_id, permissions_json, events_json, repositories_json, created_at,
     updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    app.id,
    account.id,
    app.permissions_json,
    app.events_json,
    idsJson(chosen),
    world.time(),
    world.time(),
  );
  const installation = installationOn(world, app, account) as Installation;
  emitToApp(world, app, installation, 'installation', 'created', {
    installation: installationJson(world.links, app, installation, account),
    repositories: installedRepositories(world, installation).map(repositoryStub),
    requester: null,
    sender: userJson(world.links, account),
  });
  return installation;
}

function select(world: World, app: App, account: Account, before: Installation, chosen: Repo[] | null): void {
  if (before.repositories_json === idsJson(chosen)) return;
  world.store.run('UPDATE installations SET repositories_json = ? WHERE id = ?', idsJson(chosen), before.id);
  const after = getInstallation(world, app, before.id);
  const [had, has] = [before, after].map((one) => installedRepositories(world, one));
  const without = (repos: Repo[] = [], others: Repo[] = []) =>
    repos.filter((repo) => others.every((other) => other.id !== repo.id));
  announceSelection(world, app, after, account, { added: without(has, had), removed: without(had, has) });
}

function announceSelection(
  world: World,
  app: App,
  installation: Installation,
  account: Account,
  change: { added: Repo[]; removed: Repo[] },
): void {
  const json = installationJson(world.links, app, installation, account);
  for (const action of ['added', 'removed'] as const) {
    if (change[action].length === 0) continue;
    emitToApp(world, app, installation, 'installation_repositories', action, {
      installation: json,
      repository_selection: json.repository_selection,
      repositories_added: action === 'added' ? change.added.map(repositoryStub) : [],
      repositories_removed: action === 'removed' ? change.removed.map(repositoryStub) : [],
      requester: null,
      sender: userJson(world.links, account),
    });
  }
}

/** Tells Apps that are installed on the whole account that it has a further repository. */
export function announceRepository(world: World, repo: Repo): void {
  const installations = world.store.all<Installation>(
    'SELECT * FROM installations WHERE account_id = ? AND repositories_json IS NULL',
    repo.owner_id,
  );
  for (const installation of installations) {
    const app = world.store.get<App>('SELECT * FROM apps WHERE id = ?', installation.app_id) as App;
    announceSelection(world, app, installation, repo.owner, { added: [repo], removed: [] });
  }
}

/** Until it is lifted, the App hears nothing and may do nothing there. */
export function suspend(world: World, app: App, before: Installation, isSuspended: boolean): void {
  if ((before.suspended_at !== null) === isSuspended) return;
  world.store.transaction(() => {
    world.store.run(
      'UPDATE installations SET suspended_at = ? WHERE id = ?',
      isSuspended ? world.time() : null,
      before.id,
    );
    const installation = getInstallation(world, app, before.id);
    const account = accountById(world, installation.account_id);
    emitToApp(world, app, installation, 'installation', isSuspended ? 'suspend' : 'unsuspend', {
      installation: installationJson(world.links, app, installation, account),
      repositories: installedRepositories(world, installation).map(repositoryStub),
      requester: null,
      sender: userJson(world.links, account),
    });
  });
}

const suspended = () => new GitHubError(403, 'This installation has been suspended');

/** The repositories that an installation takes in. */
export function installedRepositories(world: World, installation: Installation): Repo[] {
  const owned = repositoriesOwnedBy(world, accountById(world, installation.account_id));
  return owned.filter((repo) => reaches(installation, repo.id));
}

function selectRepositories(world: World, account: Account, names: readonly string[]): Repo[] {
  const owned = repositoriesOwnedBy(world, account);
  return names.map((name) => {
    const repo = owned.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!repo) throw notFound();
    return repo;
  });
}

export function installationOn(world: World, app: App, account: Account): Installation | undefined {
  return world.store.get<Installation>(
    'SELECT * FROM installations WHERE app_id = ? AND account_id = ?',
    app.id,
    account.id,
  );
}

export function installationsOf(world: World, app: App): Installation[] {
  return world.store.all<Installation>('SELECT * FROM installations WHERE app_id = ? ORDER BY id', app.id);
}

export function getInstallation(world: World, app: App, id: number): Installation {
  const found = installationsOf(world, app).find((installation) => installation.id === id);
  if (!found) throw notFound();
  return found;
}

export const presentInstallation = (world: World, app: App, installation: Installation) =>
  installationJson(world.links, app, installation, accountById(world, installation.account_id));

export interface InstallationToken {
  token: string;
  expiresAt: string;
  permissions: Permissions;
  /** Null when the token reaches all repositories of the account. */
  repositories: Repo[] | null;
}

/** Mints a token for an installation, narrowed to repositories and permissions when the request names them. */
export function createInstallationToken(world: World, installation: Installation, input: Input): InstallationToken {
  if (installation.suspended_at !== null) throw suspended();
  const granted = JSON.parse(installation.permissions_json) as Permissions;
  const permissions = narrow(granted, input.permissions);
  const repositories = chosenRepositories(world, installation, input);
  const token = `ghs_${randomBytes(27).toString('base64url').replace(/[-_]/g, '0')}`;
  const expiresAt = isoSeconds(new Date(world.now().getTime() + TOKEN_LIFE_MS));
  world.store.transaction(() => {
    world.store.run('DELETE FROM installation_tokens WHERE expires_at < ?', world.time());
    world.store.run(
      `INSERT INTO installation_tokens (hash, installation_id, permissions_json, repositories_json, expires_at)
       VALUES (?, ?, ?, ?, ?)`,
      hashOf(token),
      installation.id,
      JSON.stringify(permissions),
      repositories && JSON.stringify(repositories.map((repo) => repo.id)),
      expiresAt,
    );
  });
  return { token, expiresAt, permissions, repositories };
}

function narrow(granted: Permissions, wanted: unknown): Permissions {
  if (wanted === undefined || wanted === null) return granted;
  if (!isObject(wanted)) throw invalid({ resource: 'Integration', field: 'permissions', code: 'invalid' });
  const permissions: Permissions = { metadata: 'read' };
  for (const [name, level] of Object.entries(wanted)) {
    const held = LEVELS[granted[name] ?? ''] ?? 0;
    if (typeof level !== 'string' || !(level in LEVELS) || (LEVELS[level] ?? 9) > held) {
      throw unprocessable('The permissions requested are not granted to this installation.');
    }
    permissions[name] = level;
  }
  return permissions;
}

function chosenRepositories(world: World, installation: Installation, input: Input): Repo[] | null {
  const names = optionalList(input, 'repositories');
  const ids = optionalList(input, 'repository_ids');
  if (!names && !ids) return null;
  const owned = installedRepositories(world, installation);
  const chosen = [
    ...(names ?? []).map((name) => owned.find((repo) => repo.name.toLowerCase() === String(name).toLowerCase())),
    ...(ids ?? []).map((id) => owned.find((repo) => repo.id === id)),
  ];
  return chosen.map((repo) => {
    if (!repo) {
      throw unprocessable(
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
      );
    }
    return repo;
  });
}

export interface TokenRow {
  installation: Installation;
  app: App;
  permissions: Permissions;
  repositories: number[] | null;
}

/** What an installation token stands for; null when it is unknown, revoked or expired. */
export function readInstallationToken(world: World, token: string): TokenRow | null {
  const row = world.store.get<{ installation_id: number; permissions_json: string; repositories_json: string | null }>(
    'SELECT * FROM installation_tokens WHERE hash = ? AND expires_at > ?',
    hashOf(token),
    world.time(),
  );
  if (!row) return null;
  const installation = world.store.get<Installation>('SELECT * FROM installations WHERE id = ?', row.installation_id);
  const app = installation && world.store.get<App>('SELECT * FROM apps WHERE id = ?', installation.app_id);
  if (!app) return null;
  if (installation.suspended_at !== null) throw suspended();
  return {
    installation,
    app,
    permissions: JSON.parse(row.permissions_json) as Permissions,
    repositories: row.repositories_json === null ? null : (JSON.parse(row.repositories_json) as number[]),
  };
}

export function revokeToken(world: World, hash: string): void {
  world.store.run('DELETE FROM installation_tokens WHERE hash = ?', hash);
}
