/** A forge in a folder of its own with the repository owner/sample, an App, and a record of the webhooks it sends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Forge, type ForgeOptions, openForge } from '../../src/forge/index.ts';

export const R = '/repos/owner/sample';
export const FILES = {
  'README.md': '# Sample\n',
  'src/a.ts': 'export const a = 1;\n',
  '.github/patchwork.yml': 'level: draft\n',
};

export interface Sent {
  name: string;
  headers: Headers;
  body: string;
  payload: any;
}

export interface Opened {
  forge: Forge;
  dir: string;
  /** Webhooks in the order of their arrival. */
  sent: Sent[];
  /** How the receiver of webhooks answers; replace it to make it fail. */
  receive: { answer: (sent: Sent) => Response | Promise<Response> };
  app: Awaited<ReturnType<Forge['registerApp']>>;
  installation: number;
  /** One REST call that must answer `status`; gives the JSON. */
  ask(login: string, method: string, path: string, body?: unknown, status?: number): Promise<any>;
  graphql(login: string, query: string, variables?: object): Promise<{ data?: Any; errors?: Any[] }>;
  /** Names of the webhooks sent so far, which are then forgotten. */
  heard(): Promise<string[]>;
  reopen(options?: Partial<ForgeOptions>): Promise<void>;
  close(): Promise<void>;
}

type Any = any;

export const PERMISSIONS = {
  issues: 'write',
  contents: 'write',
  pull_requests: 'write',
  checks: 'write',
  statuses: 'write',
};
export const EVENTS = ['issues', 'issue_comment', 'pull_request', 'push', 'check_run', 'repository_dispatch'];

export async function openSample(options: Partial<ForgeOptions> = {}): Promise<Opened> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'forge-')));
  const sent: Sent[] = [];
  const receive: Opened['receive'] = { answer: () => new Response('ok') };
  const deliver = async (url: string | URL | Request, init?: RequestInit) => {
    const request = new Request(url, init);
    const body = await request.text();
    const payload = JSON.parse(body) as { action?: string };
    const event = request.headers.get('x-github-event') ?? '';
    const one = {
      name: payload.action ? `${event}.${payload.action}` : event,
      headers: request.headers,
      body,
      payload,
    };
    sent.push(one);
    return receive.answer(one);
  };
  const all: ForgeOptions = { dir, url: 'http://localhost:8099', fetch: deliver as typeof fetch, ...options };
  let forge = await openForge(all);
  await forge.createRepository({ owner: 'owner', name: 'sample', files: FILES });
  const app = await forge.registerApp({
    slug: 'patchwork',
    name: 'Patchwork',
    permissions: PERMISSIONS,
    events: EVENTS,
    webhookUrl: 'http://app.test/hook',
    webhookSecret: 'secret',
  });
  const installation = await forge.installApp('patchwork', 'owner');
  await forge.settled();
  sent.length = 0;
  return {
    get forge() {
      return forge;
    },
    dir,
    sent,
    receive,
    app,
    installation,
    async ask(login, method, path, body, status = method === 'POST' ? 201 : 200) {
      const answer = await forge.api(login, method, path, body);
      expect(answer.status, `${login} ${method} ${path}: ${JSON.stringify(answer.json)}`).toBe(status);
      return answer.json;
    },
    async graphql(login, query, variables = {}) {
      const answer = await forge.fetch(
        new Request('http://localhost:8099/api/graphql', {
          method: 'POST',
          headers: { authorization: `bearer ${login}` },
          body: JSON.stringify({ query, variables }),
        }),
      );
      return (await answer.json()) as { data?: Any; errors?: Any[] };
    },
    async heard() {
      await forge.settled();
      return sent.splice(0).map((one) => one.name);
    },
    async reopen(further = {}) {
      await forge.close();
      forge = await openForge({ ...all, ...further });
    },
    async close() {
      await forge.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A branch with one commit that writes the files; gives the commit's id. */
export async function branchWith(at: Opened, branch: string, files: Record<string, string | null>, base = 'main') {
  const { object } = await at.ask('writer', 'GET', `${R}/git/ref/heads/${base}`);
  const tree = Object.entries(files).map(([path, content]) => ({
    path,
    mode: '100644',
    ...(content === null ? { sha: null } : { content }),
  }));
  const made = await at.ask('writer', 'POST', `${R}/git/trees`, { base_tree: object.sha, tree });
  const commit = await at.ask('writer', 'POST', `${R}/git/commits`, {
    message: `Work on ${branch}`,
    tree: made.sha,
    parents: [object.sha],
  });
  if (branch === base) await at.ask('writer', 'PATCH', `${R}/git/refs/heads/${branch}`, { sha: commit.sha });
  else await at.ask('writer', 'POST', `${R}/git/refs`, { ref: `refs/heads/${branch}`, sha: commit.sha });
  return commit.sha as string;
}
