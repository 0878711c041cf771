import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { accountByLogin, ensurePeople, PEOPLE } from './domain/accounts.ts';
import { type AppRegistration, registerApp } from './domain/apps.ts';
import { installApp } from './domain/installations.ts';
import { repositoryFolder } from './domain/repositories.ts';
import { keepFormerIssues } from './domain/search-index.ts';
import { createRepository, type RepositoryOptions, recover } from './domain/setup.ts';
import { type GitRepository, openRepository } from './git/repository.ts';
import { openDeliveries } from './hooks/deliveries.ts';
import { isOurHost } from './hosts.ts';
import { isoSeconds } from './moments.ts';
import type { Graphql } from './pages/github.ts';
import { createRest } from './rest/index.ts';
import { type Limits, rateLimiter } from './rest/limits.ts';
import { createSmartHttp, isGitPath } from './smart-http.ts';
import { openStore } from './store.ts';
import type { Account, App, Repo, World } from './world.ts';

export interface ForgeOptions {
  /** Where state lives: `forge.db` and `repos/<owner>/<name>.git`. */
  dir: string;
  /** The public base, e.g. `http://localhost:8099`; REST is at `<url>/api/v3`, GraphQL at `<url>/api/graphql`. */
  url: string;
  /** Delivers webhooks. */
  fetch?: typeof fetch;
  now?: () => Date;
  /** Rate limits; one that is not set never refuses. */
  limits?: Limits;
  /** How long a change takes to be found by search; the real index lags by seconds to minutes. */
  searchLagMs?: number;
}

