import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../../src/cli/listen.ts';
import { sampleRepository } from '../../src/cli/repositories.ts';
import { type Server, startServer } from '../../src/cli/server.ts';
import { readEnvironment } from '../../src/config/index.ts';
import { type Forge, openForge } from '../../src/forge/index.ts';
import type { Model } from '../../src/model/index.ts';
import { expectNoFindings, type Watch, watchGitHub } from '../fidelity/index.ts';
import { actingOn } from './acting.ts';
import { freePort } from './process.ts';
import { SAMPLE_REPORT } from './product.ts';

/** The product as a GitHub App, and its GitHub beside it on a port of its own, every request and webhook checked. */
export interface AppMode {
  url: string;
  repository: string;
  secret: string;
  forge: Forge;
  server: Server;
  watch: Watch;
  app: { id: number; privateKey: string };
  /** A request to GitHub as one of its people, about the repository. */
  as(person: string, method: string, path: string, body?: unknown): Promise<any>;
  /** Sends a report and waits for its issue: the number. */
  gap(fields?: object): Promise<number>;
  until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T>;
  stop(): Promise<void>;
}

export async function startAppMode(
  options: {
    files?: Record<string, string>;
    model?: Model;
    env?: Record<string, string>;
    /** What the App may do besides issues, pull requests and contents. */
    permissions?: Record<string, string>;
  } = {},
): Promise<AppMode> {
  const dataDir = await mkdtemp(join(tmpdir(), 'patchwork-app-'));
  const watch = await watchGitHub();
  let answer = async (_request: Request) => new Response(null, { status: 503 });
  const github = await listen('127.0.0.1', 0, (request) => answer(request));
  const forge = await openForge({ dir: join(dataDir, 'forge'), url: github.url });
  const watched = watch.serve((request) => forge.fetch(request));
  answer = async (request) => watched(request);
  const sample = await sampleRepository();
  const { files } = options;
  await forge.createRepository({
    owner: 'owner',
    name: 'cost-server',
    description: '',
    files: files ?? ('files' in sample.source ? sample.source.files : {}),
  });
  const port = await freePort();
  const app = await forge.registerApp({
    slug: 'patchwork',
    name: 'PatchworkMCP',
    permissions: {
      ...{ issues: 'write', pull_requests: 'write', contents: 'write' },
      ...(options.permissions ?? { checks: 'write', statuses: 'read' }),
    },
    events: ['issues', 'issue_comment', 'pull_request', 'status', 'push'],
    webhookUrl: `http://localhost:${port}/api/github/webhooks`,
    webhookSecret: 'a webhook secret',
  });
  await forge.installApp('patchwork', 'owner');
  const secret = 'a secret of sixteen characters or more';
  const server = await startServer({
    environment: readEnvironment({
      LOG_LEVEL: 'silent',
      PORT: String(port),
      PATCHWORK_DATA: join(dataDir, 'server'),
      PATCHWORK_REPO: 'owner/cost-server',
      PATCHWORK_SECRET: secret,
      APP_ID: String(app.id),
      PRIVATE_KEY: app.privateKey,
      WEBHOOK_SECRET: 'a webhook secret',
      GITHUB_API_URL: `${github.url}/api/v3`,
      ...options.env,
    }),
    model: options.model,
    local: sample,
  });

  const until: AppMode['until'] = async (what, look) => {
    const deadline = performance.now() + 60_000;
    while (performance.now() < deadline) {
      const found = await look();
      if (found) return found;
      await sleep(30);
    }
    throw new Error(`waited in vain: ${what}`);
  };
  const mode: AppMode = {
    url: github.url,
    repository: 'owner/cost-server',
    secret,
    forge,
    server,
    watch,
    app,
    until,
    as: actingOn(`${github.url}/api/v3/repos/owner/cost-server`),
    async gap(fields = {}) {
      const reply = await fetch(`${server.url}/api/feedback`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...SAMPLE_REPORT, ...fields }),
      });
      const { id } = (await reply.json()) as { id: string };
      return until('the gap of a report', async () => {
        const item = (await (await fetch(`${server.url}/api/feedback/${id}`)).json()) as { gap?: number };
        return item.gap;
      });
    },
    async stop() {
      await server.close();
      await forge.close();
      await github.stop();
      await rm(dataDir, { recursive: true, force: true });
      expectNoFindings(watch);
    },
  };
  return mode;
}
