import { App } from '@octokit/app';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Loopback, REPO, startForge } from '../../fidelity/forge/loopback.ts';
import { expectNoFindings } from '../../fidelity/index.ts';

let github: Loopback;

beforeAll(async () => {
  github = await startForge('serve');
});
afterAll(() => github.close());

it('works with @octokit/app and nothing but a base URL', async () => {
  const { appId, privateKey } = github;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const app = new App({ appId, privateKey, log, Octokit: Octokit.defaults({ baseUrl: `${github.url}/api/v3` }) });
  const names: string[] = [];
  for await (const { octokit, repository } of app.eachRepository.iterator()) {
    names.push(repository.full_name);
    const { data } = await octokit.request('POST /repos/{owner}/{repo}/issues', { ...REPO, title: 'By the App' });
    expect(data.user?.type).toBe('Bot');
  }
  expect(names).toEqual(['owner/sample']);
  await github.settled();
  expectNoFindings(github.watch);
});
