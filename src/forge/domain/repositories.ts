import { join } from 'node:path';
import { invalid, notFound, unprocessable } from '../answers.ts';
import { setHead } from '../git/repository.ts';
import { emit } from '../hooks/emit.ts';
import { isRepositoryName } from '../names.ts';
import { userJson } from '../present/account.ts';
import type { RepoPermissions } from '../present/repository.ts';
import type { Account, Actor, Repo, Viewer, World } from '../world.ts';
import { atLeast, demand, may, roleOf } from './access.ts';
import { accountById, accountByLogin } from './accounts.ts';
import { type Input, oneOf, optionalFlag, optionalText } from './fields.ts';
import { branchSha } from './refs.ts';

type Row = Omit<Repo, 'owner'>;

const withOwner = (world: World, row: Row): Repo => ({ ...row, owner: accountById(world, row.owner_id) });

export function findRepository(world: World, owner: string, name: string): Repo | undefined {
  const row = world.store.get<Row>(
    `SELECT repositories.* FROM repositories JOIN accounts ON accounts.id = owner_id
     WHERE accounts.login = ? AND repositories.name = ?`,
    owner,
    name,
  );
  return row && withOwner(world, row);
}

/** The repository that had this name before; what took the name since comes first. */
export function formerlyNamed(world: World, owner: string, name: string): Repo | undefined {
  const row = world.store.get<Row>(
    `SELECT repositories.* FROM former_names JOIN accounts ON accounts.id = former_names.owner_id
     JOIN repositories ON repositories.id = repository_id WHERE accounts.login = ? AND former_names.name = ?`,
    owner,
    name,
  );
  return row && withOwner(world, row);
}

/** A repository by id with the number of its open issues and pull requests. */
export function repositoryOf(world: World, id: number): { repo: Repo; open: number } {
  const row = world.store.get<Row>('SELECT * FROM repositories WHERE id = ?', id);
  if (!row) throw notFound();
  return { repo: withOwner(world, row), open: openIssues(world, id) };
}

export function openIssues(world: World, repositoryId: number): number {
  const row = world.store.get<{ count: number }>(
    "SELECT count(*) AS count FROM issues WHERE repository_id = ? AND state = 'open'",
    repositoryId,
  );
  return row?.count ?? 0;
}

export function repositoriesOwnedBy(world: World, account: Account): Repo[] {
  const rows = world.store.all<Row>('SELECT * FROM repositories WHERE owner_id = ? ORDER BY id', account.id);
  return rows.map((row) => withOwner(world, row));
}

export function allRepositories(world: World): Repo[] {
  return world.store.all<Row>('SELECT * FROM repositories ORDER BY id').map((row) => withOwner(world, row));
}

/** The `permissions` block: what a person's role allows; nothing for somebody who is not signed in. */
export function permissionsOf(world: World, repo: Repo, viewer: Viewer): RepoPermissions | null {
  if (viewer.kind === 'installation') {
    const push = may(world, viewer, repo, 'write', 'contents:write');
    return { admin: false, maintain: false, push, triage: push, pull: true };
  }
  if (viewer.kind !== 'user') return null;
  const role = roleOf(world, repo, viewer.account);
  return {
    admin: atLeast(role, 'admin'),
    maintain: atLeast(role, 'maintain'),
    push: atLeast(role, 'write'),
    triage: atLeast(role, 'triage'),
    pull: true,
  };
}

export const repositoryFolder = (dir: string, repo: Pick<Repo, 'owner' | 'name' | 'folder'>) =>
  join(dir, 'repos', repo.folder ?? join(repo.owner.login, `${repo.name}.git`));

