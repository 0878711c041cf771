import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { connectApp, connectToken, type GitHub } from '../bot/index.ts';
import type { Environment } from '../config/index.ts';
import { BRANCH_PREFIX } from '../draft/index.ts';
import type { Forge } from '../forge/index.ts';
import { WEBHOOK_PATH } from '../http/index.ts';

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
}

/** What the App asks for on GitHub; `app.yml` says the same. */
const PERMISSIONS = {
  metadata: 'read',
  issues: 'write',
  pull_requests: 'write',
  contents: 'write',
  checks: 'write',
  statuses: 'read',
};
const EVENTS = [
  'issues',
  'issue_comment',
  'pull_request',
  'pull_request_review',
  'check_suite',
  'status',
  'push',
  'release',
  'repository',
];
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
    return { github, forge: undefined, repository, keys };
  }
  if (settings.mode === 'app') {
    const { api, appId, webhookSecret, repository } = settings;
    const privateKey = await readPrivateKey(settings.privateKey);
    const github = await connectApp({ api, appId, privateKey, webhookSecret, log, fetch: fetchOf(undefined) });
    return { github, forge: undefined, repository, keys };
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
  const app = await forge.registerApp({
    slug: 'patchwork',
    name: 'PatchworkMCP',
    permissions: PERMISSIONS,
    events: EVENTS,
    webhookUrl: `${url}${WEBHOOK_PATH}`,
    webhookSecret: randomBytes(24).toString('hex'),
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
  // The local GitHub keeps the App's registration, so whoever has its state can read the markers in it.
  const secret = createHash('sha256').update(`patchwork local secret ${privateKey}`).digest('hex');
  return { github, forge, repository: `${LOCAL_OWNER}/${local.name}`, keys: [...keys, secret] };
}

export async function readPrivateKey(key: { pem: string } | { file: string }): Promise<string> {
  return 'pem' in key ? key.pem : readFile(key.file, 'utf8');
}