export interface Forge {
  /** Answers everything: REST, GraphQL, git over HTTP, pages. */
  fetch(request: Request): Promise<Response>;
  /** The REST surface in process, as one of the people (`''`: not signed in); permissions are those of the surface. */
  api(
    login: string,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the path
  ): Promise<{ status: number; headers: Headers; json: any }>;
  /** Their names are their tokens. */
  people: readonly string[];
  createRepository(options: RepositoryOptions): Promise<void>;
  /** Registers an App, or updates the registration with this slug; ids, key and secrets stay. */
  registerApp(options: AppRegistration): Promise<{
    id: number;
    slug: string;
    privateKey: string;
    clientId: string;
    clientSecret: string;
    webhookSecret: string;
  }>;
  /** Installs an App on all repositories of the account, or on those named; gives the installation's id. */
  installApp(slug: string, account: string, repositories?: readonly string[]): Promise<number>;
  /** Resolves when no webhook delivery waits or is under way. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Pages that lead a browser through the making, installing and using of an App. */
const WEB_FLOW =
  /^\/(login\/oauth\/(authorize|access_token)|(organizations\/[^/]+\/)?settings\/apps(\/new)?|apps\/[^/]+\/installations\/new)$/;
/** Paths that belong to the API when it is served without its prefix; all others are pages. */
const BARE_API =
  /^\/(repos|repositories|user|users|orgs|app|apps|app-manifests|installation|search|rate_limit|meta)(\/|$)/;

export async function openForge(options: ForgeOptions): Promise<Forge> {
  await mkdir(options.dir, { recursive: true });
  const url = options.url.replace(/\/+$/, '');
  const now = options.now ?? (() => new Date());
  const time = () => isoSeconds(now());
  const store = openStore(join(options.dir, 'forge.db'));
  const deliveries = openDeliveries({ store, fetch: options.fetch ?? fetch, time });

  const repositories = new Map<number, GitRepository>();
  const tails = new Map<number, Promise<unknown>>();
  const world: World = {
    store,
    dir: options.dir,
    links: { html: url, api: `${url}/api/v3` },
    now,
    time,
    deliveries,
    searchLagMs: options.searchLagMs ?? 0,
    git(repo: Repo) {
      let opened = repositories.get(repo.id);
      if (!opened) {
        opened = openRepository(repositoryFolder(options.dir, repo));
        repositories.set(repo.id, opened);
      }
      return opened;
    },
    lock(repo, work) {
      const before = tails.get(repo.id) ?? Promise.resolve();
      const mine = before.then(work, work);
      tails.set(
        repo.id,
        mine.catch(() => {}),
      );
      return mine;
    },
  };
  ensurePeople(world);
  if (world.searchLagMs > 0) keepFormerIssues(store, now);
  await recover(world);
  deliveries.wake();

  const limiter = rateLimiter(options.limits ?? {}, now);
  const rest = createRest(world, limiter);
  const smartHttp = createSmartHttp(world);
  // the surfaces that not everybody asks for are read when somebody does: the forge starts sooner and is smaller
  const graphql = lazy(async () => (await import('./graphql/index.ts')).createGraphql(world, limiter));
  const webFlow = lazy(async () => (await import('./web-flow.ts')).createWebFlow(world));
  const site = lazy(async () => (await import('./pages/index.ts')).pages({ url, people: PEOPLE, api, graphql: ask }));
  const headersOf = (login: string) => (login === '' ? {} : { authorization: `token ${login}` });

  const api: Forge['api'] = async (login, method, path, body, headers = {}) => {
    const response = await rest.fetch(
      new Request(`${url}${path}`, {
        method,
        headers: { accept: 'application/vnd.github+json', ...headersOf(login), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const isJson = text !== '' && response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : text };
  };

  async function ask(...[login, query, variables]: Parameters<Graphql>): ReturnType<Graphql> {
    const body = JSON.stringify({ query, variables });
    const answer = await graphql();
    const response = await answer(new Request(`${url}/graphql`, { method: 'POST', headers: headersOf(login), body }));
    return response.json() as ReturnType<Graphql>;
  }

  async function answer(request: Request): Promise<Response> {
    if (!isOurHost(url, request)) return new Response('Unknown host.\n', { status: 421 });
    const { pathname } = new URL(request.url);
    if (pathname === '/graphql' || pathname === '/api/graphql') return (await graphql())(request);
    if (/^\/api\/v3(\/|$)/.test(pathname))
      return rest.fetch(withPath(request, pathname.slice('/api/v3'.length) || '/'));
    if (isGitPath(pathname)) return smartHttp(request);
    if (WEB_FLOW.test(pathname)) return (await webFlow()).fetch(request);
    return BARE_API.test(pathname) ? rest.fetch(request) : (await site()).fetch(request);
  }

  return {
    fetch: answer,
    api,
    people: PEOPLE,
    createRepository: (repository) => createRepository(world, repository),
    async registerApp(registration) {
      const owner = accountByLogin(world, 'owner') as Account;
      const app = await registerApp(world, registration, owner);
      return {
        id: app.id,
        slug: app.slug,
        privateKey: app.private_key,
        clientId: app.client_id,
        clientSecret: app.client_secret,
        webhookSecret: app.webhook_secret,
      };
    },
    installApp: async (slug, account, repositories) => installApp(world, slug, account, repositories ?? null).id,
    settled: () => deliveries.settled(),
    async close() {
      await deliveries.close();
      await Promise.allSettled(tails.values());
      for (const repository of repositories.values()) repository.objects.close();
      store.close();
    },
  };
}

/** The registration of an App, from the state of a forge that somebody else has open. */
export function readRegistration(dir: string, slug: string) {
  const file = join(dir, 'forge.db');
  if (!existsSync(file)) return undefined;
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const app = database.prepare('SELECT * FROM apps WHERE slug = ?').get(slug) as unknown as App | undefined;
    return app && { id: app.id, privateKey: app.private_key, webhookSecret: app.webhook_secret };
  } finally {
    database.close();
  }
}

/** Makes a thing once, when it is asked for first. */
function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function withPath(request: Request, path: string): Request {
  const url = new URL(request.url);
  url.pathname = path;
  return new Request(url, request);
}
