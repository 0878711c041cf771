import { describe, expect, it } from 'vitest';
import { type Loopback, REPO, refused, useForge } from './loopback.ts';

let github: Loopback;

useForge((started) => {
  github = started;
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const MISSING = 'f'.repeat(40);

async function head(branch = 'main'): Promise<string> {
  const { data } = await github.as('writer').rest.git.getRef({ ...REPO, ref: `heads/${branch}` });
  return data.object.sha;
}

describe('people and the repository', () => {
  it('are described', async () => {
    const owner = github.as('owner');
    await owner.rest.users.getAuthenticated();
    await owner.rest.users.getByUsername({ username: 'Writer' });
    await github.as(null).rest.users.getByUsername({ username: 'writer' });
    await refused(401, github.as(null).rest.users.getAuthenticated());
    await refused(404, owner.rest.users.getByUsername({ username: 'nobody-at-all' }));
    await owner.rest.repos.get(REPO);
    await owner.rest.repos.get({ owner: 'OWNER', repo: 'Sample' });
    await github.as('stranger').rest.repos.get(REPO);
    await github.as(null).rest.repos.get(REPO);
    await refused(404, owner.rest.repos.get({ ...REPO, repo: 'elsewhere' }));
  });

  it('have roles', async () => {
    const owner = github.as('owner');
    for (const username of ['owner', 'writer', 'triager', 'stranger'])
      await owner.rest.repos.getCollaboratorPermissionLevel({ ...REPO, username });
    await refused(404, owner.rest.repos.getCollaboratorPermissionLevel({ ...REPO, username: 'nobody-at-all' }));
    await owner.rest.repos.listCollaborators(REPO);
    await owner.rest.repos.checkCollaborator({ ...REPO, username: 'writer' });
    await refused(404, owner.rest.repos.checkCollaborator({ ...REPO, username: 'stranger' }));
  });

  it('tell their rate limit', async () => {
    const { data } = await github.as('writer').rest.rateLimit.get();
    expect(data.resources.core.limit).toBeGreaterThan(0);
    await github.as('writer').request('GET /');
    await github.as('writer').rest.meta.get();
  });
});

describe('git data', () => {
  it('is written bottom up: blob, tree, commit, ref', async () => {
    const writer = github.as('writer');
    const parent = await head();
    const { data: blob } = await writer.rest.git.createBlob({ ...REPO, content: 'export const a=1;\n' });
    expect(blob.sha).toBe('8cfc2f235869a79f41ae2d66195262729425b88c');
    await writer.rest.git.createBlob({ ...REPO, content: base64('binary\0'), encoding: 'base64' });
    await writer.rest.git.getBlob({ ...REPO, file_sha: blob.sha });
    const { data: base } = await writer.rest.git.getCommit({ ...REPO, commit_sha: parent });
    const { data: tree } = await writer.rest.git.createTree({
      ...REPO,
      base_tree: base.tree.sha,
      tree: [
        { path: 'src/deep/a.ts', mode: '100644', type: 'blob', sha: blob.sha },
        { path: 'src/b.ts', mode: '100644', content: 'export const b=2;\n' },
      ],
    });
    await writer.rest.git.getTree({ ...REPO, tree_sha: tree.sha, recursive: '1' });
    await writer.rest.git.getTree({ ...REPO, tree_sha: 'main' });
    const { data: commit } = await writer.rest.git.createCommit({
      ...REPO,
      message: 'Add two files\n\nBody',
      tree: tree.sha,
      parents: [parent],
      author: { name: 'A', email: 'a@example.com', date: '2026-11-20T10:00:00Z' },
    });
    await writer.rest.git.createRef({ ...REPO, ref: 'refs/heads/feature/x', sha: commit.sha });
    await writer.rest.git.getRef({ ...REPO, ref: 'heads/feature/x' });
    await writer.rest.git.listMatchingRefs({ ...REPO, ref: 'heads/feature' });
    await refused(422, writer.rest.git.createRef({ ...REPO, ref: 'refs/heads/feature/x', sha: commit.sha }));
    await refused(422, writer.rest.git.createRef({ ...REPO, ref: 'refs/heads/y', sha: MISSING }));
    await github.ask('writer', 'POST', '/repos/owner/sample/git/refs', { ref: 'heads', sha: commit.sha }, 422);
    await refused(422, writer.rest.git.updateRef({ ...REPO, ref: 'heads/feature/x', sha: parent }));
    await writer.rest.git.updateRef({ ...REPO, ref: 'heads/feature/x', sha: parent, force: true });
    await writer.rest.git.updateRef({ ...REPO, ref: 'heads/feature/x', sha: commit.sha });
    const { data: deleted } = await writer.rest.git.createTree({
      ...REPO,
      base_tree: tree.sha,
      tree: [{ path: 'src/b.ts', mode: '100644', type: 'blob', sha: null }],
    });
    expect(deleted.sha).not.toBe(tree.sha);
    await writer.rest.git.deleteRef({ ...REPO, ref: 'heads/feature/x' });
    await refused(404, writer.rest.git.getRef({ ...REPO, ref: 'heads/feature/x' }));
    await refused(422, writer.rest.git.deleteRef({ ...REPO, ref: 'heads/feature/x' }));
  });

  it('has annotated tags', async () => {
    const writer = github.as('writer');
    const object = await head();
    const { data: tag } = await writer.rest.git.createTag({
      ...REPO,
      tag: 'v1.0.0',
      message: 'First',
      object,
      type: 'commit',
      tagger: { name: 'A', email: 'a@example.com', date: '2026-11-20T10:00:00Z' },
    });
    await writer.rest.git.createRef({ ...REPO, ref: 'refs/tags/v1.0.0', sha: tag.sha });
    await writer.rest.git.getTag({ ...REPO, tag_sha: tag.sha });
    await writer.rest.git.getRef({ ...REPO, ref: 'tags/v1.0.0' });
    await refused(404, writer.rest.git.getTag({ ...REPO, tag_sha: object }));
  });

  it('is refused with the error bodies of GitHub', async () => {
    const writer = github.as('writer');
    await refused(404, writer.rest.git.getBlob({ ...REPO, file_sha: MISSING }));
    await refused(404, writer.rest.git.getTree({ ...REPO, tree_sha: MISSING }));
    await refused(404, writer.rest.git.getCommit({ ...REPO, commit_sha: MISSING }));
    await refused(422, writer.rest.git.createCommit({ ...REPO, message: 'x', tree: MISSING }));
    const path = '/repos/owner/sample/git/trees';
    await github.ask('writer', 'POST', path, { tree: [{ path: '../x', mode: '100644', content: 'x' }] }, 422);
    await github.ask('writer', 'POST', path, { tree: [{ path: '.git/x', mode: '100644', content: 'x' }] }, 422);
    await github.ask('writer', 'POST', path, { tree: [{ path: 'x', mode: '123456', content: 'x' }] }, 422);
    await github.ask('writer', 'POST', path, {}, 422);
    await github.ask('stranger', 'POST', '/repos/owner/sample/git/blobs', { content: 'x' }, 404);
    await github.ask(null, 'POST', '/repos/owner/sample/git/blobs', { content: 'x' }, 401);
  });
});

describe('contents', () => {
  it('are written, read in every form and deleted', async () => {
    const writer = github.as('writer');
    const { data: created } = await writer.rest.repos.createOrUpdateFileContents({
      ...REPO,
      path: '.github/patchwork.yml',
      message: 'Configure',
      content: base64('level: draft\n'),
    });
    const sha = created.content?.sha ?? '';
    const { data: updated } = await writer.rest.repos.createOrUpdateFileContents({
      ...REPO,
      path: '.github/patchwork.yml',
      message: 'Configure again',
      content: base64('level: suggest\n'),
      sha,
      branch: 'main',
    });
    await writer.rest.repos.getContent({ ...REPO, path: '.github/patchwork.yml' });
    await writer.rest.repos.getContent({ ...REPO, path: '.github' });
    await writer.rest.repos.getContent({ ...REPO, path: '' });
    await writer.rest.repos.getContent({ ...REPO, path: '.github', mediaType: { format: 'object' } });
    const encoded = '/repos/owner/sample/contents/.github%2Fpatchwork.yml';
    const raw = await github.ask('writer', 'GET', encoded, undefined, 200, { accept: 'application/vnd.github.v3.raw' });
    expect(raw.body).toBe('level: suggest\n');
    await refused(404, writer.rest.repos.getContent({ ...REPO, path: 'nowhere.txt' }));
    await refused(404, writer.rest.repos.getContent({ ...REPO, path: 'README.md', ref: 'nowhere' }));
    const file = { ...REPO, path: '.github/patchwork.yml', message: 'x' };
    await refused(409, writer.rest.repos.createOrUpdateFileContents({ ...file, content: base64('x'), sha }));
    await refused(422, writer.rest.repos.createOrUpdateFileContents({ ...file, content: base64('x') }));
    await refused(409, writer.rest.repos.deleteFile({ ...file, sha }));
    await writer.rest.repos.deleteFile({ ...file, sha: updated.content?.sha ?? '' });
    await github.ask('writer', 'PUT', '/repos/owner/sample/contents/x.txt', { message: 'x', content: '%%%' }, 422);
    await github.ask('stranger', 'PUT', '/repos/owner/sample/contents/x.txt', { message: 'x', content: 'eA==' }, 404);
  });
});

describe('branches, commits and comparison', () => {
  it('show history', async () => {
    const writer = github.as('writer');
    const base = await head();
    await writer.rest.git.createRef({ ...REPO, ref: 'refs/heads/topic/one', sha: base });
    await writer.rest.repos.createOrUpdateFileContents({
      ...REPO,
      path: 'topic.txt',
      message: 'Topic',
      content: base64('one\ntwo\n'),
      branch: 'topic/one',
    });
    await writer.rest.repos.listBranches({ ...REPO, per_page: 1 });
    await writer.rest.repos.getBranch({ ...REPO, branch: 'topic/one' });
    await writer.rest.repos.listCommits({ ...REPO, sha: 'topic/one', per_page: 1 });
    await writer.rest.repos.listCommits({ ...REPO, path: 'topic.txt', sha: 'topic/one' });
    const { data: tip } = await writer.rest.repos.getCommit({ ...REPO, ref: 'topic/one' });
    await writer.rest.repos.listBranchesForHeadCommit({ ...REPO, commit_sha: tip.sha });
    await writer.rest.repos.getReadme(REPO);
    await refused(404, writer.rest.repos.getBranchProtection({ ...REPO, branch: 'topic/one' }));
    const { data } = await writer.rest.repos.compareCommitsWithBasehead({ ...REPO, basehead: 'main...topic/one' });
    expect(data).toMatchObject({ status: 'ahead', ahead_by: 1, files: [{ filename: 'topic.txt' }] });
    const diff = await github.ask('writer', 'GET', '/repos/owner/sample/compare/main...topic%2Fone', undefined, 200, {
      accept: 'application/vnd.github.diff',
    });
    expect(diff.body).toContain('+two');
    await writer.rest.repos.merge({ ...REPO, base: 'main', head: 'topic/one' });
    expect((await writer.rest.repos.merge({ ...REPO, base: 'main', head: 'topic/one' })).status).toBe(204);
    await refused(404, writer.rest.repos.getBranch({ ...REPO, branch: 'nowhere' }));
    await refused(404, writer.rest.repos.compareCommitsWithBasehead({ ...REPO, basehead: 'main...nowhere' }));
    await refused(404, writer.rest.repos.merge({ ...REPO, base: 'main', head: 'nowhere' }));
    await github.ask('writer', 'GET', `/repos/owner/sample/commits/${MISSING}`, undefined, 422);
  });

  it('refuse a merge that conflicts', async () => {
    const writer = github.as('writer');
    const base = await head();
    await writer.rest.git.createRef({ ...REPO, ref: 'refs/heads/conflict', sha: base });
    const file = { ...REPO, path: 'conflict.txt', message: 'x' };
    await writer.rest.repos.createOrUpdateFileContents({ ...file, content: base64('ours\n') });
    await writer.rest.repos.createOrUpdateFileContents({ ...file, content: base64('theirs\n'), branch: 'conflict' });
    await refused(409, writer.rest.repos.merge({ ...REPO, base: 'main', head: 'conflict' }));
  });

  it('send a repository_dispatch', async () => {
    const writer = github.as('writer');
    await writer.rest.repos.createDispatchEvent({ ...REPO, event_type: 'draft', client_payload: { issue: 1 } });
    await github.ask('writer', 'POST', '/repos/owner/sample/dispatches', {}, 422);
    await refused(404, github.as('stranger').rest.repos.createDispatchEvent({ ...REPO, event_type: 'draft' }));
  });
});
