import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Loopback, REPO, startForge } from '../../fidelity/forge/loopback.ts';
import { expectNoFindings } from '../../fidelity/index.ts';

const run = promisify(execFile);

/** The name gh knows the forge by, without a port, as it reads it off remotes. It never dials it: all goes through the socket. */
const HOST = 'localhost';
const HERE = ['-R', `${HOST}/owner/sample`];

const hasGh = spawnSync('gh', ['--version']).status === 0;
const mayBeMissing = process.env.CI === undefined;
if (!hasGh && mayBeMissing) console.warn('gh (the GitHub CLI) is not installed: its tests are skipped.');

describe.skipIf(!hasGh && mayBeMissing)('gh', () => {
  let github: Loopback;
  let folder: string;

  beforeAll(async () => {
    github = await startForge('serve');
    folder = await mkdtemp(join(tmpdir(), 'gh-'));
    await github.listenOn(join(folder, 'socket'));
    await gh('config', 'set', 'http_unix_socket', join(folder, 'socket'));
    await github.as('writer').rest.issues.createLabel({ ...REPO, name: 'bug', color: 'd73a4a' });
  });
  afterAll(async () => {
    await github.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await github.settled();
    expectNoFindings(github.watch);
  });

  /** What gh prints, as `writer`, away from the terminal and configuration of whoever runs the tests. */
  async function gh(...args: string[]): Promise<string> {
    return ghAs('writer', ...args);
  }

  async function ghAs(login: string, ...args: string[]): Promise<string> {
    const { stdout } = await run('gh', args, { cwd: folder, env: environment(login) });
    return stdout;
  }

  function environment(login: string): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: folder,
      GH_CONFIG_DIR: join(folder, 'config'),
      GH_HOST: HOST,
      GH_ENTERPRISE_TOKEN: login,
      GH_NO_UPDATE_NOTIFIER: '1',
      GH_PROMPT_DISABLED: '1',
      NO_COLOR: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      GIT_AUTHOR_NAME: login,
      GIT_AUTHOR_EMAIL: `${login}@example.com`,
      GIT_COMMITTER_NAME: login,
      GIT_COMMITTER_EMAIL: `${login}@example.com`,
    };
  }

  /** The address of the repository for git, with the person's name as the password. */
  function remote(login: string): string {
    const { port } = new URL(github.url);
    return `http://x:${login}@${HOST}:${port}/owner/sample.git`;
  }

  const numberIn = (url: string) => url.trim().split('/').at(-1) ?? '';

  async function pullWith(file: string, draft: boolean): Promise<string> {
    const writer = github.as('writer');
    const { data: main } = await writer.rest.git.getRef({ ...REPO, ref: 'heads/main' });
    const head = `gh/${file}`;
    await writer.rest.git.createRef({ ...REPO, ref: `refs/heads/${head}`, sha: main.object.sha });
    const content = Buffer.from('one\ntwo\n').toString('base64');
    await writer.rest.repos.createOrUpdateFileContents({ ...REPO, path: file, message: 'Add', content, branch: head });
    const { data } = await writer.rest.pulls.create({ ...REPO, title: `Add ${file}`, head, base: 'main', draft });
    return String(data.number);
  }

  it('knows who it is', async () => {
    expect(await gh('api', 'user', '--jq', '.login')).toBe('writer\n');
    await gh('auth', 'status');
  });

  it('shows the repository', async () => {
    expect(await gh('repo', 'view', `${HOST}/owner/sample`, '--json', 'name,owner,defaultBranchRef')).toContain(
      '"main"',
    );
  });

  it('creates, lists, views, labels and comments on issues', async () => {
    await gh('label', 'create', 'gap:other', '--color', 'ededed', '--description', 'A gap', ...HERE);
    expect(await gh('label', 'list', ...HERE)).toContain('gap:other');
    const url = await gh('issue', 'create', '--title', 'From gh', '--body', 'Text', '--label', 'gap:other', ...HERE);
    const number = numberIn(url);
    expect(await gh('issue', 'list', ...HERE)).toContain('From gh');
    expect(await gh('issue', 'list', '--label', 'gap:other', '--state', 'all', ...HERE)).toContain('From gh');
    await gh('issue', 'edit', number, '--add-label', 'bug', '--title', 'Still from gh', ...HERE);
    await gh('issue', 'comment', number, '--body', 'A note from gh', ...HERE);
    const view = await gh('issue', 'view', number, '--comments', ...HERE);
    expect(view).toContain('A note from gh');
    expect(await gh('issue', 'view', number, ...HERE)).toMatch(/labels:\s+.*bug/);
    await gh('issue', 'edit', number, '--remove-label', 'bug', ...HERE);
    expect(JSON.parse(await gh('issue', 'view', number, '--json', 'labels,title,state', ...HERE))).toMatchObject({
      title: 'Still from gh',
      state: 'OPEN',
      labels: [{ name: 'gap:other' }],
    });
  });

  it('closes and reopens issues', async () => {
    const number = numberIn(await gh('issue', 'create', '--title', 'Short-lived', '--body', 'x', ...HERE));
    await gh('issue', 'close', number, '--reason', 'not planned', ...HERE);
    await gh('issue', 'reopen', number, ...HERE);
    await gh('issue', 'close', number, '--comment', 'Done', ...HERE);
    expect(await gh('issue', 'view', number, '--json', 'state', '--jq', '.state', ...HERE)).toBe('CLOSED\n');
  });

  it('is told that a stranger may not label', async () => {
    const number = numberIn(await ghAs('stranger', 'issue', 'create', '--title', 'Ask', '--body', 'x', ...HERE));
    await expect(ghAs('stranger', 'issue', 'edit', number, '--add-label', 'bug', ...HERE)).rejects.toThrow();
    expect(await gh('issue', 'view', number, '--json', 'labels', '--jq', '.labels | length', ...HERE)).toBe('0\n');
  });

  it('lists, views, diffs, checks out, readies and merges a pull request', async () => {
    const number = await pullWith('a.txt', true);
    expect(await gh('pr', 'list', ...HERE)).toContain('Add a.txt');
    expect(await gh('pr', 'view', number, ...HERE)).toMatch(/state:\s+DRAFT/);
    expect(await gh('pr', 'diff', number, ...HERE)).toContain('+two');
    await run('git', ['clone', '-q', remote('writer'), 'clone'], { cwd: folder, env: environment('writer') });
    const clone = { cwd: join(folder, 'clone'), env: environment('writer') };
    await run('gh', ['pr', 'checkout', number, ...HERE], clone);
    expect(await readFile(join(folder, 'clone/a.txt'), 'utf8')).toBe('one\ntwo\n');
    await gh('pr', 'ready', number, ...HERE);
    await gh('pr', 'merge', number, '--squash', ...HERE);
    expect(await gh('pr', 'view', number, '--json', 'state', '--jq', '.state', ...HERE)).toBe('MERGED\n');
  });

  it('creates a pull request from a pushed branch', async () => {
    const env = environment('writer');
    const cwd = join(folder, 'work');
    await run('git', ['clone', '-q', remote('writer'), 'work'], { cwd: folder, env });
    await run('git', ['checkout', '-q', '-b', 'from-gh'], { cwd, env });
    await run('git', ['commit', '-q', '--allow-empty', '-m', 'Empty'], { cwd, env });
    await run('git', ['push', '-q', 'origin', 'from-gh'], { cwd, env });
    const args = ['pr', 'create', '--draft', '--head', 'from-gh', '--title', 'From gh', '--body', 'Text', ...HERE];
    const { stdout } = await run('gh', args, { cwd, env });
    const view = await gh('pr', 'view', numberIn(stdout), '--json', 'isDraft,headRefName', ...HERE);
    expect(JSON.parse(view)).toEqual({ isDraft: true, headRefName: 'from-gh' });
    await gh('pr', 'comment', numberIn(stdout), '--body', 'Hello', ...HERE);
    await gh('pr', 'close', numberIn(stdout), ...HERE);
  });

  it('asks for a review, and gives it', async () => {
    const number = await pullWith('reviewed.txt', false);
    await gh('pr', 'edit', number, '--add-reviewer', 'owner', '--add-label', 'bug', ...HERE);
    expect(await gh('pr', 'view', number, '--json', 'reviewRequests', ...HERE)).toContain('"login":"owner"');
    await ghAs('owner', 'pr', 'review', number, '--approve', '--body', 'Good', ...HERE);
    const view = JSON.parse(await gh('pr', 'view', number, '--json', 'reviews,latestReviews,reviewRequests', ...HERE));
    expect(view).toMatchObject({ reviews: [{ state: 'APPROVED', body: 'Good' }], reviewRequests: [] });
    await expect(gh('pr', 'review', number, '--approve', ...HERE)).rejects.toThrow(/approve your own/);
  });

  it('shows the checks of a pull request', async () => {
    const number = await pullWith('checked.txt', false);
    const { data } = await github.as('writer').rest.pulls.get({ ...REPO, pull_number: Number(number) });
    const bot = await github.bot();
    const check = { name: 'gap replay', head_sha: data.head.sha, status: 'completed', conclusion: 'success' } as const;
    await bot.rest.checks.create({ ...REPO, ...check });
    expect(await gh('pr', 'checks', number, ...HERE)).toContain('gap replay');
  });
});
