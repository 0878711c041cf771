import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { readEnvironment } from '../config/index.ts';
import { openForge } from '../forge/index.ts';
import { PatchworkError } from '../report/index.ts';
import { hostOf, listen } from './listen.ts';
import { readOptions } from './options.ts';
import { linkedRepository, sampleRepository } from './repositories.ts';
import { stopSignal } from './serve.ts';

const HELP = `patchworkmcp forge [--repo <path>] [--port <number>] [--socket <path>]

A small GitHub on this machine and nothing else: REST, GraphQL, Apps, webhooks, git over HTTP and pages, on the git repository
given with --repo (branches forge/… are written there, nothing else is touched), else on a sample. The names of its people are
their tokens. With --socket it listens on a Unix socket as well, for the GitHub CLI:

  gh config set http_unix_socket <path>
  GH_HOST=localhost GH_ENTERPRISE_TOKEN=owner gh issue list -R localhost/owner/<name>`;

const OWNER = 'owner';
/** Branches made here begin with it, so that they are never mistaken for the user's own. */
const PUBLISH = 'forge/';

/** Serves the forge alone until the process is asked to end. */
export async function forge(args: string[]): Promise<number> {
  const { values } = readOptions(
    args,
    {
      repo: { type: 'string' },
      port: { type: 'string' },
      socket: { type: 'string' },
      help: { type: 'boolean' },
    },
    0,
  );
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { PORT, HOST, PATCHWORK_DATA } = process.env;
  const environment = readEnvironment({ PORT: values.port ?? PORT, HOST, PATCHWORK_DATA });
  const { name, description, source } =
    values.repo === undefined ? await sampleRepository() : await linkedRepository(values.repo);

  await using stack = new AsyncDisposableStack();
  let answer = async (_request: Request) => new Response('starting', { status: 503, headers: { 'retry-after': '1' } });
  const port = await listen(hostOf(environment).host, environment.port, (request) => answer(request));
  stack.defer(() => port.stop());
  const opened = await openForge({ dir: join(environment.dataDir, 'forge'), url: port.url });
  stack.defer(() => opened.close());
  await opened.createRepository({
    owner: OWNER,
    name,
    description,
    ...('linked' in source ? { linked: { path: source.linked, publish: PUBLISH } } : { files: source.files }),
  });
  answer = opened.fetch;
  if (values.socket !== undefined) stack.defer(await listenOnSocket(values.socket, opened.fetch));

  console.log(
    [
      `${OWNER}/${name}: ${port.url}/${OWNER}/${name}`,
      `REST ${port.url}/api/v3, GraphQL ${port.url}/api/graphql, git ${port.url}/${OWNER}/${name}.git`,
      `People, and their tokens: ${opened.people.join(', ')}`,
      ...(values.socket === undefined ? [] : [`Unix socket: ${values.socket}`]),
      'Stop with Ctrl-C.',
    ].join('\n'),
  );
  await stopSignal();
  return 0;
}

/** Serves on a Unix socket that only this user opens; gives what stops it. Throws `socket_in_use`. */
async function listenOnSocket(path: string, answer: (request: Request) => Promise<Response>) {
  const there = await lstat(path).catch(() => undefined);
  if (there && (!there.isSocket() || (await answers(path)))) {
    throw new PatchworkError('socket_in_use', `${path} is taken.`, { next: 'Choose another path with --socket.' });
  }
  if (there) await rm(path);
  const server = createServer(getRequestListener(answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

/** Whether somebody answers on the socket; one that a killed process left behind does not. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
