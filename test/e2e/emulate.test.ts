/**
 * The main job against a second GitHub that is not ours: emulate 0.12.2 (pinned; the package's `latest` is something else).
 * What cannot be asked of it, and why:
 *
 * - webhook ids: it numbers deliveries by the clock and repeats them, so that a repeat and a second event look the same
 * - the comments of a whole repository in one list: it has none; a front in this test puts the lists of all issues together
 * - GraphQL: it has none, so that commits go through git data and files are read one by one (the product falls back by itself)
 * - pull request files and counts: always empty there; `compare` is asked instead
 * - restarts: it forgets everything
 * - unknown tokens, permissions of strangers, field limits: it refuses nobody and nothing
 * - answers and webhooks against GitHub's descriptions: a third of them break a required field; our requests are checked
 * - pages: it has none
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleRepository } from '../../src/cli/repositories.ts';
import { type Server, startServer } from '../../src/cli/server.ts';
import { readEnvironment } from '../../src/config/index.ts';
import { modelFromEnvironment } from '../../src/model/index.ts';
import { loadFidelity } from '../fidelity/index.ts';
import { freePort } from '../support/process.ts';
import { type Item, SAMPLE_REPORT } from '../support/product.ts';

async function repositoryComments(
  request: Request,
  handler: (request: Request) => Promise<Response>,
): Promise<Response | undefined> {
  const url = new URL(request.url);
  if (request.method !== 'GET' || !url.pathname.endsWith('/issues/comments')) return undefined;
  const base = url.href.slice(0, url.href.indexOf('/comments'));
  const list = async (path: string) => (await (await handler(new Request(`${base}${path}`, request))).json()) as any[];
  const comments = [];
  for (const { number } of await list('?state=all&per_page=100')) comments.push(...(await list(`/${number}/comments`)));
  const since = url.searchParams.get('since') ?? '';
  return Response.json(comments.filter((comment) => comment.updated_at >= since));
}

describe('the main job on another GitHub', () => {
  let dataDir: string;
  let server: Server;
  let github: { url: string; close(): Promise<void> };
  const findings: string[] = [];

  const as = async (person: string, method: string, path: string, body?: unknown): Promise<any> => {
    const reply = await fetch(`${github.url}/repos/acme/cost-server${path}`, {
      method,
      headers: { authorization: `token ${person}-token`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(reply.ok, `${method} ${path}: ${reply.status}`).toBe(true);
    return reply.json();
  };
  const report = async (fields: object = {}) => {
    const reply = await fetch(`${server.url}/api/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...SAMPLE_REPORT, ...fields }),
    });
    expect(reply.status).toBe(201);
    return (await reply.json()) as { id: string; gap?: number };
  };
  const until = async (id: string, done: (item: Item) => boolean): Promise<Item> => {
    const deadline = performance.now() + 45_000;
    while (performance.now() < deadline) {
      const reply = await fetch(`${server.url}/api/feedback/${id}`);
      const item = (await reply.json()) as Item;
      if (reply.ok && done(item)) return item;
      await sleep(30);
    }
    throw new Error(`waited in vain for ${done}`);
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'patchwork-emulate-'));
    const port = await freePort();
    const events = ['issues', 'issue_comment', 'pull_request'];
    const permissions = {
      metadata: 'read',
      issues: 'write',
      contents: 'write',
      pull_requests: 'write',
      checks: 'write',
    };
    const webhook = { webhook_url: `http://127.0.0.1:${port}/api/github/webhooks`, webhook_secret: 'a-webhook-secret' };
    github = await createEmulator({
      service: 'github',
      port: 0,
      seed: {
        tokens: { 'acme-token': { login: 'acme', scopes: ['repo'] } },
        github: {
          users: [{ login: 'acme' }],
          repos: [{ owner: 'acme', name: 'cost-server', auto_init: true }],
          apps: [
            {
              app_id: 77,
              slug: 'patchwork',
              name: 'PatchworkMCP',
              permissions,
              events,
              ...webhook,
              installations: [{ installation_id: 7, account: 'acme', repository_selection: 'all' }],
            },
          ],
        },
      },
    } as never);
    const { source } = await sampleRepository();
    for (const [path, bytes] of Object.entries('files' in source ? source.files : {})) {
      const existing = await fetch(`${github.url}/repos/acme/cost-server/contents/${path}`, {
        headers: { authorization: 'token acme-token' },
      });
      const sha = existing.ok ? ((await existing.json()) as { sha: string }).sha : undefined;
      const content = Buffer.from(bytes).toString('base64');
      await as('acme', 'PUT', `/contents/${path}`, { message: `Add ${path}`, content, ...(sha ? { sha } : {}) });
    }
    const fidelity = await loadFidelity();
    const recorded = new URL('../../examples/cost-server.recorded.json', import.meta.url).pathname;
    const { generatedSecrets } = github as unknown as { generatedSecrets: { value: string }[] };
    await writeFile(join(dataDir, 'app.pem'), generatedSecrets[0]?.value ?? '');
    server = await startServer({
      dashboard: false,
      environment: readEnvironment({
        PORT: String(port),
        LOG_LEVEL: 'silent',
        PATCHWORK_DATA: dataDir,
        GITHUB_API_URL: github.url,
        APP_ID: '77',
        PRIVATE_KEY_PATH: join(dataDir, 'app.pem'),
        WEBHOOK_SECRET: 'a-webhook-secret',
        PATCHWORK_REPO: 'acme/cost-server',
        PATCHWORK_SECRET: 'a-secret-for-the-markers',
      }),
      model: modelFromEnvironment({ PATCHWORK_PROVIDER: 'recorded', PATCHWORK_RECORDED: recorded }),
      local: await sampleRepository(),
      around: (part, handler) => async (request) => {
        if (part === 'github') {
          const text = await request.clone().text();
          const { pathname, search } = new URL(request.url);
          findings.push(
            ...(pathname === '/graphql'
              ? fidelity.checkGraphQL(JSON.parse(text).query, JSON.parse(text).variables)
              : fidelity.checkRequest(request.method, pathname + search, text ? JSON.parse(text) : undefined)),
          );
        }
        return (await repositoryComments(request, handler)) ?? handler(request);
      },
    });
  });
  afterAll(async () => {
    await server?.close();
    await github?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('goes from a report to an issue, a fold, and a draft pull request', async () => {
    const { id } = await report();
    const { gap } = await until(id, (item) => item.gap !== null);
    const issue = await as('acme', 'GET', `/issues/${gap}`);
    expect(issue.labels.map((label: { name: string }) => label.name)).toEqual(
      expect.arrayContaining(['patchwork', 'gap:missing_parameter']),
    );
    expect(issue.user.login).toBe('patchwork[bot]');

    const again = await report({ session_id: 'session-2' });
    expect(again.gap).toBe(gap);
    await until(again.id, (item) => item.seen === 2);

    await as('acme', 'POST', `/issues/${gap}/comments`, { body: 'Name the parameter run_id.' });
    await as('acme', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    const drafted = await until(id, (item) => item.drafts.at(-1)?.outcome !== undefined);
    const [run] = drafted.drafts;
    expect(run).toMatchObject({ outcome: 'plausible', actor: 'acme', pull: { number: expect.any(Number) } });

    const pull = await as('acme', 'GET', `/pulls/${run?.pull?.number}`);
    expect(pull.draft).toBe(true);
    const { files } = await as('acme', 'GET', `/compare/main...${run?.branch}`);
    expect(files.length).toBeGreaterThan(1);
    expect(await as('acme', 'GET', '/issues?state=all&labels=patchwork')).toHaveLength(1);
  });

  it('sends nothing that GitHub’s descriptions do not allow', () => {
    expect(findings).toEqual([]);
  });
});
