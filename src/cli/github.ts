import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { connectApp, connectToken, type GitHub } from '../bot/index.ts';
import type { Environment } from '../config/index.ts';
import { BRANCH_PREFIX } from '../draft/index.ts';
import type { Forge } from '../forge/index.ts';
import { type OAuth, SETUP_CALLBACK_PATH, WEBHOOK_PATH } from '../http/index.ts';
import { appManifest } from './manifest.ts';

/** What the local forge serves: a git repository of the user's, or the files of a sample. */
export interface LocalRepository {
  name: string;
  description: string;
  source: { linked: string } | { files: Record<string, Uint8Array> };
}

export interface Connected {
  github: GitHub;
  /** The GitHub in this very process, in local mode. */
  forge: Forge | undefined;
  /** owner/name: where reports go. */
  repository: string;
  /** Sign and verify markers. */
  keys: string[];
  /** How people sign in on the set-up page, where they can. */
  oauth: OAuth | undefined;
}

/** Who owns the local repository: one of the forge's people. */
const LOCAL_OWNER = 'owner';

/** Connects to GitHub as the environment says; in local mode, that is a forge in this process, which asks webhooks to `url`. */
export async function connect(
  environment: Environment,
  local: LocalRepository,
  url: string,
  log: Logger,
  fetchOf: (forge: Forge | undefined) => typeof fetch,
): Promise<Connected> {
  const { github: settings, secrets: keys } = environment;
  if (settings.mode === 'token') {
    const { api, token, repository } = settings;
    const github = await connectToken({ api, token, fetch: fetchOf(undefined) });
    return { github, forge: undefined, repository, keys, oauth: undefined };
  }
  if (settings.mode === 'app') {
    const { api, appId, webhookSecret, repository } = settings;
    const privateKey = await readPrivateKey(settings.privateKey);
    const github = await connectApp({ api, appId, privateKey, webhookSecret, log, fetch: fetchOf(undefined) });
    const oauth = settings.oauth && { ...settings.oauth, web: webOf(api), api, fetch: fetchOf(undefined) };
    return { github, forge: undefined, repository, keys, oauth };
  }
  const { openForge } = await import('../forge/index.ts');
  const forge = await openForge({ dir: join(environment.dataDir, 'github'), url });
  await forge.createRepository({
    owner: LOCAL_OWNER,
    name: local.name,
    description: local.description,
    ...('linked' in local.source
      ? { linked: { path: local.source.linked, publish: BRANCH_PREFIX } }
      : { files: local.source.files }),
  });
  const manifest = appManifest();
  const app = await forge.registerApp({
    slug: 'patchwork',
    name: manifest.name,
    permissions: manifest.default_permissions,
    events: manifest.default_events,
    webhookUrl: `${url}${WEBHOOK_PATH}`,
    webhookSecret: randomBytes(24).toString('hex'),
    callbackUrls: [`${url}${SETUP_CALLBACK_PATH}`],
  });
  await forge.installApp(app.slug, LOCAL_OWNER);
  const { id: appId, privateKey, webhookSecret } = app;
  const api = `${url}/api/v3`;
  const github = await connectApp({
    api,
    appId,
    privateKey,
    webhookSecret,
    log,
    fetch: fetchOf(forge),
  });
  return {
    github,
    forge,
    repository: `${LOCAL_OWNER}/${local.name}`,
    keys: [...keys, localSecret(privateKey)],
    oauth: { clientId: app.clientId, clientSecret: app.clientSecret, web: url, api, fetch: fetchOf(forge) },
  };
}

/** Where people are, of a GitHub whose programs are at `api`: github.com, or a server with its API below `/api/v3`. */
export function webOf(api: string): string {
  const { protocol, host, origin } = new URL(api);
  return /^api\.(?:github\.com|[^.]+\.ghe\.com)$/.test(host) ? `${protocol}//${host.slice('api.'.length)}` : origin;
}

/** The local GitHub keeps the App's registration, so whoever has its state can read the markers in it. */
export function localSecret(privateKey: string): string {
  return createHash('sha256').update(`patchwork local secret ${privateKey}`).digest('hex');
}

export async function readPrivateKey(key: { pem: string } | { file: string }): Promise<string> {
  return 'pem' in key ? key.pem : readFile(key.file, 'utf8');
}
