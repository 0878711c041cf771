import { createHash, generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { invalid, notFound, unprocessable } from '../answers.ts';
import { emitToApp } from '../hooks/emit.ts';
import { isoSeconds } from '../moments.ts';
import { userJson } from '../present/account.ts';
import { installationJson } from '../present/app.ts';
import { repositoryStub } from '../present/repository.ts';
import type { Account, App, Installation, Permissions, Repo, World } from '../world.ts';
import { accountById, accountByLogin, ensureAccount } from './accounts.ts';
import { type Input, isObject, optionalList } from './fields.ts';
import { repositoriesOwnedBy } from './repositories.ts';

const TOKEN_LIFE_MS = 60 * 60 * 1000;
const LEVELS: Record<string, number> = { read: 1, write: 2, admin: 3 };

export const tokenHash = (token: string) => createHash('sha256').update(token).digest('hex');

export interface AppRegistration {
  slug: string;
  name: string;
  permissions: Permissions;
  events: string[];
  webhookUrl: string;
  webhookSecret: string;
  homepage?: string;
}

export const findApp = (world: World, slug: string) => world.store.get<App>('SELECT * FROM apps WHERE slug = ?', slug);

/** Registers an App, or takes over what changed in the registration of one that exists; its key and ids stay. */
export async function registerApp(world: World, registration: AppRegistration, owner: Account): Promise<App> {
  const { slug, name, webhookUrl, webhookSecret } = registration;
  const permissions = JSON.stringify({ metadata: 'read', ...registration.permissions });
  const events = JSON.stringify(registration.events);
  const homepage = registration.homepage ?? world.links.html;
  if (!findApp(world, slug)) {
    const { privateKey } = await promisify(generateKeyPair)('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    world.store.transaction(() => {
      const bot = ensureAccount(world, `${slug}[bot]`, 'Bot');
      world.store.run(
        `INSERT INTO apps (slug, name, owner_id, bot_id, homepage, client_id, client_secret, private_key, webhook_url,
         webhook_secret, permissions_json, events_json, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        slug,
        name,
        owner.id,
        bot.id,
        homepage,
        `Iv23li${randomBytes(7).toString('hex')}`,
        randomBytes(20).toString('hex'),
        privateKey,
        webhookUrl,
        webhookSecret,
        permissions,
        events,
        world.time(),
        world.time(),
      );
    });
  }
  world.store.transaction(() => {
    world.store.run(
      `UPDATE apps SET name = ?, homepage = ?, webhook_url = ?, webhook_secret = ?, permissions_json = ?,
       events_json = ? WHERE slug = ?`,
      name,
      homepage,
      webhookUrl,
      webhookSecret,
      permissions,
      events,
      slug,
    );
    world.store.run(
      'UPDATE installations SET permissions_json = ?, events_json = ? WHERE app_id = (SELECT id FROM apps WHERE slug = ?)',
      permissions,
      events,
      slug,
    );
  });
  return findApp(world, slug) as App;
}

export function installApp(world: World, slug: string, login: string): Installation {
  const app = findApp(world, slug);
  const account = accountByLogin(world, login);
  if (!app || !account) throw notFound();
  const found = installationOn(world, app, account);
  if (found) return found;
  return world.store.transaction(() => {
    const now = world.time();
    world.store.run(
      `INSERT INTO installations (app_id, account_id, permissions_json, events_json, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      app.id,
      account.id,
      app.permissions_json,
      app.events_json,
      now,
      now,
    );
    const installation = installationOn(world, app, account) as Installation;
    emitToApp(world, app, installation, 'installation', 'created', {
      installation: installationJson(world.links, app, installation, account),
      repositories: repositoriesOwnedBy(world, account).map(repositoryStub),
      requester: null,
      sender: userJson(world.links, account),
    });
    return installation;
  });
}

/** Tells installed Apps that the account has a further repository. */
export function announceRepository(world: World, repo: Repo): void {
  const installations = world.store.all<Installation>(
    'SELECT * FROM installations WHERE account_id = ?',
    repo.owner_id,
  );
  for (const installation of installations) {
    const app = world.store.get<App>('SELECT * FROM apps WHERE id = ?', installation.app_id) as App;
    emitToApp(world, app, installation, 'installation_repositories', 'added', {
      installation: installationJson(world.links, app, installation, repo.owner),
      repository_selection: 'all',
      repositories_added: [repositoryStub(repo)],
      repositories_removed: [],
      requester: null,
      sender: userJson(world.links, repo.owner),
    });
  }
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
      tokenHash(token),
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
  const owned = repositoriesOwnedBy(world, accountById(world, installation.account_id));
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
    tokenHash(token),
    world.time(),
  );
  if (!row) return null;
  const installation = world.store.get<Installation>('SELECT * FROM installations WHERE id = ?', row.installation_id);
  const app = installation && world.store.get<App>('SELECT * FROM apps WHERE id = ?', installation.app_id);
  if (!app) return null;
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

export function appByIssuer(world: World, issuer: string): App | undefined {
  return world.store.get<App>('SELECT * FROM apps WHERE CAST(id AS TEXT) = ? OR client_id = ?', issuer, issuer);
}
