import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Opened, openSample } from './opened.ts';

const R = '/repos/owner/mine';
let at: Opened;
let path: string;
let folder: string;

const git = (...args: string[]) =>
  execFileSync('git', ['-C', path, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();

async function commit(name: string, content: string) {
  await writeFile(join(path, name), content);
  git('add', '.');
  git('commit', '-qm', `Write ${name}`);
  return git('rev-parse', 'HEAD');
}

/** A hook or program of the user's repository: running it would leave a trace. */
async function trap(file: string) {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\ntouch ${join(folder, 'trapped')}\n`);
  await chmod(file, 0o755);
  return file;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linked-'));
  path = join(folder, 'my-server');
  execFileSync('git', ['init', '-q', '-b', 'main', path]);
  git('config', 'user.name', 'Me');
  git('config', 'user.email', 'me@example.test');
  await commit('server.ts', 'one\n');
  at = await openSample();
  await at.forge.createRepository({ owner: 'owner', name: 'mine', linked: { path, publish: 'patchwork/' } });
});
afterEach(async () => {
  await at.close();
  await rm(folder, { recursive: true, force: true });
});

const main = async () => (await at.ask('', 'GET', `${R}/git/ref/heads/main`)).object.sha as string;
const put = (branch: string, status = 201) =>
  at.ask('writer', 'PUT', `${R}/contents/new.ts`, { message: 'New', content: 'eA==', branch }, status);

async function draft(branch = 'patchwork/1') {
  await at.ask('writer', 'POST', `${R}/git/refs`, { ref: `refs/heads/${branch}`, sha: await main() });
  await put(branch);
  return at.ask('writer', 'POST', `${R}/pulls`, { title: 'Draft', head: branch, base: 'main', draft: true });
}

test('what the user commits, branches, tags and deletes is there at the next read', async () => {
  expect(await main()).toBe(git('rev-parse', 'main'));
  expect(await commit('server.ts', 'two\n')).toBe(await main());
  git('branch', 'feature');
  git('tag', 'v1');
  git('pack-refs', '--all');
  const names = async () => (await at.ask('', 'GET', `${R}/branches`)).map(({ name }: { name: string }) => name);
  expect(await names()).toEqual(['feature', 'main']);
  expect(await at.ask('', 'GET', `${R}/git/ref/tags/v1`)).toMatchObject({ object: { sha: git('rev-parse', 'v1') } });
  git('branch', '-D', 'feature');
  expect(await names()).toEqual(['main']);
});

test('drafts appear there as branches, and nothing else in it changes', async () => {
  const before = [
    git('status', '--porcelain'),
    git('rev-parse', 'HEAD'),
    await readFile(join(path, '.git/config'), 'utf8'),
  ];
  const pull = await draft();
  expect(git('rev-parse', 'patchwork/1')).toBe(pull.head.sha);
  expect(git('show', 'patchwork/1:new.ts')).toBe('x');
  expect(git('branch', '--format=%(refname:short)').split('\n')).toEqual(['main', 'patchwork/1']);
  expect(existsSync(join(path, '.git/FETCH_HEAD'))).toBe(false);
  expect(existsSync(join(path, 'new.ts'))).toBe(false);
  expect([
    git('status', '--porcelain'),
    git('rev-parse', 'HEAD'),
    await readFile(join(path, '.git/config'), 'utf8'),
  ]).toEqual(before);
  git('fsck', '--strict');
  await at.ask('writer', 'DELETE', `${R}/git/refs/heads/patchwork/1`, undefined, 204);
  expect(git('branch', '--format=%(refname:short)')).toBe('main');
});

test('other branches are read-only, and the refusal says what to do', async () => {
  const head = await main();
  expect((await put('main', 422)).message).toContain(path);
  await at.ask('writer', 'POST', `${R}/git/refs`, { ref: 'refs/heads/feature', sha: head }, 422);
  await at.ask('writer', 'POST', `${R}/git/refs`, { ref: 'refs/tags/patchwork/1', sha: head }, 422);
  await at.ask('writer', 'DELETE', `${R}/git/refs/heads/main`, undefined, 422);
  const pull = await draft();
  await at.graphql(
    'writer',
    'mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { id } } }',
    { id: pull.node_id },
  );
  const refused = await at.ask('writer', 'PUT', `${R}/pulls/${pull.number}/merge`, {}, 405);
  expect(refused.message).toContain('git merge patchwork/1');
  expect(git('rev-parse', 'main')).toBe(head);
});

test('a merge by hand shows as merged and closes the issue', async () => {
  await at.ask('writer', 'POST', `${R}/issues`, { title: 'A gap' });
  const pull = await draft();
  await at.ask('writer', 'PATCH', `${R}/pulls/${pull.number}`, { body: 'Closes #1' });
  await commit('meanwhile.ts', 'x\n');
  git('merge', '-q', '--no-edit', 'patchwork/1');
  git('branch', '-d', 'patchwork/1');
  expect(await at.ask('', 'GET', `${R}/pulls/${pull.number}`)).toMatchObject({
    merged: true,
    state: 'closed',
    merged_by: { login: 'owner' },
  });
  expect(await at.ask('', 'GET', `${R}/issues/1`)).toMatchObject({ state: 'closed', state_reason: 'completed' });
});

test('work of the user on a draft’s branch moves the pull request, and is not overwritten', async () => {
  const pull = await draft();
  git('switch', '-q', 'patchwork/1');
  const mine = await commit('mine.ts', 'x\n');
  expect(await at.ask('', 'GET', `${R}/pulls/${pull.number}`)).toMatchObject({ head: { sha: mine }, commits: 2 });
  const refused = await at.ask(
    'writer',
    'PUT',
    `${R}/contents/more.ts`,
    { message: 'x', content: 'eA==', branch: 'patchwork/1' },
    409,
  );
  expect(refused.message).toContain('checked out');
  expect(git('status', '--porcelain')).toBe('');
  expect((await at.ask('', 'GET', `${R}/git/ref/heads/patchwork/1`)).object.sha).toBe(mine);
  git('switch', '-q', 'main');
  git('branch', '-D', 'patchwork/1');
  expect(await at.ask('', 'GET', `${R}/pulls/${pull.number}`)).toMatchObject({ state: 'closed', merged: false });
});

test('no hook and no configured program of the user’s repository ever runs', async () => {
  for (const hook of [
    'pre-receive',
    'update',
    'post-receive',
    'post-update',
    'reference-transaction',
    'post-checkout',
    'pre-push',
  ])
    await trap(join(path, '.git/hooks', hook));
  const program = await trap(join(folder, 'program'));
  for (const key of [
    'core.fsmonitor',
    'core.sshCommand',
    'core.alternateRefsCommand',
    'uploadpack.packObjectsHook',
    'core.pager',
    'credential.helper',
  ])
    git('config', key, program);
  git('config', 'core.hooksPath', join(path, '.git/hooks'));
  git('config', 'diff.external', program);
  await rm(join(folder, 'trapped'), { force: true });
  const pull = await draft();
  await at.ask('', 'GET', `${R}/pulls/${pull.number}/files`);
  await at.ask('writer', 'DELETE', `${R}/git/refs/heads/patchwork/1`, undefined, 204);
  expect(existsSync(join(folder, 'trapped'))).toBe(false);
});

test('a branch that had not reached the user when the forge died is handed over at the next look', async () => {
  const pull = await draft();
  execFileSync('git', ['-C', path, 'update-ref', 'refs/heads/patchwork/1', `${pull.head.sha}~1`]);
  const stale = git('rev-parse', 'patchwork/1');
  await at.ask('', 'GET', `${R}/pulls/${pull.number}`);
  expect((await at.ask('', 'GET', `${R}/git/ref/heads/patchwork/1`)).object.sha).toBe(stale);
  const bare = join(at.dir, 'repos/owner/mine.git');
  execFileSync('git', ['--git-dir', bare, 'update-ref', 'refs/heads/patchwork/1', pull.head.sha]);
  await at.reopen();
  await at.ask('', 'GET', `${R}/pulls/${pull.number}`);
  expect(git('rev-parse', 'patchwork/1')).toBe(pull.head.sha);
});

test('the forge remembers a linked repository when it opens again', async () => {
  const pull = await draft();
  await at.reopen();
  await commit('later.ts', 'x\n');
  expect(await main()).toBe(git('rev-parse', 'main'));
  expect(await at.ask('', 'GET', `${R}/pulls/${pull.number}`)).toMatchObject({ state: 'open', draft: true });
});
