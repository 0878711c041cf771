import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { branchWith, type Opened, openSample, R } from './opened.ts';

let at: Opened;
let count = 0;
beforeAll(async () => {
  at = await openSample();
});
beforeEach(async () => {
  await at.heard();
});
afterAll(() => at.close());

async function pull(files: Record<string, string | null>, fields: object = {}) {
  count += 1;
  const branch = `work/${count}`;
  await branchWith(at, branch, files);
  const made = await at.ask('writer', 'POST', `${R}/pulls`, {
    title: `Pull ${count}`,
    head: branch,
    base: 'main',
    ...fields,
  });
  return { branch, url: `${R}/pulls/${made.number}`, issue: `${R}/issues/${made.number}`, made };
}

const text = async (path: string, ref = 'main') => {
  const file = await at.ask('', 'GET', `${R}/contents/${path}?ref=${ref}`);
  return Buffer.from(file.content, 'base64').toString();
};

describe('opening a pull request', () => {
  test('counts what it changes and is an issue too', async () => {
    const { made, issue, url } = await pull({ 'one.txt': '1\n2\n', 'README.md': '# New\n' }, { draft: true });
    expect(made).toMatchObject({
      draft: true,
      commits: 1,
      changed_files: 2,
      additions: 3,
      deletions: 1,
      merged: false,
    });
    expect(await at.heard()).toContain('pull_request.opened');
    expect(await at.ask('', 'GET', issue)).toMatchObject({ draft: true, pull_request: { merged_at: null } });
    const files = await at.ask('', 'GET', `${url}/files`);
    expect(files.map((file: { filename: string }) => file.filename)).toEqual(['README.md', 'one.txt']);
    expect(await at.ask('', 'GET', `${url}/commits`)).toHaveLength(1);
    await at.ask('triager', 'POST', `${issue}/labels`, { labels: ['bug'] }, 403);
    await at.ask('writer', 'POST', `${issue}/labels`, { labels: ['bug'] }, 200);
    expect(await at.heard()).toEqual(['pull_request.labeled']);
    await at.ask('stranger', 'POST', `${issue}/comments`, { body: 'Nice' });
    expect(await at.heard()).toEqual(['issue_comment.created']);
  });

  test('is refused for the same branches twice, nothing to merge, or branches that are not there', async () => {
    const { branch } = await pull({ 'two.txt': '2\n' });
    const open = (fields: object, status = 422) =>
      at.ask('writer', 'POST', `${R}/pulls`, { title: 'x', head: branch, base: 'main', ...fields }, status);
    expect((await open({})).errors[0].message).toBe(`A pull request already exists for owner:${branch}.`);
    expect((await open({ head: 'owner:nothing' })).errors[0]).toMatchObject({ field: 'head', code: 'invalid' });
    expect((await open({ base: 'nothing' })).errors[0]).toMatchObject({ field: 'base', code: 'invalid' });
    expect((await open({ head: 'main' })).errors[0].message).toBe('No commits between main and main');
    await at.ask('stranger', 'POST', `${R}/pulls`, { title: 'x', head: branch, base: 'main' }, 403);
  });
});

test('the head follows its branch, and a deleted branch closes', async () => {
  const { branch, url } = await pull({ 'three.txt': '3\n' });
  const before = (await at.ask('', 'GET', url)).head.sha;
  await at.heard();
  const after = await branchWith(at, branch, { 'three.txt': '3\n3\n' }, branch);
  await at.forge.settled();
  expect(at.sent.find(({ name }) => name === 'pull_request.synchronize')?.payload).toMatchObject({ before, after });
  expect(await at.ask('', 'GET', url)).toMatchObject({ head: { sha: after }, commits: 2, additions: 2 });
  await at.ask('writer', 'DELETE', `${R}/git/refs/heads/${branch}`, undefined, 204);
  expect(await at.ask('', 'GET', url)).toMatchObject({ state: 'closed', merged: false });
  expect(await at.ask('', 'GET', `${url}/files`)).toHaveLength(1);
  await at.ask('writer', 'PATCH', url, { state: 'open' }, 422);
});

