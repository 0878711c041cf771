/** A repository gets another name, another owner, or is archived; the App's installation is suspended: nothing is lost, all is said. */
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openContext } from '../../src/cli/doctor/context.ts';
import { examineAll, type Result } from '../../src/cli/doctor/doctor.ts';
import { readEnvironment } from '../../src/config/index.ts';
import { type Apart, openApart } from '../support/apart.ts';
import { SAMPLE_REPORT } from '../support/product.ts';

interface Issue {
  number: number;
  title: string;
  body: string;
  user: { login: string };
}

const NEEDS = {
  A: 'Filter the costs by run.',
  B: 'Page through all services.',
  C: 'Delete a budget.',
  D: 'Export an invoice as PDF.',
};

let github: Apart;
beforeEach(async () => {
  github = await openApart();
});
afterEach(() => github.close());

const report = (need: keyof typeof NEEDS, session = need as string) =>
  github.ask('POST', '/api/feedback', { ...SAMPLE_REPORT, what_i_needed: NEEDS[need], session_id: session });
const onGitHub = async (name: string, method: string, path: string, body?: unknown) => {
  const { status, json } = await github.forge.api('owner', method, `/repos/${name}${path}`, body);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
  return json;
};
const issuesIn = async (name: string): Promise<Issue[]> => onGitHub(name, 'GET', '/issues?state=all&per_page=100');
const gapsIn = async (name: string) =>
  (await issuesIn(name)).filter(({ title }) => title.startsWith('[')).map(({ body }) => body);
const dashboardIn = async (name: string) =>
  (await issuesIn(name)).find(({ title }) => title === 'Gaps: the dashboard')?.body ?? '';
/** GitHub answers nobody, as far as the product sees. */
const away = () =>
  github.before(async () => {
    throw new TypeError('fetch failed');
  });
const back = () => github.before(async () => {});
const once = (bodies: string[], need: keyof typeof NEEDS) =>
  expect(bodies.filter((body) => body.includes(NEEDS[need]))).toHaveLength(1);

/** What doctor says of the App and of the repository. */
async function doctor(): Promise<Result[]> {
  await using context = openContext(readEnvironment(github.env));
  const found: Result[] = [];
  for await (const results of examineAll(context, { fix: false })) found.push(...results);
  return found.filter(({ check, state }) => ['App', 'repository', 'gaps'].includes(check) && state !== 'warning');
}

describe('a renamed repository', () => {
  it.each(['arrives', 'vanishes'] as const)(
    'gets what waited under its old name, once, when the news of it %s',
    async (fate) => {
      const server = await github.start();
      await report('A');
      await github.quiet();
      github.fate((event) => (event === 'repository' ? fate : 'arrives'));
      away();
      await report('B');
      await onGitHub('owner/sample', 'PATCH', '', { name: 'renamed' });
      await report('C');
      await report('A', 'again');
      back();
      await server.sweep();
      await github.quiet();

      const { id } = await report('D');
      await github.quiet();
      const gaps = await gapsIn('owner/renamed');
      expect(gaps).toHaveLength(4);
      for (const need of ['A', 'B', 'C', 'D'] as const) once(gaps, need);
      expect(await github.ask('GET', `/api/feedback/${id}`)).toMatchObject({ id, gap: expect.any(Number) });
      expect((await server.outbox.waiting('reports:owner/sample')).length).toBe(0);
      await server.sweep();
      await github.quiet();
      expect(await dashboardIn('owner/renamed')).toContain('GitHub calls this repository `owner/renamed` now');

      // Commands come under the new name, reports still under the old one: they meet in one lane.
      const number = (await issuesIn('owner/renamed')).find(({ body }) => body.includes(NEEDS.B))?.number;
      await onGitHub('owner/renamed', 'POST', `/issues/${number}/comments`, {
        body: '/patchwork workaround Ask twice.',
      });
      await report('B', 'more');
      await github.quiet();
      expect(await github.ask('GET', `/api/feedback/${number}`)).toMatchObject({ seen: 2 });
      expect((await onGitHub('owner/renamed', 'GET', `/issues/${number}`)).body).toContain('Ask twice.');

      // The whole process is new, and knows the old name only.
      await github.stop();
      await github.start();
      await report('A', 'after the start');
      await github.quiet();
      expect(await gapsIn('owner/renamed')).toHaveLength(4);
    },
    120_000,
  );

  it('whose old name somebody else takes gets nothing of what is meant for that one', async () => {
    const server = await github.start();
    await report('A');
    await github.quiet();
    await onGitHub('owner/sample', 'PATCH', '', { name: 'renamed' });
    await github.quiet();
    await report('B');
    await github.quiet();
    expect(await gapsIn('owner/renamed')).toHaveLength(2);
    await github.forge.createRepository({ owner: 'owner', name: 'sample', files: { 'a.md': 'a' } });
    await github.quiet();
    await report('C');
    await server.sweep();
    await github.quiet();
    expect(await gapsIn('owner/renamed')).toHaveLength(2);
    once(await gapsIn('owner/sample'), 'C');
  }, 60_000);
});

