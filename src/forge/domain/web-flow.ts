import { createHash, randomBytes } from 'node:crypto';
import { invalid, notFound } from '../answers.ts';
import { isoSeconds } from '../moments.ts';
import type { Account, App, Permissions, World } from '../world.ts';
import { accountById } from './accounts.ts';
import { type AppRegistration, findApp, registerApp } from './apps.ts';
import { isObject } from './fields.ts';
import { hashOf } from './installations.ts';

/** What a browser carries between a program and us: https://docs.github.com/apps/creating-github-apps */

const AUTHORIZATION_LIFE_MS = 10 * 60_000;
const MANIFEST_LIFE_MS = 60 * 60_000;

const random = () => randomBytes(20).toString('hex');

function issueCode(world: World, purpose: 'manifest' | 'authorization', data: object, lifeMs: number): string {
  const code = random();
  world.store.transaction(() => {
    world.store.run('DELETE FROM codes WHERE expires_at < ?', world.time());
    world.store.run(
      'INSERT INTO codes (hash, purpose, data_json, expires_at) VALUES (?, ?, ?, ?)',
      hashOf(code),
      purpose,
      JSON.stringify(data),
      isoSeconds(new Date(world.now().getTime() + lifeMs)),
    );
  });
  return code;
}

/** What a code stands for; it is worth something once. */
function redeemCode<Data>(world: World, purpose: 'manifest' | 'authorization', code: string): Data | null {
  return world.store.transaction(() => {
    const row = world.store.get<{ data_json: string }>(
      'SELECT data_json FROM codes WHERE hash = ? AND purpose = ? AND expires_at >= ?',
      hashOf(code),
      purpose,
      world.time(),
    );
    world.store.run('DELETE FROM codes WHERE hash = ?', hashOf(code));
    return row ? (JSON.parse(row.data_json) as Data) : null;
  });
}

/** Where an App may send people back to: one of its callback addresses, the first unless it says which. */
export function callbackOf(app: App, wanted: string | undefined): string | null {
  const allowed = JSON.parse(app.callback_urls_json) as string[];
  return (wanted === undefined || wanted === '' ? allowed[0] : allowed.find((url) => url === wanted)) ?? null;
}

interface Authorization {
  app: number;
  account: number;
  callback: string;
  /** PKCE (RFC 7636), S256: whoever exchanges the code has to know what hashes to this. */
  challenge: string;
}

export function authorize(world: World, app: App, account: Account, callback: string, challenge: string): string {
  const data: Authorization = { app: app.id, account: account.id, callback, challenge };
  return issueCode(world, 'authorization', data, AUTHORIZATION_LIFE_MS);
}

/** The token for an authorization code; null when the code is not for this App, used, old, for another callback or verifier. */
export function exchangeCode(
  world: World,
  app: App,
  code: string,
  { callback, verifier = '' }: { callback: string | undefined; verifier: string | undefined },
): string | null {
  const found = redeemCode<Authorization>(world, 'authorization', code);
  if (!found || found.app !== app.id || (callback !== undefined && callback !== found.callback)) return null;
  const answered = createHash('sha256').update(verifier).digest('base64url');
  if (found.challenge !== '' && found.challenge !== answered) return null;
  const token = `ghu_${random().slice(0, 36)}`;
  world.store.run(
    'INSERT INTO user_tokens (hash, app_id, account_id) VALUES (?, ?, ?)',
    hashOf(token),
    found.app,
    found.account,
  );
  return token;
}

/** The person that a token of the web flow stands for, and the App they act through. */
export function readUserToken(world: World, token: string): { account: Account; app: App } | null {
  const row = world.store.get<{ app_id: number; account_id: number }>(
    'SELECT app_id, account_id FROM user_tokens WHERE hash = ?',
    hashOf(token),
  );
  const app = row && world.store.get<App>('SELECT * FROM apps WHERE id = ?', row.app_id);
  return app ? { app, account: accountById(world, row.account_id) } : null;
}

const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

interface Manifest extends AppRegistration {
  /** Where the code is sent to. */
  redirectUrl: string;
}

/** Reads an App's manifest; says in GitHub's form what is wrong with it. */
export function readManifest(world: World, text: string): Manifest {
  const wrong = (field: string) => invalid({ resource: 'Manifest', field, code: 'invalid' });
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw wrong('manifest');
  }
  if (!isObject(manifest)) throw wrong('manifest');
  const { name, url, redirect_url: redirectUrl, setup_url: setupUrl } = manifest;
  const hook = isObject(manifest.hook_attributes) ? manifest.hook_attributes : {};
  const permissions = isObject(manifest.default_permissions) ? manifest.default_permissions : {};
  const { default_events: events = [], callback_urls: callbackUrls = [] } = manifest;
  const slug =
    typeof name === 'string'
      ? name
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .replace(/^-+|-+$/g, '')
      : '';
  if (typeof name !== 'string' || slug === '' || name.length > 34) throw wrong('name');
  if (findApp(world, slug)) throw invalid({ resource: 'Manifest', field: 'name', code: 'already_exists' });
  if (!isAddress(url)) throw wrong('url');
  if (!isAddress(redirectUrl)) throw wrong('redirect_url');
  if (hook.url !== undefined && !isAddress(hook.url)) throw wrong('hook_attributes');
  if (setupUrl !== undefined && !isAddress(setupUrl)) throw wrong('setup_url');
  if (!Array.isArray(callbackUrls) || !callbackUrls.every(isAddress)) throw wrong('callback_urls');
  if (!Array.isArray(events) || !events.every((event) => typeof event === 'string')) throw wrong('default_events');
  const levels = Object.values(permissions);
  if (!levels.every((level) => ['read', 'write', 'admin'].includes(String(level)))) throw wrong('default_permissions');
  return {
    slug,
    name,
    homepage: url,
    redirectUrl,
    callbackUrls,
    events,
    permissions: permissions as Permissions,
    webhookUrl: hook.active === false ? '' : (hook.url ?? ''),
    webhookSecret: random(),
    ...(setupUrl === undefined ? {} : { setupUrl }),
  };
}

export const acceptManifest = (world: World, manifest: Manifest, owner: Account): string =>
  issueCode(world, 'manifest', { manifest, owner: owner.id }, MANIFEST_LIFE_MS);

/** `POST /app-manifests/{code}/conversions`: the App comes to be when its maker fetches it. */
export async function convertManifest(world: World, code: string): Promise<App> {
  const found = redeemCode<{ manifest: Manifest; owner: number }>(world, 'manifest', code);
  if (!found || findApp(world, found.manifest.slug)) throw notFound();
  return registerApp(world, found.manifest, accountById(world, found.owner));
}
