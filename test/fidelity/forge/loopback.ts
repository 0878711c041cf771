/** A new forge with one repository, one App and a receiver of its webhooks, all on loopback and all under watch. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openForge } from '../../../src/forge/index.ts';
import { expectNoFindings, watchGitHub } from '../index.ts';

export const REPO = { owner: 'owner', repo: 'sample' };

export type Loopback = Awaited<ReturnType<typeof startForge>>;

type Handler = (request: Request) => Response | Promise<Response>;

/** Where the App lets the web flow send people back to. */
export const CALLBACK = 'http://localhost:1/callback';

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const PERMISSIONS = {
  metadata: 'read',
  issues: 'write',
  pull_requests: 'write',
  contents: 'write',
  checks: 'write',
  statuses: 'write',
};
const EVENTS =
  `issues issue_comment pull_request pull_request_review push label milestone repository repository_dispatch
  create delete status check_run check_suite release`.split(/\s+/);

/**
 * @param checking what the server's side of the watch checks: `serve` requests and answers, `answers` only the answers,
 *   for tests that send bad requests on purpose.
 */
export async function startForge(checking: 'serve' | 'answers' = 'answers') {
  const dir = await mkdtemp(join(tmpdir(), 'forge-'));
  const watch = await watchGitHub();
  const heard: { name: string; issue: number | undefined }[] = [];
  let deliver: Handler = () => new Response(null, { status: 202 });

  const receiver = await listen(
    watch.receive(async (request) => {
      const event = request.headers.get('x-github-event') ?? '';
      const payload = (await request.clone().json()) as { action?: string; issue?: { number: number } };
      heard.push({ name: payload.action ? `${event}.${payload.action}` : event, issue: payload.issue?.number });
      return deliver(request);
    }, 'secret'),
  );

  let handler: Handler = () => new Response(null, { status: 503 });
  const { server, url } = await listen((request) => handler(request));
  const forge = await openForge({ dir, url });
  handler = watch[checking]((request) => forge.fetch(request));
  await forge.createRepository({
    owner: 'owner',
    name: 'sample',
    description: 'A sample',
    files: { 'README.md': '# Sample\n' },
  });
  const app = await forge.registerApp({
    slug: 'patchwork',
    name: 'Patchwork',
    webhookUrl: receiver.url,
    callbackUrls: [CALLBACK],
    webhookSecret: 'secret',
    permissions: PERMISSIONS,
    events: EVENTS,
  });
  const installationId = await forge.installApp(app.slug, 'owner');

  /** An Octokit whose requests are checked, at the prefix that the product uses. */
  function octokit(options: ConstructorParameters<typeof Octokit>[0]): Octokit {
    const request = { fetch: watch.fetch(fetch, { prefix: '/api/v3' }) };
    return new Octokit({ baseUrl: `${url}/api/v3`, log: QUIET, request, ...options });
  }
  const appAuth = { appId: app.id, privateKey: app.privateKey };

  const sockets: ServerType[] = [];

  return {
    url,
    watch,
    appId: app.id,
    appSlug: app.slug,
    privateKey: app.privateKey,
    webhookSecret: 'secret',
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    installationId,
    /** Where webhooks are received; those to Apps and those of repositories. */
    hookUrl: receiver.url,
    installApp: forge.installApp,
    createRepository: forge.createRepository,
    /** As one of the people, or as nobody. */
    as: (login: string | null) => octokit(login === null ? {} : { auth: login }),
    app: () => octokit({ authStrategy: createAppAuth, auth: appAuth }),
    bot: async () => octokit({ authStrategy: createAppAuth, auth: { ...appAuth, installationId } }),
    /** One request as it is, valid or not, at the bare prefix; fails when the status is another than the one expected. */
    async ask(
      token: string | null,
      method: string,
      path: string,
      body: unknown,
      status: number,
      more: { [header: string]: string } = {},
    ) {
      const headers = { ...(token === null ? {} : { authorization: `token ${token}` }), ...more };
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: text }) });
      const content = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '');
      const parsed: unknown = isJson && content !== '' ? JSON.parse(content) : content;
      expect({ asked: `${method} ${path}`, status: answer.status, body: answer.status === status || parsed }).toEqual({
        asked: `${method} ${path}`,
        status,
        body: true,
      });
      return { headers: answer.headers, body: parsed };
    },
    /** Names of the webhooks that came about an issue, in the order of their arrival. */
    heard: (issue: number) => heard.filter((webhook) => webhook.issue === issue).map((webhook) => webhook.name),
    /** Names of all webhooks since the last call, sorted. */
    async heardSince() {
      await forge.settled();
      return heard
        .splice(0)
        .map((webhook) => webhook.name)
        .sort();
    },
    onDelivery(next: Handler) {
      deliver = next;
    },
    settled: () => forge.settled(),
    /** Serves on a Unix socket as well. */
    async listenOn(socket: string) {
      const local = createAdaptorServer({ fetch: (request) => handler(request) });
      await new Promise<void>((done) => local.listen(socket, done));
      sockets.push(local);
    },
    async close() {
      for (const one of [server, receiver.server, ...sockets]) await closed(one);
      await forge.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** One forge for all tests of a file; after each of them nothing that went over the wire was other than GitHub describes it. */
export function useForge(started: (github: Loopback) => void, checking?: Parameters<typeof startForge>[0]): void {
  let github: Loopback;
  beforeAll(async () => {
    github = await startForge(checking);
    started(github);
  });
  afterAll(() => github.close());
  afterEach(async () => {
    await github.settled();
    expectNoFindings(github.watch);
  });
}

/** That a request is refused, with this status and a body as GitHub's. */
export async function refused(status: number, request: Promise<unknown>): Promise<void> {
  const outcome = await request.then(
    () => 'answered',
    (error: { status?: number; message: string }) => error.status ?? error.message,
  );
  expect(outcome).toBe(status);
}

async function listen(handle: Handler): Promise<{ server: ServerType; url: string }> {
  const server = createAdaptorServer({ fetch: handle });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function closed(server: ServerType): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