describe('a repository that takes nothing', () => {
  it('of a suspended installation gets what waited once that is lifted; doctor says so meanwhile', async () => {
    await github.start();
    await report('A');
    await github.quiet();
    const octokit = new Octokit({
      authStrategy: createAppAuth,
      auth: { appId: github.app.id, privateKey: github.app.privateKey },
      baseUrl: github.env.GITHUB_API_URL as string,
    });
    const { data: installation } = await octokit.rest.apps.getRepoInstallation({ owner: 'owner', repo: 'sample' });
    await octokit.rest.apps.suspendInstallation({ installation_id: installation.id });
    const { id } = await report('B');
    expect(await github.ask('GET', `/api/feedback/${id}`)).toMatchObject({ id, gap: null });
    const found = await doctor();
    expect(found).toContainEqual({
      check: 'App',
      state: 'problem',
      what: expect.stringContaining('suspended since'),
      next: expect.stringContaining(installation.html_url),
    });
    expect(found.find(({ check }) => check === 'repository')).toMatchObject({
      state: 'skipped',
      what: expect.stringContaining('suspended'),
    });
    expect(await gapsIn('owner/sample')).toHaveLength(1);
    await octokit.rest.apps.unsuspendInstallation({ installation_id: installation.id });
    await github.quiet();
    const gaps = await gapsIn('owner/sample');
    expect(gaps).toHaveLength(2);
    once(gaps, 'B');
  }, 60_000);

  it('because it is archived gets what waited once it is not, and doctor says so meanwhile', async () => {
    const server = await github.start();
    await report('A');
    await github.quiet();
    await onGitHub('owner/sample', 'PATCH', '', { archived: true });
    await report('B');
    await github.forge.settled();
    expect(await doctor()).toContainEqual({
      check: 'repository',
      state: 'problem',
      what: expect.stringContaining('archived'),
      next: expect.stringContaining('Unarchive'),
    });
    expect((await server.outbox.stats()).dead).toBe(0);
    await onGitHub('owner/sample', 'PATCH', '', { archived: false });
    await github.quiet();
    const gaps = await gapsIn('owner/sample');
    expect(gaps).toHaveLength(2);
    once(gaps, 'B');
  }, 60_000);

  it('because it was given to somebody else gets what waited once the App is installed there', async () => {
    const server = await github.start();
    await report('A');
    await github.quiet();
    await onGitHub('owner/sample', 'POST', '/transfer', { new_owner: 'writer' });
    await report('B');
    await github.forge.settled();
    await server.sweep();
    expect(await doctor()).toContainEqual({
      check: 'App',
      state: 'problem',
      what: expect.stringContaining('not installed on `owner/sample`'),
      next: expect.stringContaining('Install it there'),
    });
    await github.forge.installApp('patchwork', 'writer');
    await github.quiet();
    const gaps = await gapsIn('writer/sample');
    expect(gaps).toHaveLength(2);
    once(gaps, 'B');
    await server.sweep();
    await github.quiet();
    expect(await dashboardIn('writer/sample')).toContain('GitHub calls this repository `writer/sample` now');
  }, 60_000);
});
