import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Loopback, REPO, startForge } from '../../fidelity/forge/loopback.ts';
import { expectNoFindings } from '../../fidelity/index.ts';

const run = promisify(execFile);

let github: Loopback;
let folder: string;

beforeAll(async () => {
  github = await startForge('serve');
  folder = await mkdtemp(join(tmpdir(), 'git-'));
});
afterAll(async () => {
  await github.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await github.settled();
  expectNoFindings(github.watch);
});

const env = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Writer',
  GIT_AUTHOR_EMAIL: 'writer@example.com',
  GIT_COMMITTER_NAME: 'Writer',
  GIT_COMMITTER_EMAIL: 'writer@example.com',
};

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd: join(folder, cwd), env });
  return stdout.trim();
}

/** The address of the repository for a person, or for nobody in particular. */
function remote(login?: string): string {
  const base = login ? github.url.replace('//', `//x-access-token:${login}@`) : github.url;
  return `${base}/owner/sample.git`;
}

async function commit(cwd: string, file: string, text: string): Promise<string> {
  await writeFile(join(folder, cwd, file), text);
  await git(cwd, 'add', file);
  await git(cwd, 'commit', '-q', '-m', `Write ${file}`);
  return git(cwd, 'rev-parse', 'HEAD');
}

it('clones without an account, with and without .git in the address', async () => {
  await git('.', 'clone', '-q', remote(), 'anonymous');
  await git('.', 'clone', '-q', '--depth', '1', remote().replace(/\.git$/, ''), 'shallow');
  const { data } = await github.as('writer').rest.git.getRef({ ...REPO, ref: 'heads/main' });
  expect(await git('anonymous', 'rev-parse', 'HEAD')).toBe(data.object.sha);
});

it('pushes a branch that the API and the webhooks tell of', async () => {
  await git('.', 'clone', '-q', remote('writer'), 'pushing');
  await git('pushing', 'checkout', '-q', '-b', 'feature/pushed');
  const sha = await commit('pushing', 'pushed.txt', 'one\n');
  await git('pushing', 'push', '-q', 'origin', 'feature/pushed');
  const { data } = await github.as('writer').rest.repos.getBranch({ ...REPO, branch: 'feature/pushed' });
  expect(data.commit.sha).toBe(sha);
  await github.settled();
  expect([...github.watch.seen]).toContain('push');
});

it('fetches what the API committed', async () => {
  await git('.', 'clone', '-q', remote(), 'fetching');
  const content = Buffer.from('by the API\n').toString('base64');
  const file = { ...REPO, path: 'api.txt', message: 'By the API', content };
  const { data } = await github.as('writer').rest.repos.createOrUpdateFileContents(file);
  await git('fetching', 'fetch', '-q');
  expect(await git('fetching', 'rev-parse', 'origin/main')).toBe(data.commit.sha);
});

it('moves the head of an open pull request by pushing', async () => {
  await git('.', 'clone', '-q', remote('writer'), 'pulling');
  await git('pulling', 'checkout', '-q', '-b', 'pulled');
  await commit('pulling', 'first.txt', 'one\n');
  await git('pulling', 'push', '-q', 'origin', 'pulled');
  const writer = github.as('writer');
  const { data } = await writer.rest.pulls.create({ ...REPO, title: 'Pushed', head: 'pulled', base: 'main' });
  const sha = await commit('pulling', 'second.txt', 'two\n');
  await git('pulling', 'push', '-q', 'origin', 'pulled');
  expect((await writer.rest.pulls.get({ ...REPO, pull_number: data.number })).data.head.sha).toBe(sha);
  await git('pulling', 'fetch', '-q', 'origin', `refs/pull/${data.number}/head`);
  expect(await git('pulling', 'rev-parse', 'FETCH_HEAD')).toBe(sha);
});

it('refuses to take history back without force, and takes it with force', async () => {
  await git('.', 'clone', '-q', remote('writer'), 'forcing');
  await git('forcing', 'checkout', '-q', '-b', 'rewritten');
  await commit('forcing', 'a.txt', 'a\n');
  await git('forcing', 'push', '-q', 'origin', 'rewritten');
  await git('forcing', 'reset', '-q', '--hard', 'HEAD~1');
  const sha = await commit('forcing', 'b.txt', 'b\n');
  await expect(git('forcing', 'push', '-q', 'origin', 'rewritten')).rejects.toThrow(/non-fast-forward|rejected/);
  await git('forcing', 'push', '-q', '--force', 'origin', 'rewritten');
  const { data } = await github.as('writer').rest.repos.getBranch({ ...REPO, branch: 'rewritten' });
  expect(data.commit.sha).toBe(sha);
  await git('forcing', 'push', '-q', '--delete', 'origin', 'rewritten');
});

it.each([
  ['nobody in particular', undefined],
  ['a stranger', 'stranger'],
  ['somebody who may only triage', 'triager'],
  ['an unknown token', 'nobody-at-all'],
])('lets %s push nothing', async (_, login) => {
  const cwd = `refused-${login}`;
  await git('.', 'clone', '-q', remote(), cwd);
  await git(cwd, 'checkout', '-q', '-b', 'refused');
  await commit(cwd, 'refused.txt', 'x\n');
  await expect(git(cwd, 'push', '-q', remote(login), 'refused')).rejects.toThrow();
  const { data } = await github.as('writer').rest.git.listMatchingRefs({ ...REPO, ref: 'heads/refused' });
  expect(data).toEqual([]);
});

it('pushes with the token of an installation', async () => {
  const bot = await github.bot();
  const { token } = (await bot.auth({ type: 'installation' })) as { token: string };
  await git('.', 'clone', '-q', remote(token), 'bot');
  await git('bot', 'checkout', '-q', '-b', 'by-bot');
  const sha = await commit('bot', 'bot.txt', 'x\n');
  await git('bot', 'push', '-q', 'origin', 'by-bot');
  expect((await github.as(null).rest.repos.getBranch({ ...REPO, branch: 'by-bot' })).data.commit.sha).toBe(sha);
});
