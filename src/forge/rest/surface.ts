import { createHash, randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { GitHubError, notFound, requiresAuthentication } from '../answers.ts';
import { demandRead, maySee } from '../domain/access.ts';
import { type Input, isObject } from '../domain/fields.ts';
import { allRepositories, findRepository, formerlyNamed } from '../domain/repositories.ts';
import type { Actor, Repo, Viewer, World } from '../world.ts';
import type { Answer } from './answer.ts';
import { authenticate } from './authenticate.ts';
import { limitHeaders, type RateLimiter, type Resource } from './limits.ts';

/** One request, looked up and checked as far as that is the same for all routes. */
export interface Call {
  world: World;
  viewer: Viewer;
  url: URL;
  /** From the path, decoded. */
  params: Record<string, string>;
  query: Record<string, string>;
  headers: Headers;
  /** The JSON body; `{}` without one. */
  input: Input;
}
export interface RepoCall extends Call {
  repo: Repo;
}
export interface WriteCall extends RepoCall {
  viewer: Actor;
}

type Handle<C> = (call: C) => Answer | Promise<Answer>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Surface {
  app: Hono;
  limiter: RateLimiter;
  /** A route outside repositories, or one with rules of its own. */
  route(method: Method, path: string, handle: Handle<Call>): void;
  /** `GET /repos/{owner}/{repo}<path>`: anybody reads; an App needs the permission. */
  read(permission: string, path: string, handle: Handle<RepoCall>): void;
  /** A write below `/repos/{owner}/{repo}`: somebody must be signed in; the domain decides what they may. */
  write(method: Exclude<Method, 'GET'>, path: string, handle: Handle<WriteCall>): void;
}

/** For what only people with an account are shown. */
export function signedIn(handle: Handle<WriteCall>): Handle<RepoCall> {
  return (call) => {
    const { viewer } = call;
    if (viewer.kind === 'anonymous' || viewer.kind === 'app') throw requiresAuthentication();
    return handle({ ...call, viewer });
  };
}

const CREATES_CONTENT = /\/(issues|pulls|comments|reviews|replies)$/;
/** Asking where one stands costs nothing and is always answered. */
const FREE = '/rate_limit';
const LARGEST_BODY = 25 * 1024 * 1024;

/** A repository that had another name answers there with where it is now: by its id. */
export function movedTo(world: World, repo: Repo, method: Method, { pathname, search }: URL): GitHubError {
  const rest = pathname
    .split('/')
    .slice(4)
    .map((part) => `/${part}`);
  return new Moved(method === 'GET' ? 301 : 307, `${world.links.api}/repositories/${repo.id}${rest.join('')}${search}`);
}

class Moved extends GitHubError {
  constructor(status: 301 | 307, location: string) {
    super(status, status === 301 ? 'Moved Permanently' : 'Temporary Redirect', undefined, { location });
  }
  override body() {
    return { ...super.body(), url: this.headers.location };
  }
}

/** The same request by the repository's name, when it came by its id. */
export function byName(world: World, request: Request): Request {
  const url = new URL(request.url);
  const [, id, rest = ''] = /^\/repositories\/(\d+)(\/.*)?$/.exec(url.pathname) ?? [];
  const repo = id === undefined ? undefined : allRepositories(world).find((one) => one.id === Number(id));
  if (!repo) return request;
  url.pathname = `/repos/${repo.owner.login}/${repo.name}${rest}`;
  return new Request(url, request);
}

export function createSurface(world: World, limiter: RateLimiter): Surface {
  const app = new Hono();

  async function answerTo(request: Request, params: Record<string, string>, handle: Handle<Call>): Promise<Response> {
    const url = new URL(request.url);
    const resource: Resource = url.pathname.startsWith('/search/') ? 'search' : 'core';
    const isFree = url.pathname === FREE;
    let viewer: Viewer = { kind: 'anonymous' };
    let answer: Answer | GitHubError;
    try {
      viewer = await authenticate(world, request.headers.get('authorization'));
      if (!isFree) limiter.admit(viewer, resource, request.method === 'POST' && CREATES_CONTENT.test(url.pathname));
      answer = await handle({
        world,
        viewer,
        url,
        params,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        input: await bodyOf(request),
      });
    } catch (error) {
      if (!(error instanceof GitHubError)) console.error(error);
      answer = error instanceof GitHubError ? error : new GitHubError(500, 'Server Error');
    }
    if (!isFree && !isUnchanged(answer, request)) limiter.count(viewer, resource);
    return respond(answer, request, limitHeaders(resource, limiter.budget(viewer, resource)));
  }

  const route: Surface['route'] = (method, path, handle) => {
    app.on(method, path, (context) => answerTo(context.req.raw, context.req.param() as Record<string, string>, handle));
  };
  app.notFound((context) =>
    answerTo(context.req.raw, {}, () => {
      throw notFound();
    }),
  );

  const findRepo = (call: Call, method: Method): Repo => {
    const { owner = '', repo: name = '' } = call.params;
    const repo = findRepository(world, owner, name);
    const moved = repo ?? formerlyNamed(world, owner, name);
    if (!moved || !maySee(world, call.viewer, moved)) throw notFound();
    if (!repo) throw movedTo(world, moved, method, call.url);
    return repo;
  };

  return {
    app,
    limiter,
    route,
    read(permission, path, handle) {
      route('GET', `/repos/:owner/:repo${path}`, (call) => {
        const repo = findRepo(call, 'GET');
        demandRead(call.viewer, repo, permission);
        return handle({ ...call, repo });
      });
    },
    write(method, path, handle) {
      route(method, `/repos/:owner/:repo${path}`, (call) => {
        const repo = findRepo(call, method);
        const { viewer } = call;
        if (viewer.kind === 'anonymous') throw requiresAuthentication();
        if (viewer.kind === 'app') throw new GitHubError(401, 'A JSON web token could not be decoded');
        // Its owner may still bring it back to life.
        if (repo.archived === 1 && path !== '') throw new GitHubError(403, 'Repository was archived so is read-only.');
        return handle({ ...call, repo, viewer });
      });
    },
  };
}

async function bodyOf(request: Request): Promise<Input> {
  if (request.method === 'GET' || request.method === 'HEAD') return {};
  const text = await request.text();
  if (text.length > LARGEST_BODY) throw new GitHubError(413, 'Payload too large');
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new GitHubError(400, 'Problems parsing JSON');
  }
  if (value === null) return {};
  // `PUT …/labels` and its kin also take a bare array
  if (Array.isArray(value)) return { labels: value };
  if (!isObject(value)) throw new GitHubError(400, 'Body should be a JSON object');
  return value;
}