/** Adds the row of a repository whose git folder is there already. */
export function addRepository(
  world: World,
  options: {
    owner: Account;
    name: string;
    description: string | null;
    defaultBranch: string;
    isPrivate: boolean;
    linked: { path: string; publish: string } | null;
    folder: string | null;
  },
): Repo {
  if (!isRepositoryName(options.name)) throw unprocessable(`${options.name} is not a repository name`);
  const now = world.time();
  world.store.run(
    `INSERT INTO repositories (owner_id, name, description, default_branch, private, linked_path, linked_publish,
     folder, created_at, updated_at, pushed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    options.owner.id,
    options.name,
    options.description,
    options.defaultBranch,
    Number(options.isPrivate),
    options.linked?.path ?? null,
    options.linked?.publish ?? null,
    options.folder,
    now,
    now,
    now,
  );
  return findRepository(world, options.owner.login, options.name) as Repo;
}

/** Another name, or another owner: the old name leads to it until somebody takes that name. */
function moveRepository(world: World, repo: Repo, owner: Account, name: string): void {
  if (!isRepositoryName(name)) throw invalid({ resource: 'Repository', field: 'name', code: 'invalid', value: name });
  const taken = findRepository(world, owner.login, name);
  if (taken && taken.id !== repo.id) {
    const message = 'name already exists on this account';
    throw invalid({ resource: 'Repository', field: 'name', code: 'custom', message });
  }
  const { store } = world;
  store.run(
    'INSERT OR REPLACE INTO former_names (owner_id, name, repository_id) VALUES (?, ?, ?)',
    repo.owner_id,
    repo.name,
    repo.id,
  );
  store.run('DELETE FROM former_names WHERE owner_id = ? AND name = ?', owner.id, name);
  store.run(
    'UPDATE repositories SET owner_id = ?, name = ?, folder = ?, updated_at = ? WHERE id = ?',
    owner.id,
    name,
    repo.folder ?? join(repo.owner.login, `${repo.name}.git`),
    world.time(),
    repo.id,
  );
}

/** `POST /repos/{owner}/{repo}/transfer`, to whoever need not be asked: Apps of the old owner reach it no more. */
export function transferRepository(world: World, actor: Actor, repo: Repo, input: Input): Repo {
  demand(world, actor, repo, 'admin', 'administration:write');
  const owner = accountByLogin(world, optionalText(input, 'new_owner', { resource: 'Repository' }) ?? '');
  if (!owner) throw unprocessable('Invalid new owner');
  return world.store.transaction(() => {
    moveRepository(world, repo, owner, optionalText(input, 'new_name', { resource: 'Repository' }) ?? repo.name);
    const moved = repositoryOf(world, repo.id).repo;
    const from = { [repo.owner.type === 'Organization' ? 'organization' : 'user']: userJson(world.links, repo.owner) };
    emit(world, moved, actor.account, 'repository', 'transferred', () => ({ changes: { owner: { from } } }));
    return moved;
  });
}

/** `PATCH /repos/{owner}/{repo}`: name, description, default branch, visibility, archived or not, and whether pull requests may merge by themselves. */
export async function updateRepository(world: World, actor: Actor, repo: Repo, input: Input): Promise<Repo> {
  demand(world, actor, repo, 'admin', 'administration:write');
  const description = optionalText(input, 'description', { resource: 'Repository', max: 350 });
  const branch = optionalText(input, 'default_branch', { resource: 'Repository' }) ?? repo.default_branch;
  const visibility = oneOf(input, 'visibility', ['public', 'private'], 'Repository');
  const isPrivate = visibility ? visibility === 'private' : (optionalFlag(input, 'private') ?? repo.private === 1);
  const isArchived = optionalFlag(input, 'archived') ?? repo.archived === 1;
  const name = optionalText(input, 'name', { resource: 'Repository' }) ?? repo.name;
  const autoMerge = optionalFlag(input, 'allow_auto_merge') ?? repo.allow_auto_merge === 1;
  if (branch !== repo.default_branch && branchSha(world, repo, branch) === undefined) {
    throw invalid({ resource: 'Repository', field: 'default_branch', code: 'invalid', value: branch });
  }
  if (branch !== repo.default_branch) await setHead(world.git(repo).dir, branch);
  world.store.transaction(() => {
    if (name !== repo.name) moveRepository(world, repo, repo.owner, name);
    world.store.run(
      `UPDATE repositories SET description = ?, default_branch = ?, allow_auto_merge = ?, private = ?, archived = ?,
       updated_at = ? WHERE id = ?`,
      description === undefined ? repo.description : description,
      branch,
      Number(autoMerge),
      Number(isPrivate),
      Number(isArchived),
      world.time(),
      repo.id,
    );
    const tell = (action: string, more: object = {}) =>
      emit(world, repo, actor.account, 'repository', action, () => ({ ...more }));
    const changes = {
      ...(branch === repo.default_branch ? {} : { default_branch: { from: repo.default_branch } }),
      ...(description === undefined || description === repo.description
        ? {}
        : { description: { from: repo.description } }),
    };
    if (Object.keys(changes).length > 0) tell('edited', { changes });
    if (name !== repo.name) tell('renamed', { changes: { repository: { name: { from: repo.name } } } });
    if (isPrivate !== (repo.private === 1)) tell(isPrivate ? 'privatized' : 'publicized');
    if (isArchived !== (repo.archived === 1)) tell(isArchived ? 'archived' : 'unarchived');
  });
  return repositoryOf(world, repo.id).repo;
}
