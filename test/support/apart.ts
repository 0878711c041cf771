/** The product as an App on a GitHub of its own process lifetime: it can be away while people go on, and deliveries can go astray. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { sampleRepository } from '../../src/cli/repositories.ts';
import { type Server, startServer } from '../../src/cli/server.ts';
import { readEnvironment } from '../../src/config/index.ts';
import { type Forge, openForge } from '../../src/forge/index.ts';
import { modelFromEnvironment } from '../../src/model/index.ts';
import { expectNoFindings, watchGitHub } from '../fidelity/index.ts';
import { freePort } from './process.ts';

/** What becomes of a delivery: GitHub hears that it failed, or that all is well though it went nowhere. */
export type Fate = 'arrives' | 'fails' | 'vanishes';

export interface Apart {
  /** Where the product listens while it runs. */
  url: string;
  /** Where GitHub keeps its state: `github/forge.db`. */
  dir: string;
  repository: string;
  forge: Forge;
  app: { id: number; privateKey: string; webhookSecret: string };
  /** The environment that the product is started with. */
  env: Record<string, string>;
  /** How many requests the product made of its GitHub. */
  requests: string[];
  fate(deliver: (event: string) => Fate): void;
  /** Comes before each request of the product to its GitHub. */
  before(happen: (request: Request) => Promise<void>): void;
  start(): Promise<Server>;
  stop(): Promise<void>;
  as(person: string, method: string, path: string, body?: unknown): Promise<any>;
  /** A request to the running product. */
  ask(method: string, path: string, body?: unknown): Promise<any>;
  /** Waits until nothing waits, for a while. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

export async function openApart(options: { drafts?: unknown[] } = {}): Promise<Apart> {
  const dir = await mkdtemp(join(tmpdir(), 'patchwork-apart-'));
  const watch = await watchGitHub();
  const productPort = await freePort();
  let fate: (event: string) => Fate = () => 'arrives';
  let before: (request: Request) => Promise<void> = async () => {};
  let server: Server | undefined;
  const requests: string[] = [];

  let answer = async (_request: Request) => new Response(null, { status: 503 });
  const http = createAdaptorServer({ fetch: (request) => answer(request) });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const url = `http://localhost:${(http.address() as AddressInfo).port}`;
  const forge = await openForge({
    dir: join(dir, 'github'),
    url,
    async fetch(input, init) {
      const event = new Headers(init?.headers).get('x-github-event') ?? '';
      const what = fate(event);
      if (what === 'fails') return new Response(null, { status: 503 });
      if (what === 'vanishes') return new Response(null, { status: 202 });
      return fetch(input, init);
    },
  });
  const serve = watch.serve(forge.fetch);
  answer = async (request) => serve(request);
  const { source } = await sampleRepository();
  await forge.createRepository({
    owner: 'owner',
    name: 'sample',
    ...('files' in source ? { files: source.files } : {}),
  });
  const app = await forge.registerApp({
    slug: 'patchwork',
    name: 'PatchworkMCP',
    permissions: { metadata: 'read', issues: 'write', pull_requests: 'write', contents: 'write', checks: 'write' },
    events: ['issues', 'issue_comment', 'pull_request', 'repository'],
    webhookUrl: `http://localhost:${productPort}/api/github/webhooks`,
    webhookSecret: 'a webhook secret',
  });
  await forge.installApp('patchwork', 'owner');
  const recorded = join(dir, 'recorded.json');
  await writeFile(recorded, JSON.stringify({ draft: options.drafts ?? [] }));

  const as: Apart['as'] = async (person, method, path, body) => {
    const { status, json } = await forge.api(person, method, `/repos/owner/sample${path}`, body);
    if (status >= 400) throw new Error(`${method} ${path} as ${person}: ${status} ${JSON.stringify(json)}`);
    return json;
  };
  const env = {
    LOG_LEVEL: 'silent',
    PORT: String(productPort),
    PATCHWORK_DATA: join(dir, 'data'),
    PATCHWORK_REPO: 'owner/sample',
    PATCHWORK_SECRET: 'a secret of sixteen characters',
    GITHUB_API_URL: `${url}/api/v3`,
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: 'a webhook secret',
  };
  return {
    url: `http://localhost:${productPort}`,
    dir,
    app,
    env,
    repository: 'owner/sample',
    forge,
    requests,
    fate: (deliver) => {
      fate = deliver;
    },
    before: (happen) => {
      before = happen;
    },
    async start() {
      server = await startServer({
        environment: readEnvironment(env),
        model: modelFromEnvironment(
          options.drafts ? { PATCHWORK_PROVIDER: 'recorded', PATCHWORK_RECORDED: recorded } : {},
        ),
        local: await sampleRepository(),
        around: (part, handler) => async (request) => {
          if (part === 'webhooks') return handler(request);
          requests.push(`${request.method} ${new URL(request.url).pathname}`);
          await before(request);
          return handler(request);
        },
      });
      return server;
    },
    async stop() {
      await server?.close();
      server = undefined;
    },
    as,
    async ask(method, path, body) {
      const reply = await fetch(`http://localhost:${productPort}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return reply.json();
    },
    async quiet() {
      let still = 0;
      for (const deadline = performance.now() + 60_000; still < 12; ) {
        if (performance.now() > deadline) throw new Error('it never gets quiet');
        await forge.settled();
        still = (await server?.outbox.stats())?.waiting === 0 ? still + 1 : 0;
        await sleep(120);
      }
    },
    async close() {
      await server?.close();
      await forge.close();
      const closed = new Promise((done) => http.close(done));
      if ('closeAllConnections' in http) http.closeAllConnections();
      await closed;
      await rm(dir, { recursive: true, force: true });
      expectNoFindings(watch);
    },
  };
}