const rendered = new WeakMap<Answer, { body: Uint8Array; etag: string }>();

/** The bytes of a successful answer and their weak ETag; worked out once. */
function render(answer: Answer): { body: Uint8Array; etag: string } {
  let found = rendered.get(answer);
  if (!found) {
    const body = Buffer.from(answer.body ?? JSON.stringify(answer.json ?? null));
    const hash = createHash('sha256')
      .update(body)
      .update(answer.headers?.link ?? '');
    found = { body, etag: `W/"${hash.digest('hex')}"` };
    rendered.set(answer, found);
  }
  return found;
}

function isUnchanged(answer: Answer | GitHubError, request: Request): boolean {
  const wanted = request.headers.get('if-none-match');
  if (wanted === null || answer instanceof GitHubError || !isCacheable(answer, request)) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return wanted === '*' || wanted.split(',').some((tag) => bare(tag) === bare(render(answer).etag));
}

const isCacheable = (answer: Answer, request: Request) => request.method === 'GET' && answer.status === 200;

function respond(answer: Answer | GitHubError, request: Request, budget: Record<string, string>): Response {
  const failed = answer instanceof GitHubError;
  const headers = new Headers({
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': '2022-11-28',
    'x-github-request-id': randomBytes(10).toString('hex').toUpperCase(),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'private, max-age=60, s-maxage=60',
    vary: 'Accept, Authorization',
    ...budget,
    ...answer.headers,
  });
  if (!failed && isCacheable(answer, request)) {
    headers.set('etag', render(answer).etag);
    if (isUnchanged(answer, request)) {
      headers.delete('content-type');
      return new Response(null, { status: 304, headers });
    }
  }
  if (!failed && answer.json === undefined && answer.body === undefined) {
    headers.delete('content-type');
    return new Response(null, { status: answer.status, headers });
  }
  const body = failed ? JSON.stringify(answer.body()) : render(answer).body;
  return new Response(body as string | Uint8Array<ArrayBuffer>, { status: answer.status, headers });
}
