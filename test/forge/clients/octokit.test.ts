import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Loopback, REPO, startForge } from '../../fidelity/forge/loopback.ts';
import { expectNoFindings } from '../../fidelity/index.ts';

let github: Loopback;

beforeAll(async () => {
  github = await startForge('serve');
});
afterAll(() => github.close());
afterEach(async () => {
  await github.settled();
  expectNoFindings(github.watch);
});

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const Careful = Octokit.plugin(retry, throttling);

/** An Octokit as most programs have it; nothing is told to it but the base URL and the token. */
function careful(token: string): Octokit {
  return new Careful({
    baseUrl: `${github.url}/api/v3`,
    auth: token,
    log: QUIET,
    throttle: { onRateLimit: () => true, onSecondaryRateLimit: () => true },
  });
}

it('works with @octokit/rest and its retry, throttling and paginate plugins as they are', async () => {
  const octokit = careful('writer');
  for (const title of ['One', 'Two']) await octokit.rest.issues.create({ ...REPO, title, labels: ['listed'] });
  const pages = octokit.paginate.iterator(octokit.rest.issues.listForRepo, { ...REPO, labels: 'listed', per_page: 1 });
  const titles: string[] = [];
  for await (const { data } of pages) titles.push(...data.map((issue) => issue.title));
  expect(titles.sort()).toEqual(['One', 'Two']);
});

it('works with GraphQL through the same base URL', async () => {
  const { viewer } = await careful('triager').graphql<{ viewer: { login: string } }>('{ viewer { login } }');
  expect(viewer.login).toBe('triager');
});

it('works at the bare prefix too', async () => {
  const octokit = new Octokit({ baseUrl: github.url, auth: 'owner' });
  expect((await octokit.rest.repos.get(REPO)).data.full_name).toBe('owner/sample');
  expect(await octokit.graphql('{ viewer { login } }')).toEqual({ viewer: { login: 'owner' } });
});

it('does not retry what will not change', async () => {
  const started = performance.now();
  await expect(careful('writer').rest.issues.get({ ...REPO, issue_number: 999_999 })).rejects.toMatchObject({
    status: 404,
  });
  expect(performance.now() - started).toBeLessThan(900);
});
