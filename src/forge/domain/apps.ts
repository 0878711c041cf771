import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { invalid } from '../answers.ts';
import type { Account, App, Permissions, World } from '../world.ts';
import { ensureAccount } from './accounts.ts';
import { type Input, optionalText } from './fields.ts';

export interface AppRegistration {
  slug: string;
  name: string;
  permissions: Permissions;
  events: string[];
  webhookUrl: string;
  webhookSecret: string;
  homepage?: string;
  /** Where the web flow may send people back to. */
  callbackUrls?: string[];
  /** Where people are sent after they installed it. */
  setupUrl?: string;
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
       events_json = ?, callback_urls_json = ?, setup_url = ? WHERE slug = ?`,
      name,
      homepage,
      webhookUrl,
      webhookSecret,
      permissions,
      events,
      JSON.stringify(registration.callbackUrls ?? []),
      registration.setupUrl ?? null,
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

/** `PATCH /app/hook/config` */
export function updateAppHook(world: World, app: App, input: Input): App {
  const url = optionalText(input, 'url', { resource: 'Hook' }) ?? app.webhook_url;
  const secret = optionalText(input, 'secret', { resource: 'Hook' }) ?? app.webhook_secret;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw invalid({ resource: 'Hook', field: 'url', code: 'invalid' });
  world.store.run(
    'UPDATE apps SET webhook_url = ?, webhook_secret = ?, updated_at = ? WHERE id = ?',
    url,
    secret,
    world.time(),
    app.id,
  );
  return findApp(world, app.slug) as App;
}

export function appByIssuer(world: World, issuer: string): App | undefined {
  return world.store.get<App>('SELECT * FROM apps WHERE CAST(id AS TEXT) = ? OR client_id = ?', issuer, issuer);
}
