import { GitHubError, notForIntegration, notFound, requiresAuthentication } from '../answers.ts';
import { demand, roleOf } from '../domain/access.ts';
import { accountByLogin } from '../domain/accounts.ts';
import { isAssignable } from '../domain/issues.ts';
import { repositoriesOwnedBy } from '../domain/repositories.ts';
import { fullUserJson, userJson } from '../present/account.ts';
import type { Account, Repo, World } from '../world.ts';
import { noContent, ok, pageOf, sliced } from './answer.ts';
import { limitHeaders } from './limits.ts';
import type { Surface } from './surface.ts';

/** `write` is all that GitHub says in `permission` for maintainers, and `read` for triagers; `role_name` is exact. */
const PERMISSION = {
  admin: 'admin',
  maintain: 'write',
  write: 'write',
  triage: 'read',
  read: 'read',
  none: 'none',
} as const;

function collaboratorJson(world: World, repo: Repo, account: Account) {
  const role = roleOf(world, repo, account);
  const rank = ['read', 'triage', 'write', 'maintain', 'admin'].indexOf(role);
  return {
    ...userJson(world.links, account),
    permissions: { pull: rank >= 0, triage: rank >= 1, push: rank >= 2, maintain: rank >= 3, admin: rank >= 4 },
    role_name: role,
  };
}

function collaborators(world: World, repo: Repo): Account[] {
  return world.store.all<Account>(
    `SELECT accounts.* FROM accounts WHERE id = ? AND type = 'User'
     UNION SELECT accounts.* FROM collaborators JOIN accounts ON accounts.id = account_id WHERE repository_id = ?
     ORDER BY id`,
    repo.owner_id,
    repo.id,
  );
}

export function userRoutes({ route, read, limiter }: Surface): void {
  route('GET', '/user', ({ world, viewer }) => {
    if (viewer.kind === 'anonymous') throw requiresAuthentication();
    if (viewer.kind !== 'user') throw notForIntegration();
    const owned = repositoriesOwnedBy(world, viewer.account).length;
    return ok(fullUserJson(world.links, viewer.account, owned, true));
  });

  route('GET', '/users/:login', ({ world, params }) => {
    const account = accountByLogin(world, params.login ?? '');
    if (!account) throw notFound();
    return ok(fullUserJson(world.links, account, repositoriesOwnedBy(world, account).length, false));
  });

  route('GET', '/rate_limit', ({ viewer }) => {
    const core = limiter.budget(viewer, 'core');
    const resources = { core, search: limiter.budget(viewer, 'search'), graphql: limiter.budget(viewer, 'graphql') };
    return { ...ok({ resources, rate: core }), headers: limitHeaders('core', core) };
  });

  read('metadata:read', '/collaborators/:login/permission', ({ world, viewer, repo, params }) => {
    if (viewer.kind === 'anonymous') throw requiresAuthentication();
    const account = accountByLogin(world, params.login ?? '');
    if (!account || account.type === 'Organization') {
      throw new GitHubError(404, `${params.login} is not a user`);
    }
    const role = roleOf(world, repo, account);
    return ok({
      permission: PERMISSION[role],
      role_name: role,
      user: collaboratorJson(world, repo, account),
    });
  });

  read('metadata:read', '/collaborators', ({ world, viewer, repo, query, url }) => {
    demand(world, viewer, repo, 'write', 'metadata:read');
    const all = collaborators(world, repo);
    return sliced(world.links, url, pageOf(query), all, (account) => collaboratorJson(world, repo, account));
  });

  read('metadata:read', '/collaborators/:login', ({ world, viewer, repo, params }) => {
    demand(world, viewer, repo, 'write', 'metadata:read');
    const account = accountByLogin(world, params.login ?? '');
    if (!account || !collaborators(world, repo).some(({ id }) => id === account.id)) throw notFound();
    return noContent();
  });

  read('metadata:read', '/assignees', ({ world, repo, query, url }) => {
    const people = collaborators(world, repo).filter((account) => isAssignable(world, repo, account));
    return sliced(world.links, url, pageOf(query), people, (account) => userJson(world.links, account));
  });

  read('metadata:read', '/assignees/:login', ({ world, repo, params }) => {
    const account = accountByLogin(world, params.login ?? '');
    if (!account || !isAssignable(world, repo, account)) throw notFound();
    return noContent();
  });
}
