import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import { createAdaptorServer } from '@hono/node-server';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleRepository } from '../../src/cli/repositories.ts';
import { type Server, startServer } from '../../src/cli/server.ts';
import { readEnvironment } from '../../src/config/index.ts';
import { type Forge, openForge } from '../../src/forge/index.ts';
import { mintKey } from '../../src/http/index.ts';
import { createGapIndex, openRepository, type Repository, unsealedGaps } from '../../src/issues/index.ts';
import { modelFromEnvironment } from '../../src/model/index.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { SAMPLE_REPORT } from '../support/product.ts';

const SECRET = 'a secret for sealing that is long enough';
const KEY = 'the-shared-key-of-the-drop-ins';
/** Words that must never be where everybody reads. */
const GOAL = 'Zanzibar-Merger-7731';
const FLAW = 'Nightjar-9042';
const { draft } = JSON.parse(
  await readFile(new URL('../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);

describe('a public and a private repository on a GitHub of others', () => {
  let dir: string;
  let forge: Forge;
  let github: ReturnType<typeof createAdaptorServer>;
  let base: string;
  let server: Server;
  let model: ModelServer;
  /** Everything that GitHub told others. */
  const told: string[] = [];
  let privateKey: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sealing-'));
    let answer = async (_request: Request) => new Response(null, { status: 503 });
    github = createAdaptorServer({ fetch: (request) => answer(request) });
    await new Promise<void>((done) => github.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;
    forge = await openForge({
      dir: join(dir, 'github'),
      url: base,
      fetch: async (input, init) => {
        told.push(String(init?.body));
        return fetch(input, init);
      },
    });
    answer = forge.fetch;
    const sample = (await sampleRepository()).source as { files: Record<string, Uint8Array> };
    const config = Buffer.from('privacy: {private_repo: owner/vault}\n');
    await forge.createRepository({
      owner: 'owner',
      name: 'open',
      files: { ...sample.files, '.github/patchwork.yml': config },
    });
    await forge.createRepository({ owner: 'owner', name: 'closed', private: true, files: sample.files });
    await forge.createRepository({ owner: 'owner', name: 'vault', private: true, files: { 'README.md': 'Ours.\n' } });
    const app = {
      slug: 'patchwork',
      name: 'PatchworkMCP',
      permissions: { issues: 'write', pull_requests: 'write', contents: 'write', checks: 'write', statuses: 'read' },
      events: ['issues', 'issue_comment', 'pull_request', 'push'],
      webhookUrl: 'http://127.0.0.1:9/',
      webhookSecret: 'the secret of webhooks',
    };
    const registered = await forge.registerApp(app);
    await forge.installApp('patchwork', 'owner');
    model = await startModelServer(async () => JSON.stringify(draft[0].json));
    server = await startServer({
      environment: readEnvironment({
        APP_ID: String(registered.id),
        PRIVATE_KEY: registered.privateKey,
        WEBHOOK_SECRET: registered.webhookSecret,
        PATCHWORK_SECRET: SECRET,
        PATCHWORK_REPO: 'owner/open',
        GITHUB_API_URL: `${base}/api/v3`,
        FEEDBACK_API_KEY: KEY,
        PATCHWORK_DATA: join(dir, 'data'),
        PORT: '0',
        LOG_LEVEL: 'silent',
      }),
      model: modelFromEnvironment(model.env),
      local: await sampleRepository(),
      onStep: () => {},
    });
    await forge.registerApp({ ...app, webhookUrl: `${server.url}/api/github/webhooks` });
    privateKey = (await mintKey([SECRET], { repo: 'owner/closed', scopes: ['report:write', 'report:read'] })).key;
  });
  afterAll(async () => {
    await server.close();
    await model.close();
    await forge.close();
    github.close();
    await rm(dir, { recursive: true, force: true });
  });

  const ask = async (method: string, path: string, body?: unknown, key = KEY) => {
    const reply = await fetch(`${server.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: reply.status, json: (await reply.json()) as any };
  };
  const within = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
    const deadline = performance.now() + 30_000;
    while (performance.now() < deadline) {
      const found = await look();
      if (found) return found;
      await sleep(50);
    }
    throw new Error('waited in vain');
  };
  const report = async (fields: object, key = KEY): Promise<{ id: string; gap: number }> => {
    const { json } = await ask('POST', '/api/feedback', { ...SAMPLE_REPORT, ...fields }, key);
    const item = await within(async () => {
      const { json: now } = await ask('GET', `/api/feedback/${json.id}`, undefined, key);
      return now.gap && now;
    });
    return { id: json.id, gap: item.gap };
  };
  const as = async (person: string, method: string, path: string, body?: unknown) => {
    const { status, json } = await forge.api(person, method, `/repos/owner/${path}`, body);
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  };

  /** All texts that GitHub holds of a repository, commits too, with what is in the markers, and all that it sent. */
  function published(repository: string): string {
    const file = new DatabaseSync(join(dir, 'github', 'forge.db'), { readOnly: true });
    const tables = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
    const { id } = file.prepare('SELECT id FROM repositories WHERE name = ?').get(repository) as { id: number };
    const rows = tables.flatMap(({ name }) => {
      const columns = file.prepare(`PRAGMA table_info(${name})`).all() as { name: string }[];
      const own = columns.some((column) => column.name === 'repository_id');
      const its = (table: string) => `SELECT id FROM ${table} WHERE repository_id = ${id}`;
      const ofEdits = `WHERE subject = 'issue' AND subject_id IN (${its('issues')}) OR subject = 'comment' AND subject_id IN (${its('comments')})`;
      return file
        .prepare(`SELECT * FROM ${name} ${own ? `WHERE repository_id = ${id}` : name === 'edits' ? ofEdits : ''}`)
        .all();
    });
    file.close();
    const git = [
      '-C',
      join(dir, 'github', 'repos', 'owner', `${repository}.git`),
      'log',
      '--all',
      '--patch',
      '--format=%B',
    ];
    const commits = execFileSync('git', git).toString();
    const texts = [
      JSON.stringify(rows),
      commits,
      ...told.filter((body) => body.includes(`"full_name":"owner/${repository}"`)),
    ];
    const all = texts.join('\n');
    const opened = [...all.matchAll(/<!-- patchwork:v1 ([\w-]+)\./g)].map(([, packed = '']) =>
      inflateRawSync(Buffer.from(packed, 'base64url')).toString(),
    );
    expect(opened.length).toBeGreaterThan(0);
    return [all, ...opened].join('\n');
  }

  it('keeps the goal of a user out of everything that a public repository shows, and gives it to key holders', {
    timeout: 120_000,
  }, async () => {
    const one = await report({ user_goal: `Prepare the ${GOAL}.` });
    const two = await report({ user_goal: `Check the ${GOAL} again.`, session_id: 'another' });
    expect(two.gap).toBe(one.gap);
    await as('owner', 'POST', `open/issues/${one.gap}/labels`, { labels: ['patchwork:draft'] });
    const pull = await within(async () => (await as('owner', 'GET', 'open/pulls'))[0]);
    await within(async () => (await ask('GET', `/api/feedback/${one.id}`)).json.drafts.at(-1)?.outcome);
    await forge.settled();
    expect((await as('stranger', 'GET', `open/issues/${one.gap}`)).body).toContain('### Sealed');
    const everything = published('open');
    expect(everything).toContain(pull.title);
    expect(everything).not.toContain(GOAL);
    expect(model.asked).toBeGreaterThan(0);
    expect(model.prompts.join('\n')).not.toContain(GOAL);

    const { json: item } = await ask('GET', `/api/feedback/${two.id}`);
    expect(item).toMatchObject({ user_goal: `Check the ${GOAL} again.`, sealed: ['user_goal'] });
    const list = (await ask('GET', '/api/feedback')).json.map((each: { user_goal: string }) => each.user_goal);
    expect(list.join()).toContain(`Prepare the ${GOAL}.`);
    const rpc = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get_report', arguments: { id: one.id } },
    };
    expect(JSON.stringify((await ask('POST', '/mcp', rpc)).json)).toContain(GOAL);
    expect((await ask('GET', '/api/feedback', undefined, 'no key of ours')).status).toBe(401);
  });

  it('says of what may be about security only that there is something', async () => {
    const flaw = {
      what_i_needed: `get_costs is vulnerable to SQL injection through ${FLAW}.`,
      what_i_tried: `run_id = "' or 1=1 --" gave all rows of ${FLAW}.`,
      user_goal: 'Compare.',
      tools_available: ['get_costs', FLAW],
    };
    const one = await report(flaw);
    const again = await report({ ...flaw, session_id: 'another' });
    expect(again.gap).toBe(one.gap);
    await as('owner', 'POST', `open/issues/${one.gap}/labels`, { labels: ['patchwork:draft'] });
    await within(async () => (await ask('GET', `/api/feedback/${one.id}`)).json.drafts.at(-1)?.reason === 'sealed');
    await forge.settled();
    const issue = await as('stranger', 'GET', `open/issues/${one.gap}`);
    expect(issue.title).toBe('[sealed] A report that may be about security');
    expect(published('open')).not.toContain(FLAW);
    expect(published('open')).not.toContain('SQL injection');
    expect(model.prompts.join('\n')).not.toContain(FLAW);
    expect((await ask('GET', `/api/feedback/${one.id}`)).json).toMatchObject(flaw);
  });

  it('is asked with `/patchwork reveal`: posted nowhere public, but in the private repository that was named', async () => {
    const { gap } = (await ask('GET', '/api/feedback')).json.find((item: { title: string }) =>
      item.title.startsWith('[sealed]'),
    );
    const twins = (): Promise<{ title: string; body: string; html_url: string }[]> =>
      as('owner', 'GET', 'vault/issues');
    const twinOf = async (number: number) => (await twins()).find(({ title }) => title.endsWith(`#${number}`));
    // Nobody had to ask for it to be there.
    const twin = await within(async () => (await twinOf(gap))?.body.includes(FLAW) && twinOf(gap));
    expect(twin.title).toBe(`Sealed in owner/open#${gap}`);
    expect(published('open')).not.toContain(twin.html_url);
    const goal = await report({ user_goal: `Prepare the ${GOAL}.`, what_i_needed: 'Something else, in the twin.' });
    await within(async () => (await twinOf(goal.gap))?.body.includes(GOAL));
    const again = `And then the ${GOAL} once more.`;
    await report({ user_goal: again, what_i_needed: 'Something else, in the twin.', session_id: 'another' });
    await within(async () => (await twinOf(goal.gap))?.body.includes(again));
    const all = (await twins()).length;
    expect(new Set((await twins()).map(({ title }) => title)).size).toBe(all);

    await as('stranger', 'POST', `open/issues/${gap}/comments`, { body: '/patchwork reveal' });
    await as('writer', 'POST', `open/issues/${gap}/comments`, { body: '/patchwork reveal' });
    await within(async () => published('open').includes(twin.html_url) || undefined);
    expect(published('open')).not.toContain(FLAW);
    expect(published('open')).not.toContain(GOAL);
    expect(await twins()).toHaveLength(all);
    // Who made the private repository public does not publish with it.
    await as('owner', 'PATCH', 'vault', { private: false });
    await as('writer', 'POST', `open/issues/${gap}/comments`, { body: '/patchwork reveal' });
    await within(async () => published('open').includes('is not private') || undefined);
  });

  it('shows all in a private repository; what it shows is named once that is public', async () => {
    const { id, gap } = await report({ user_goal: `Prepare the ${GOAL}.` }, privateKey);
    expect((await as('triager', 'GET', `closed/issues/${gap}`)).body).toContain(GOAL);
    expect((await ask('GET', `/api/feedback/${id}`, undefined, privateKey)).json.sealed).toEqual([]);
    await as('owner', 'PATCH', 'closed', { visibility: 'public' });
    const later = await report(
      { user_goal: 'The secret Marabou.', what_i_needed: 'Another thing entirely, please.' },
      privateKey,
    );
    expect((await as('stranger', 'GET', `closed/issues/${later.gap}`)).body).not.toContain('Marabou');
    const octokit = new Octokit({ auth: 'owner', baseUrl: `${base}/api/v3` }) as Repository['octokit'];
    const at = { owner: 'owner', name: 'closed', login: 'patchwork[bot]', octokit, keys: [SECRET] };
    const index = createGapIndex(await openRepository(at), 0);
    await index.refresh();
    expect(unsealedGaps(index.all(), ['user_goal']).map(({ number }) => number)).toEqual([gap]);
  });
});
