import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { branchWith, type Opened, openSample, R } from './opened.ts';

let at: Opened;
let server: ServerType;
let folder: string;
let port: number;
let clone: string;

const env = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  ...Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, who],
      [`GIT_${who}_EMAIL`, 'x'],
    ]),
  ),
};

beforeAll(async () => {
  at = await openSample();
  server = createAdaptorServer({ fetch: (request) => at.forge.fetch(request) });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  await at.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'smart-'));
  clone = join(folder, 'clone');
  await run(folder, 'clone', '-q', remote('writer'), 'clone');
  return () => rm(folder, { recursive: true, force: true });
});

const remote = (login: string, name = 'owner/sample') => `http://x:${login}@127.0.0.1:${port}/${name}.git`;

async function run(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd, env });
  return stdout.trim();
}
/** What git says when it fails. */
const refusal = (cwd: string, ...args: string[]) =>
  run(cwd, ...args).then(
    () => 'pushed',
    (error: { stderr: string }) => error.stderr,
  );

async function commit(path: string, text: string): Promise<string> {
  await writeFile(join(clone, path), text);
  await run(clone, 'add', '.');
  await run(clone, 'commit', '-qm', `Write ${path}`);
  return run(clone, 'rev-parse', 'HEAD');
}

const ask = (path: string, init: RequestInit = {}) => at.forge.fetch(new Request(`http://localhost:8099${path}`, init));
const as = (login: string) => ({ authorization: `Basic ${Buffer.from(`x:${login}`).toString('base64')}` });

test.each([
  ['/owner/sample.git/info/refs', 403],
  ['/owner/sample.git/info/refs?service=git-upload-archive', 403],
  ['/owner/sample.git/info/refs?service=git-upload-pack%00', 403],
  ['/owner/nothing.git/info/refs?service=git-upload-pack', 401],
  ['/owner/..%2f..%2fowner%2fsample.git/info/refs?service=git-upload-pack', 401],
  ['/..%2fowner/sample/info/refs?service=git-upload-pack', 401],
  ['/owner/%ff/info/refs?service=git-upload-pack', 400],
  ['/owner/sample.git/HEAD', 404],
  ['/owner/sample.git/config', 404],
  ['/owner/sample.git/objects/info/packs', 404],
])('%s leads nowhere: %i', async (path, status) => {
  expect((await ask(path)).status).toBe(status);
});

test('says who is asked for and who may not', async () => {
  const push = '/owner/sample.git/info/refs?service=git-receive-pack';
  const anonymous = await ask(push);
  expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="GitHub"']);
  expect((await ask(push, { headers: as('nobody-at-all') })).status).toBe(401);
  const refused = await ask(push, { headers: as('triager') });
  expect([refused.status, await refused.text()]).toEqual([403, 'Permission to owner/sample.git denied to triager.\n']);
  expect((await ask('/owner/sample.git/git-upload-pack', { headers: as('nobody-at-all') })).status).toBe(405);
  const form = { method: 'POST', headers: { ...as('writer'), 'content-type': 'text/plain' }, body: '0000' };
  expect((await ask('/owner/sample.git/git-receive-pack', form)).status).toBe(415);
  expect((await ask('/owner/sample.git/git-upload-pack', form)).status).toBe(415);
});

test.each(['', '0000x', 'zzzz', '00', '0003', '0010 not a command', `0${'0'.repeat(20)}`, `fff0${'x'.repeat(100)}`])(
  'a push of %j is refused and changes nothing',
  async (body) => {
    const headers = { ...as('writer'), 'content-type': 'application/x-git-receive-pack-request' };
    const before = await at.ask('writer', 'GET', `${R}/git/matching-refs/heads/`);
    const zipped = { ...headers, 'content-encoding': 'gzip' };
    for (const init of [
      { headers, body },
      { headers: zipped, body: gzipSync(body) },
      { headers: zipped, body },
    ]) {
      const answer = await ask('/owner/sample.git/git-receive-pack', { method: 'POST', ...init });
      expect(answer.status).toBeLessThan(500);
      expect((await answer.text()).includes('ok refs')).toBe(false);
    }
    expect(await at.ask('writer', 'GET', `${R}/git/matching-refs/heads/`)).toEqual(before);
  },
);

test('each ref of a push moves or is refused on its own', async () => {
  const sha = await commit('one.txt', 'one\n');
  const said = await refusal(
    ...([clone, 'push', 'origin', `${sha}:refs/heads/several`, `${sha}:refs/heads/several/deep`] as const),
    `${sha}:refs/pull/1/head`,
    `${sha}:refs/notes/x`,
    ':refs/heads/main',
    `${sha}:refs/tags/several`,
  );
  expect(said).toContain('deny updating a hidden ref');
  expect(said).toContain('only branches and tags');
  expect(said).toContain('refusing to delete the current branch');
  expect(said).toMatch(/\[remote rejected\].*several\/deep|\[remote rejected\].*-> several /);
  const refs = await run(clone, 'ls-remote', 'origin');
  expect(refs).toContain('refs/tags/several');
  expect(refs).not.toMatch(/refs\/(linked|notes)/);
  expect((await at.ask('', 'GET', `${R}/git/ref/tags/several`)).object.sha).toBe(sha);
});

test('an App without the permission brings in no workflow', async () => {
  const { token } = await installationToken();
  await run(clone, 'checkout', '-qb', 'workflow');
  execFileSync('mkdir', ['-p', join(clone, '.github/workflows')]);
  await commit('.github/workflows/ci.yml', 'on: push\n');
  expect(await refusal(clone, 'push', remote(token), 'workflow')).toContain('without `workflows` permission');
  expect(await refusal(clone, 'push', 'origin', 'workflow')).toBe('pushed');
});

