import { forbidden, GitHubError, notForIntegration, requiresAuthentication } from '../answers.ts';
import type { Account, Actor, App, Installation, Permissions, Repo, Viewer, World } from '../world.ts';

const RANK = { none: 0, read: 1, triage: 2, write: 3, maintain: 4, admin: 5 } as const;
export type Role = keyof typeof RANK;

/** What an App needs: `issues:write`, or one of several: `issues:write|pull_requests:write`. */
export type AppPermission = string;

/** A person's role in a repository; everybody may read a public one. */
export function roleOf(world: World, repo: Repo, account: Account): Role {
  if (account.id === repo.owner_id) return 'admin';
  const row = world.store.get<{ role: Role }>(
    'SELECT role FROM collaborators WHERE repository_id = ? AND account_id = ?',
    repo.id,
    account.id,
  );
  return row?.role ?? (repo.private === 1 ? 'none' : 'read');
}

export const atLeast = (role: Role, wanted: Role) => RANK[role] >= RANK[wanted];

const LEVEL: Record<string, number> = { read: 1, write: 2, admin: 3 };

/** Whether an installation on the repository's account takes in the repository. */
export function reaches(installation: Installation, repositoryId: number): boolean {
  const { repositories_json: chosen } = installation;
  return chosen === null || (JSON.parse(chosen) as number[]).includes(repositoryId);
}

function grants(permissions: Permissions, wanted: AppPermission): boolean {
  return wanted.split('|').some((one) => {
    const [name = '', level = 'read'] = one.split(':');
    if (name === 'metadata') return true;
    return (LEVEL[permissions[name] ?? ''] ?? 0) >= (LEVEL[level] ?? 9);
  });
}

/** Whether an installation token reaches the repository with one of the permissions. */
function installationMay(
  viewer: Extract<Viewer, { kind: 'installation' }>,
  repo: Repo,
  wanted: AppPermission,
): boolean {
  if (viewer.installation.account_id !== repo.owner_id || !reaches(viewer.installation, repo.id)) return false;
  if (viewer.repositories && !viewer.repositories.includes(repo.id)) return false;
  return grants(viewer.permissions, wanted);
}

/** Whether an App that somebody acts through is installed on the repository with one of the permissions. */
function appMay(world: World, app: App, repo: Repo, wanted: AppPermission): boolean {
  const installation = world.store.get<Installation>(
    'SELECT * FROM installations WHERE app_id = ? AND account_id = ?',
    app.id,
    repo.owner_id,
  );
  return (
    installation !== undefined &&
    reaches(installation, repo.id) &&
    grants(JSON.parse(installation.permissions_json) as Permissions, wanted)
  );
}

/** Whether the viewer has the role (people) or the permission (Apps) in the repository; both when one acts through the other. */
export function may(world: World, viewer: Viewer, repo: Repo, role: Role, permission: AppPermission): boolean {
  if (viewer.kind === 'installation') return installationMay(viewer, repo, permission);
  if (viewer.kind !== 'user' || !atLeast(roleOf(world, repo, viewer.account), role)) return false;
  return viewer.app === null || appMay(world, viewer.app, repo, permission);
}

/** Throws what GitHub answers to somebody without the role (people) or permission (Apps). */
export function demand(
  world: World,
  viewer: Viewer,
  repo: Repo,
  role: Role,
  permission: AppPermission,
  refusal: GitHubError = forbidden(),
): asserts viewer is Actor {
  if (viewer.kind === 'anonymous') throw requiresAuthentication();
  if (may(world, viewer, repo, role, permission)) return;
  throw viewer.kind === 'user' && viewer.app === null ? refusal : notForIntegration();
}

/** Whether the viewer may know of the repository at all; GitHub answers 404 where not. */
export function maySee(world: World, viewer: Viewer, repo: Repo): boolean {
  if (repo.private === 0) return true;
  if (viewer.kind === 'installation') {
    return viewer.installation.account_id === repo.owner_id && reaches(viewer.installation, repo.id);
  }
  return viewer.kind === 'user' && atLeast(roleOf(world, repo, viewer.account), 'read');
}

/** People read what they see; an installation reads what its permissions name. */
export function demandRead(viewer: Viewer, repo: Repo, permission: AppPermission): void {
  if (viewer.kind === 'app') throw new GitHubError(401, 'A JSON web token could not be decoded');
  if (viewer.kind === 'installation' && !installationMay(viewer, repo, permission)) throw notForIntegration();
}

export type Association = 'OWNER' | 'MEMBER' | 'COLLABORATOR' | 'CONTRIBUTOR' | 'NONE';

/** How GitHub labels an author next to what they wrote. */
export function associationOf(world: World, repo: Repo, account: Account): Association {
  if (account.id === repo.owner_id) return 'OWNER';
  const role = roleOf(world, repo, account);
  if (role === 'read') return 'NONE';
  return repo.owner.type === 'Organization' && role === 'admin' ? 'MEMBER' : 'COLLABORATOR';
}
