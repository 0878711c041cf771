import { GitHubError, notForIntegration, notFound, requiresAuthentication } from '../answers.ts';
import { atLeast, demand, maySee, roleOf } from '../domain/access.ts';
import { accountByLogin } from '../domain/accounts.ts';
import { getCommit, viewCommit } from '../domain/commits.ts';
import { dispatch } from '../domain/dispatch.ts';
import { type Protection, protect, protectionOf, unprotect } from '../domain/protection.ts';
import { branchSha, freshGit, refsUnder } from '../domain/refs.ts';
import {
  allRepositories,
  openIssues,
  permissionsOf,
  repositoriesOwnedBy,
  transferRepository,
  updateRepository,
} from '../domain/repositories.ts';
import { encodePath } from '../names.ts';
import { commitJson } from '../present/commit.ts';
import { fullRepositoryJson, repoApi, repoHtml, repositoryJson } from '../present/repository.ts';
import type { Repo, World } from '../world.ts';
import { accepted, noContent, ok, pageOf, sliced } from './answer.ts';
import type { Call, Surface } from './surface.ts';

const checksOf = ({ contexts }: Protection) => contexts.map((context) => ({ context, app_id: null }));

/** The block that branches carry. */
const summary = (protection: Protection | null) => ({
  protected: protection !== null,
  protection: {
    enabled: protection !== null,
    required_status_checks: {
      enforcement_level: protection ? 'non_admins' : 'off',
      contexts: protection?.contexts ?? [],
      checks: protection ? checksOf(protection) : [],
    },
  },
});

/** `branch-protection` and `protected-branch` in what they share. */
function protectionJson(url: string, protection: Protection) {
  const checks = `${url}/required_status_checks`;
  return {
    url,
    required_status_checks: {
      url: checks,
      strict: protection.strict,
      contexts: protection.contexts,
      contexts_url: `${checks}/contexts`,
      checks: checksOf(protection),
    },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: false },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
  };
}

const branchApi = (world: World, repo: Repo, branch: string) =>
  `${repoApi(world.links, repo)}/branches/${encodePath(branch)}`;

export function repositoryRoutes({ read, write, route }: Surface): void {
  const listOf = (call: Call, repos: Repo[]) =>
    sliced(
      call.world.links,
      call.url,
      pageOf(call.query),
      repos.filter((repo) => maySee(call.world, call.viewer, repo)),
      (repo) =>
        repositoryJson(
          call.world.links,
          repo,
          openIssues(call.world, repo.id),
          permissionsOf(call.world, repo, call.viewer),
        ),
    );
  route('GET', '/user/repos', (call) => {
    const { world, viewer } = call;
    if (viewer.kind === 'anonymous') throw requiresAuthentication();
    if (viewer.kind !== 'user') throw notForIntegration();
    const mine = allRepositories(world).filter((repo) => atLeast(roleOf(world, repo, viewer.account), 'triage'));
    return listOf(call, mine);
  });
  for (const kind of ['users', 'orgs']) {
    route('GET', `/${kind}/:login/repos`, (call) => {
      const account = accountByLogin(call.world, call.params.login ?? '');
      if (!account) throw notFound();
      return listOf(call, repositoriesOwnedBy(call.world, account));
    });
  }

  read('metadata:read', '', ({ world, repo, viewer }) =>
    ok(fullRepositoryJson(world.links, repo, openIssues(world, repo.id), permissionsOf(world, repo, viewer))),
  );

  write('PATCH', '', async ({ world, repo, viewer, input }) => {
    await freshGit(world, repo);
    const updated = await updateRepository(world, viewer, repo, input);
    const permissions = permissionsOf(world, updated, viewer);
    return ok(fullRepositoryJson(world.links, updated, openIssues(world, updated.id), permissions));
  });

  write('POST', '/transfer', ({ world, repo, viewer, input }) => {
    const moved = transferRepository(world, viewer, repo, input);
    return accepted(repositoryJson(world.links, moved, openIssues(world, moved.id)));
  });

  write('POST', '/dispatches', ({ world, repo, viewer, input }) => {
    dispatch(world, viewer, repo, input);
    return noContent();
  });

  read('contents:read', '/branches', async ({ world, repo, query, url }) => {
    await freshGit(world, repo);
    const branches = query.protected === 'true' ? [] : refsUnder(world, repo, 'refs/heads/');
    return sliced(world.links, url, pageOf(query), branches, ({ name, sha }) => {
      const branch = name.replace('refs/heads/', '');
      return {
        name: branch,
        commit: { sha, url: `${repoApi(world.links, repo)}/commits/${sha}` },
        ...summary(protectionOf(world, repo, branch)),
        protection_url: `${branchApi(world, repo, branch)}/protection`,
      };
    });
  });

  const PROTECTION = '/branches/:branch{.+}/protection';
  read('administration:read', PROTECTION, async ({ world, repo, viewer, params }) => {
    demand(world, viewer, repo, 'write', 'administration:read', notFound());
    await freshGit(world, repo);
    const protection = protectionOf(world, repo, params.branch ?? '');
    if (!protection) throw new GitHubError(404, 'Branch not protected');
    return ok(protectionJson(`${branchApi(world, repo, params.branch ?? '')}/protection`, protection));
  });
  write('PUT', PROTECTION, async ({ world, repo, viewer, params, input }) => {
    await freshGit(world, repo);
    const protection = protect(world, viewer, repo, params.branch ?? '', input);
    return ok(protectionJson(`${branchApi(world, repo, params.branch ?? '')}/protection`, protection));
  });
  write('DELETE', PROTECTION, ({ world, repo, viewer, params }) => {
    unprotect(world, viewer, repo, params.branch ?? '');
    return noContent();
  });

  // the forge knows no rulesets: what it demands stands in the branch's protection
  read('metadata:read', '/rules/branches/:branch{.+}', ({ world, url, query }) =>
    sliced(world.links, url, pageOf(query), [], (rule) => rule),
  );

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
      ...summary(protectionOf(world, repo, branch)),
      protection_url: `${self}/protection`,
    });
  });
}
