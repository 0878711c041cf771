import { pipeline, Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { GitHubError } from './answers.ts';
import { demandRead, may, maySee } from './domain/access.ts';
import { pushRefs } from './domain/push.ts';
import { freshGit } from './domain/refs.ts';
import { findRepository, formerlyNamed } from './domain/repositories.ts';
import { httpBackend, type Service } from './git/http-backend.ts';
import { BadPacket } from './git/packets.ts';
import { readPush, renderReport, takePack } from './git/receive.ts';
import { authenticate } from './rest/authenticate.ts';
import type { Actor, Repo, Viewer, World } from './world.ts';

const PATH = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;
/** GitHub takes 2 GB in one push. */
const LARGEST_PUSH = 2 * 1024 ** 3;

const said = (status: number, text: string, headers: Record<string, string> = {}) =>
  new Response(`${text}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache', ...headers },
  });

const askForToken = () =>
  said(401, 'Sign in: the name of a person, or the token of an App, is the password.', {
    'www-authenticate': 'Basic realm="GitHub"',
  });

/** Whether a path is one that git asks for. */
export const isGitPath = (pathname: string) => PATH.test(pathname);

/**
 * `git clone`, `fetch` and `push` over HTTP. `git http-backend` speaks for the reading side. A push is taken apart here,
 * because its refs have to move by the rules of the API and with all that follows from a push.
 */
export function createSmartHttp(world: World): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const [, owner = '', name = '', what = ''] = PATH.exec(url.pathname) ?? [];
    const service = what === 'info/refs' ? url.searchParams.get('service') : what;
    if (service !== 'git-upload-pack' && service !== 'git-receive-pack') {
      return said(403, 'Please upgrade your git client: only the smart protocol is spoken here.');
    }
    if (request.method !== (what === 'info/refs' ? 'GET' : 'POST')) return said(405, 'Method Not Allowed');
    try {
      const viewer = await authenticate(world, request.headers.get('authorization'));
      const repo =
        findRepository(world, decodeURIComponent(owner), decodeURIComponent(name)) ??
        formerlyNamed(world, decodeURIComponent(owner), decodeURIComponent(name));
      if (!repo || !maySee(world, viewer, repo))
        return viewer.kind === 'anonymous' ? askForToken() : said(404, 'Repository not found.');
      if (service === 'git-receive-pack') demandPush(world, viewer, repo);
      else demandRead(viewer, repo, 'contents:read');
      if (what === 'git-receive-pack') return await receive(world, viewer as Actor, repo, request);
      return await serve(world, repo, request, service);
    } catch (error) {
      if (error instanceof GitHubError && error.status === 401) return askForToken();
      if (error instanceof GitHubError) return said(error.status, error.message);
      if (error instanceof BadPacket || error instanceof URIError) return said(400, error.message);
      console.error(error);
      return said(500, 'Server Error');
    }
  };
}

function demandPush(world: World, viewer: Viewer, repo: Repo): void {
  if (viewer.kind === 'anonymous' || viewer.kind === 'app') throw new GitHubError(401, 'Sign in');
  if (may(world, viewer, repo, 'write', 'contents:write')) return;
  const { login } = viewer.account;
  throw new GitHubError(403, `Permission to ${repo.owner.login}/${repo.name}.git denied to ${login}.`);
}

const isGzip = (request: Request) => /^(x-)?gzip$/.test(request.headers.get('content-encoding') ?? '');

/** A page of another site cannot send this type without asking first, and nobody answers it. */
function demandType(request: Request, service: Service): void {
  const type = request.headers.get('content-type');
  if (type !== `application/x-${service}-request`) throw new GitHubError(415, 'Unsupported Media Type');
}

async function serve(world: World, repo: Repo, request: Request, service: Service): Promise<Response> {
  if (request.method === 'POST') demandType(request, service);
  const { dir } = await freshGit(world, repo);
  return httpBackend(dir, {
    service,
    body: request.method === 'POST' ? (request.body as ReadableStream<Uint8Array> | null) : null,
    isGzip: isGzip(request),
    protocol: request.headers.get('git-protocol'),
    signal: request.signal,
  });
}

async function receive(world: World, actor: Actor, repo: Repo, request: Request): Promise<Response> {
  demandType(request, 'git-receive-pack');
  if (!request.body) throw new BadPacket('an empty push');
  const body = Readable.fromWeb(request.body as ReadableStream<Uint8Array>);
  const plain = isGzip(request) ? pipeline(body, createGunzip(), () => {}) : body;
  const push = await readPush(plain[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>);
  const { dir } = await freshGit(world, repo);
  const tips = push.commands.flatMap(({ after }) => after ?? []);
  const failure = tips.length === 0 ? null : await takePack(dir, push.pack(), tips, LARGEST_PUSH);
  const refs =
    failure === null
      ? await pushRefs(world, actor, repo, push.commands)
      : push.commands.map(({ name }) => ({ name, refusal: 'unpacker error' }));
  // git asks with an empty push whether it may push at all
  const report = push.commands.length === 0 ? Buffer.alloc(0) : renderReport(push, failure, refs);
  return new Response(new Uint8Array(report), {
    headers: { 'content-type': 'application/x-git-receive-pack-result', 'cache-control': 'no-cache' },
  });
}
