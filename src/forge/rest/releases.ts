import { findCommit, freshGit, refsUnder } from '../domain/refs.ts';
import { createRelease, getRelease, listReleases, viewRelease } from '../domain/releases.ts';
import { encodePath } from '../names.ts';
import { nodeId } from '../nodes.ts';
import { repoApi } from '../present/repository.ts';
import { created, ok, pageOf, sliced } from './answer.ts';
import type { RepoCall, Surface } from './surface.ts';

const published = ({ world, repo, viewer }: RepoCall) =>
  listReleases(world, repo, viewer).filter((release) => release.draft === 0);

export function releaseRoutes({ read, write }: Surface): void {
  read('contents:read', '/releases', ({ world, repo, viewer, query, url }) =>
    sliced(world.links, url, pageOf(query), listReleases(world, repo, viewer), (release) =>
      viewRelease(world, repo, release),
    ),
  );
  write('POST', '/releases', async ({ world, viewer, repo, input }) => {
    const json = viewRelease(world, repo, await createRelease(world, viewer, repo, input));
    return created(json, json.url);
  });
  read('contents:read', '/releases/latest', (call) =>
    ok(
      viewRelease(
        call.world,
        call.repo,
        getRelease(published(call), (release) => release.prerelease === 0),
      ),
    ),
  );
  read('contents:read', '/releases/tags/:tag{.+}', (call) =>
    ok(
      viewRelease(
        call.world,
        call.repo,
        getRelease(published(call), ({ tag }) => tag === call.params.tag),
      ),
    ),
  );
  read('contents:read', '/releases/:id{[0-9]+}', ({ world, repo, viewer, params }) =>
    ok(
      viewRelease(
        world,
        repo,
        getRelease(listReleases(world, repo, viewer), ({ id }) => id === Number(params.id)),
      ),
    ),
  );

  // the order is GitHub's: by name, the last one first
  read('contents:read', '/tags', async ({ world, repo, query, url }) => {
    await freshGit(world, repo);
    const api = repoApi(world.links, repo);
    const tags = await Promise.all(
      refsUnder(world, repo, 'refs/tags/')
        .toReversed()
        .map(async ({ name, sha }) => {
          const short = name.slice('refs/tags/'.length);
          const commit = (await findCommit(world, repo, name)) ?? sha;
          return {
            name: short,
            zipball_url: `${api}/zipball/${encodePath(name)}`,
            tarball_url: `${api}/tarball/${encodePath(name)}`,
            commit: { sha: commit, url: `${api}/commits/${commit}` },
            node_id: nodeId('Ref', `${repo.id}:${name}`),
          };
        }),
    );
    return sliced(world.links, url, pageOf(query), tags, (tag) => tag);
  });
}