describe('a merge', () => {
  test.each(['merge', 'squash', 'rebase'])(
    'by %s keeps what the base branch gained meanwhile',
    async (merge_method) => {
      const { url, branch } = await pull({ [`${merge_method}.txt`]: 'theirs\n' });
      await branchWith(at, branch, { [`${merge_method}.txt`]: 'theirs\nmore\n' }, branch);
      await branchWith(at, 'main', { [`meanwhile-${merge_method}.txt`]: 'ours\n' }, 'main');
      expect(await at.ask('', 'GET', url)).toMatchObject({ mergeable: true, mergeable_state: 'clean' });
      await at.ask('', 'GET', `${url}/merge`, undefined, 404);
      const { sha } = await at.ask('writer', 'PUT', `${url}/merge`, { merge_method });
      await at.ask('', 'GET', `${url}/merge`, undefined, 204);
      expect(await text(`${merge_method}.txt`)).toBe('theirs\nmore\n');
      expect(await text(`meanwhile-${merge_method}.txt`)).toBe('ours\n');
      const commit = await at.ask('', 'GET', `${R}/commits/main`);
      expect([commit.sha, commit.parents.length]).toEqual([sha, merge_method === 'merge' ? 2 : 1]);
      const merged = { merged: true, state: 'closed', merged_by: { login: 'writer' }, merge_commit_sha: sha };
      expect(await at.ask('', 'GET', url)).toMatchObject(merged);
      expect(await at.heard()).toContain('pull_request.closed');
      await at.ask('writer', 'PUT', `${url}/merge`, {}, 405);
    },
  );

  test('is refused for drafts, for another head, for conflicts and for people without push access', async () => {
    const { url, made } = await pull({ 'README.md': '# Mine\n' }, { draft: true });
    await at.ask('writer', 'PUT', `${url}/merge`, {}, 405);
    await at.graphql(
      'writer',
      'mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }',
      { id: made.node_id },
    );
    expect(await at.heard()).toContain('pull_request.ready_for_review');
    await at.ask('triager', 'PUT', `${url}/merge`, {}, 403);
    const other = await at.ask('writer', 'PUT', `${url}/merge`, { sha: 'f'.repeat(40) }, 409);
    expect(other.message).toBe('Head branch was modified. Review and try the merge again.');
    await branchWith(at, 'main', { 'README.md': '# Yours\n' }, 'main');
    expect(await at.ask('', 'GET', url)).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    await at.ask('writer', 'PUT', `${url}/merge`, {}, 405);
    await at.ask('writer', 'PUT', `${url}/merge`, { merge_method: 'rebase' }, 405);
    expect(await text('README.md')).toBe('# Yours\n');
  });

  test('closes the issues that the text names, and only those', async () => {
    const numbers = await Promise.all(
      ['a', 'b', 'c'].map(async (title) => (await at.ask('writer', 'POST', `${R}/issues`, { title })).number),
    );
    const body = `Closes #${numbers[0]}, fixes: #${numbers[1]}, relates to #${numbers[2]}`;
    const { url } = await pull({ 'closes.txt': 'x\n' }, { body });
    await at.ask('writer', 'PUT', `${url}/merge`, {});
    const states = await Promise.all(numbers.map(async (n) => (await at.ask('', 'GET', `${R}/issues/${n}`)).state));
    expect(states).toEqual(['closed', 'closed', 'open']);
  });

  test('by push is a merge as well', async () => {
    const { url, branch } = await pull({ 'pushed.txt': 'x\n' });
    const { head } = await at.ask('', 'GET', url);
    await at.ask('writer', 'PATCH', `${R}/git/refs/heads/main`, { sha: head.sha }, 200);
    expect(await at.ask('', 'GET', url)).toMatchObject({ merged: true, state: 'closed' });
    await at.ask('writer', 'DELETE', `${R}/git/refs/heads/${branch}`, undefined, 204);
  });

  test('of branches without a pull request works by POST /merges', async () => {
    await branchWith(at, 'plain', { 'plain.txt': 'x\n' });
    await at.ask('writer', 'POST', `${R}/merges`, { base: 'main', head: 'plain' }, 201);
    await at.ask('writer', 'POST', `${R}/merges`, { base: 'main', head: 'plain' }, 204);
    await at.ask('writer', 'POST', `${R}/merges`, { base: 'nothing', head: 'plain' }, 404);
  });
});

test('required checks block a merge, and auto-merge waits for them', async () => {
  const { url, made } = await pull({ 'auto.txt': 'x\n' });
  const enable = () =>
    at.graphql(
      'writer',
      'mutation($id: ID!) { enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: SQUASH}) { pullRequest { autoMergeRequest { mergeMethod } } } }',
      { id: made.node_id },
    );
  expect((await enable()).errors?.[0].message).toBe('Auto merge is not allowed for this repository');
  await at.ask('owner', 'PATCH', R, { allow_auto_merge: true });
  expect((await enable()).errors?.[0].message).toBe('Pull request is in clean status');
  const required_status_checks = { strict: false, contexts: ['ci'] };
  const rules = {
    required_status_checks,
    enforce_admins: null,
    required_pull_request_reviews: null,
    restrictions: null,
  };
  await at.ask('writer', 'PUT', `${R}/branches/main/protection`, rules, 404);
  await at.ask('owner', 'PUT', `${R}/branches/main/protection`, rules);
  expect(await at.ask('', 'GET', url)).toMatchObject({ mergeable: true, mergeable_state: 'blocked' });
  await at.ask('owner', 'PUT', `${url}/merge`, {}, 405);
  expect((await enable()).data.enablePullRequestAutoMerge.pullRequest.autoMergeRequest.mergeMethod).toBe('SQUASH');
  const status = (state: string) =>
    at.ask('writer', 'POST', `${R}/statuses/${made.head.sha}`, { state, context: 'ci' });
  await status('failure');
  expect(await at.ask('', 'GET', url)).toMatchObject({ merged: false });
  await status('success');
  expect(await at.ask('', 'GET', url)).toMatchObject({ merged: true, merged_by: { login: 'writer' } });
  await at.ask('owner', 'DELETE', `${R}/branches/main/protection`, undefined, 204);
});

test('a merged pull request is reverted by another one, which keeps later work', async () => {
  const { url, made } = await pull({ 'bad.txt': 'bad\n' });
  await at.ask('writer', 'PUT', `${url}/merge`, { merge_method: 'squash' });
  await branchWith(at, 'main', { 'later.txt': 'later\n' }, 'main');
  const { data } = await at.graphql(
    'writer',
    'mutation($id: ID!) { revertPullRequest(input: {pullRequestId: $id}) { revertPullRequest { number title files(first: 9) { nodes { path changeType } } } } }',
    { id: made.node_id },
  );
  const revert = data.revertPullRequest.revertPullRequest;
  expect(revert).toMatchObject({
    title: `Revert "${made.title}"`,
    files: { nodes: [{ path: 'bad.txt', changeType: 'DELETED' }] },
  });
  await at.ask('writer', 'PUT', `${R}/pulls/${revert.number}/merge`, {});
  await at.ask('', 'GET', `${R}/contents/bad.txt`, undefined, 404);
  expect(await text('later.txt')).toBe('later\n');
});