async function installationToken() {
  const { createAppAuth } = await import('@octokit/auth-app');
  const { token } = await createAppAuth({ appId: at.app.id, privateKey: at.app.privateKey })({ type: 'app' });
  const path = `/api/v3/app/installations/${at.installation}/access_tokens`;
  const answer = await ask(path, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as { token: string };
}

test('a tree that would write into .git is refused', async () => {
  const blob = await run(clone, 'rev-parse', 'HEAD:README.md');
  const inner = execFileSync('git', ['-C', clone, 'mktree'], { input: `100644 blob ${blob}\tconfig\n` });
  const root = execFileSync('git', ['-C', clone, 'mktree'], {
    input: `040000 tree ${inner.toString().trim()}\t.git\n`,
  });
  const evil = await run(clone, 'commit-tree', root.toString().trim(), '-m', 'evil');
  expect(await refusal(clone, 'push', 'origin', `${evil}:refs/heads/evil`)).toMatch(/hasDotgit|contains '\.git'/);
  await at.ask('', 'GET', `${R}/git/ref/heads/evil`, undefined, 404);
});

test('a pack without what its tip needs is refused', async () => {
  const sha = await commit('needed.txt', 'needed\n');
  const pack = execFileSync('git', ['-C', clone, 'pack-objects', '-q', '--stdout'], { input: `${sha}\n` });
  const line = `${'0'.repeat(40)} ${sha} refs/heads/hollow\0 report-status`;
  const body = Buffer.concat([
    Buffer.from((line.length + 4).toString(16).padStart(4, '0') + line),
    Buffer.from('0000'),
    pack,
  ]);
  const headers = { ...as('writer'), 'content-type': 'application/x-git-receive-pack-request' };
  const answer = await ask('/owner/sample.git/git-receive-pack', { method: 'POST', headers, body });
  expect(await answer.text()).toMatch(/unpack (?!ok).*ng refs\/heads\/hollow/s);
  const torn = await ask('/owner/sample.git/git-receive-pack', {
    method: 'POST',
    headers,
    body: body.subarray(0, -30),
  });
  expect(await torn.text()).toMatch(/unpack (?!ok)/);
  await at.ask('', 'GET', `${R}/git/ref/heads/hollow`, undefined, 404);
});

test('a commit is fetched by its id, in part, and by a pull request number', async () => {
  const sha = await branchWith(at, 'fetched', { 'big.txt': 'x'.repeat(5000) });
  const { number } = await at.ask('writer', 'POST', `${R}/pulls`, { title: 'Fetched', head: 'fetched', base: 'main' });
  await run(clone, 'fetch', '-q', 'origin', sha);
  expect(await run(clone, 'rev-parse', 'FETCH_HEAD')).toBe(sha);
  await run(clone, 'fetch', '-q', 'origin', `refs/pull/${number}/head`);
  expect(await run(clone, 'rev-parse', 'FETCH_HEAD')).toBe(sha);
  await run(folder, 'clone', '-q', '--filter=blob:none', '--no-checkout', remote('stranger'), 'partial');
  expect(await run(join(folder, 'partial'), 'rev-list', '--objects', '--missing=print', 'origin/fetched')).toContain(
    '?',
  );
});

test('a clone checks out the default branch, also when that is another one', async () => {
  await branchWith(at, 'next', { 'next.txt': 'next' });
  await at.ask('owner', 'PATCH', R, { default_branch: 'next' });
  await run(folder, 'clone', '-q', remote('stranger'), 'changed');
  expect(await run(join(folder, 'changed'), 'branch', '--show-current')).toBe('next');
  await at.ask('owner', 'PATCH', R, { default_branch: 'main' });
});

test('a push tells Apps once per ref, and closes what its messages close', async () => {
  const { number } = await at.ask('writer', 'POST', `${R}/issues`, { title: 'Closed by a push' });
  await at.heard();
  await run(clone, 'commit', '-q', '--allow-empty', '-m', `Fixes #${number}`);
  await run(clone, 'push', '-q', 'origin', 'HEAD:main');
  expect(await at.heard()).toEqual(['push', 'issues.closed']);
});

test("in the user's own repository a push reaches the branches under the prefix and no others", async () => {
  const mine = join(folder, 'mine');
  execFileSync('git', ['clone', '-q', clone, mine]);
  execFileSync('git', ['-C', mine, 'checkout', '-qb', 'elsewhere']);
  await at.forge.createRepository({ owner: 'owner', name: 'mine', linked: { path: mine, publish: 'patchwork/' } });
  const sha = await commit('draft.txt', 'draft\n');
  const there = remote('writer', 'owner/mine');
  expect(await refusal(clone, 'push', there, 'HEAD:refs/heads/patchwork/7')).toBe('pushed');
  expect(execFileSync('git', ['-C', mine, 'rev-parse', 'patchwork/7']).toString().trim()).toBe(sha);
  expect(await refusal(clone, 'push', there, 'HEAD:refs/heads/main')).toContain('is read-only here');
  expect(await refusal(clone, 'push', there, 'HEAD:refs/tags/v1')).toContain('is read-only here');
  execFileSync('git', ['-C', mine, 'checkout', '-q', 'patchwork/7']);
  await commit('draft.txt', 'again\n');
  expect(await refusal(clone, 'push', there, 'HEAD:refs/heads/patchwork/7')).toContain('is checked out in');
});
