import { describe, expect, it } from 'vitest';
import { type Loopback, REPO, refused, useForge } from './loopback.ts';

let github: Loopback;
useForge((started) => {
  github = started;
});

const PRIVATE = { owner: 'owner', repo: 'sample' };

describe('releases', () => {
  it('bring their tag along, and are listed newest first', async () => {
    const { rest } = github.as('writer');
    const { data: head } = await rest.git.getRef({ ...REPO, ref: 'heads/main' });
    await rest.repos.createRelease({ ...REPO, tag_name: 'v1.0.0' });
    await rest.repos.createRelease({ ...REPO, tag_name: 'v1.1.0-rc.1', prerelease: true, body: 'Try it' });
    const { data: made } = await rest.repos.createRelease({ ...REPO, tag_name: 'v2.0.0', draft: true });
    const { data: all } = await rest.repos.listReleases(REPO);
    expect(all.map(({ tag_name }) => tag_name)).toEqual(['v2.0.0', 'v1.1.0-rc.1', 'v1.0.0']);
    const { data: seen } = await github.as('stranger').rest.repos.listReleases(REPO);
    expect(seen.map(({ tag_name }) => tag_name)).toEqual(['v1.1.0-rc.1', 'v1.0.0']);
    expect((await rest.repos.getLatestRelease(REPO)).data.tag_name).toBe('v1.0.0');
    await rest.repos.getReleaseByTag({ ...REPO, tag: 'v1.1.0-rc.1' });
    await rest.repos.getRelease({ ...REPO, release_id: made.id });
    await refused(404, rest.repos.getReleaseByTag({ ...REPO, tag: 'v2.0.0' }));
    await refused(404, github.as('stranger').rest.repos.getRelease({ ...REPO, release_id: made.id }));
    const { data: tags } = await rest.repos.listTags(REPO);
    expect(tags.map(({ name, commit }) => [name, commit.sha])).toEqual([
      ['v1.1.0-rc.1', head.object.sha],
      ['v1.0.0', head.object.sha],
    ]);
    const said = (await github.heardSince()).filter((name) => name.startsWith('release'));
    const count = (action: string) => said.filter((name) => name === `release.${action}`).length;
    expect(['created', 'published', 'released', 'prereleased'].map(count)).toEqual([3, 2, 1, 1]);
  });

  it('are refused twice for a tag, for no commit, and to people who may not push', async () => {
    const { rest } = github.as('writer');
    await refused(422, rest.repos.createRelease({ ...REPO, tag_name: 'v1.0.0' }));
    await refused(422, rest.repos.createRelease({ ...REPO, tag_name: 'v3', target_commitish: 'nowhere' }));
    await refused(422, rest.repos.createRelease({ ...REPO, tag_name: 'a..b' }));
    await refused(403, github.as('triager').rest.repos.createRelease({ ...REPO, tag_name: 'v3' }));
  });

  it('say which rules a branch has', async () => {
    expect((await github.as('writer').rest.repos.getBranchRules({ ...REPO, branch: 'main' })).data).toEqual([]);
  });
});

describe('a private repository', () => {
  it('is there for its people only, and can become public', async () => {
    const owner = github.as('owner');
    await owner.rest.issues.create({ ...PRIVATE, title: 'Between us' });
    const { data: hidden } = await owner.rest.repos.update({ ...PRIVATE, visibility: 'private' });
    expect([hidden.private, hidden.visibility]).toEqual([true, 'private']);
    for (const who of ['stranger', null]) {
      const { rest } = github.as(who);
      await refused(404, rest.repos.get(PRIVATE));
      await refused(404, rest.issues.listForRepo(PRIVATE));
      const { data } = await rest.search.issuesAndPullRequests({ q: 'Between' });
      expect(data.total_count).toBe(0);
      expect((await rest.repos.listForUser({ username: 'owner' })).data).toEqual([]);
    }
    const query = 'query { repository(owner: "owner", name: "sample") { isPrivate visibility } }';
    await expect(github.as('stranger').graphql(query)).rejects.toThrow('Could not resolve');
    expect(await github.as('triager').graphql(query)).toEqual({
      repository: { isPrivate: true, visibility: 'PRIVATE' },
    });
    expect((await github.as('triager').rest.issues.listForRepo(PRIVATE)).data).toHaveLength(1);
    await owner.rest.repos.update({ ...PRIVATE, private: false });
    expect((await github.as(null).rest.repos.get(PRIVATE)).data.visibility).toBe('public');
    const said = (await github.heardSince()).filter((name) => name.startsWith('repository.'));
    expect(said).toEqual(['repository.privatized', 'repository.publicized']);
  });
});
