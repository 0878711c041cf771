import { GitHubError, notFound } from '../answers.ts';
import { getCommit, viewCommit } from '../domain/commits.ts';
import { branchSha, freshGit, refsUnder } from '../domain/refs.ts';
import { openIssues, permissionsOf } from '../domain/repositories.ts';
import { encodePath } from '../names.ts';
import { commitJson } from '../present/commit.ts';
import { fullRepositoryJson, repoApi, repoHtml } from '../present/repository.ts';
import type { Repo, World } from '../world.ts';
import { ok, pageOf, sliced } from './answer.ts';
import type { Surface } from './surface.ts';

const UNPROTECTED = {
  enabled: false,
  required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
};

const branchApi = (world: World, repo: Repo, branch: string) =>
  `${repoApi(world.links, repo)}/branches/${encodePath(branch)}`;

export function repositoryRoutes({ read }: Surface): void {
  read('metadata:read', '', ({ world, repo, viewer }) =>
    ok(fullRepositoryJson(world.links, repo, openIssues(world, repo.id), permissionsOf(world, repo, viewer))),
  );

  read('contents:read', '/branches', async ({ world, repo, query, url }) => {
    await freshGit(world, repo);
    const branches = query.protected === 'true' ? [] : refsUnder(world, repo, 'refs/heads/');
    return sliced(world.links, url, pageOf(query), branches, ({ name, sha }) => {
      const branch = name.replace('refs/heads/', '');
      return {
        name: branch,
        commit: { sha, url: `${repoApi(world.links, repo)}/commits/${sha}` },
        protected: false,
        protection: UNPROTECTED,
        protection_url: `${branchApi(world, repo, branch)}/protection`,
      };
    });
  });

  read('contents:read', '/branches/:branch{.+}/protection', async ({ world, repo, params }) => {
    await freshGit(world, repo);
    if (branchSha(world, repo, params.branch ?? '') === undefined) throw notFound();
    throw new GitHubError(404, 'Branch not protected');
  });

  read('contents:read', '/branches/:branch{.+}', async ({ world, repo, params }) => {
    const branch = params.branch ?? '';
    await freshGit(world, repo);
    const sha = branchSha(world, repo, branch);
    if (sha === undefined) throw new GitHubError(404, 'Branch not found');
    const self = branchApi(world, repo, branch);
    return ok({
      name: branch,
      commit: commitJson(world.links, repo, viewCommit(world, await getCommit(world, repo, sha))),
      _links: { self, html: `${repoHtml(world.links, repo)}/tree/${encodePath(branch)}` },
      protected: false,
      protection: UNPROTECTED,
      protection_url: `${self}/protection`,
    });
  });
}
