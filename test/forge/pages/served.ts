import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { type Forge, openForge } from '../../../src/forge/index.ts';

const files = {
  'README.md': '# weather\n\nSee [the server](src/server.ts).\n',
  'src/server.ts': 'export const days = 3;\n',
};

/** A forge with the repository `demo/weather`, and its pages on a free port of this machine. */
export async function served() {
  let forge: Forge | undefined;
  const server = serve({
    fetch: (request) => forge?.fetch(request) ?? new Response(null, { status: 503 }),
    port: 0,
    hostname: '127.0.0.1',
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const dir = await mkdtemp(join(tmpdir(), 'forge-pages-'));
  forge = await openForge({ dir, url });
  const { api, fetch, close } = forge;
  await forge.createRepository({ owner: 'demo', name: 'weather', description: 'Tells the weather', files });

  const repository = '/demo/weather';
  let branches = 0;
  /** One API call that must succeed; `path` within the repository. */
  const as = async (login: string, method: string, path: string, body?: unknown) => {
    const answer = await api(login, method, `/repos${repository}${path}`, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer.json;
  };
  /** A draft pull request by the writer that changes one line of `src/server.ts`. */
  const pull = async (title: string, body: string) => {
    const main = await as('writer', 'GET', '/git/ref/heads/main');
    const head = `patchwork/${++branches}-days`;
    await as('writer', 'POST', '/git/refs', { ref: `refs/heads/${head}`, sha: main.object.sha });
    const file = await as('writer', 'GET', '/contents/src/server.ts');
    const content = Buffer.from('export const days = 14;\n').toString('base64');
    const change = { message: 'Let callers choose the number of days', content, sha: file.sha, branch: head };
    await as('writer', 'PUT', '/contents/src/server.ts', change);
    return as('writer', 'POST', '/pulls', { title, body, head, base: 'main', draft: true });
  };
  return {
    url,
    /** One request of a page, without a browser. */
    ask: (path: string, init?: RequestInit) => fetch(new Request(`${url}${path}`, init)),
    as,
    pull,
    repository,
    async [Symbol.asyncDispose]() {
      server.close();
      await close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
