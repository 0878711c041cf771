import { existsSync } from 'node:fs';
import { writeCommit } from '../git/history.ts';
import { defaultBranch, findGitDirectory } from '../git/linked.ts';
import { initRepository, NO_OBJECT, updateRef, writeBlob } from '../git/repository.ts';
import { type TreeChange, writeTree } from '../git/trees.ts';
import { isAccountName, isRepositoryName, isSafePath } from '../names.ts';
import type { Repo, World } from '../world.ts';
import { ensureAccount, PEOPLE, seatPeople } from './accounts.ts';
import { signatureOf } from './commits.ts';
import { announceRepository } from './installations.ts';
import { ownerActor, syncLinked } from './linked.ts';
import { observe } from './pushes.ts';
import { addRepository, allRepositories, findRepository, repositoryFolder } from './repositories.ts';

export interface RepositoryOptions {
  owner: string;
  name: string;
  description?: string;
  private?: boolean;
  /** The first commit. */
  files?: Record<string, string | Uint8Array>;
  /** The user's own repository at `path`; branches that start with `publish` are written to it. */
  linked?: { path: string; publish: string };
}

/** Makes a repository with its first commit, or with the branches of the linked one. One that exists is left alone. */
export async function createRepository(world: World, options: RepositoryOptions): Promise<void> {
  const { owner: login, name } = options;
  if (!isAccountName(login)) throw new Error(`${login} is not an account name`);
  if (!isRepositoryName(name)) throw new Error(`${name} is not a repository name`);
  if (findRepository(world, login, name)) return;

  const person = PEOPLE.some((known) => known === login.toLowerCase());
  const owner = ensureAccount(world, login, person ? 'User' : 'Organization');
  const linked = options.linked && {
    path: await findGitDirectory(options.linked.path),
    publish: options.linked.publish,
  };
  const branch = linked ? await defaultBranch(linked.path) : 'main';
  const folder = freeFolder(world, `${owner.login}/${name}`);
  await initRepository(repositoryFolder(world.dir, { owner, name, folder }), branch);

  const repo = world.store.transaction(() => {
    const added = addRepository(world, {
      owner,
      name,
      description: options.description ?? null,
      defaultBranch: branch,
      isPrivate: options.private ?? false,
      linked: linked ?? null,
      folder,
    });
    seatPeople(world, added.id);
    announceRepository(world, added);
    return added;
  });
  await world.lock(repo, async () => {
    if (linked) await syncLinked(world, repo);
    else if (options.files) await firstCommit(world, repo, options.files);
  });
}

/** Git of a repository that had the name before may lie where this one's would. */
function freeFolder(world: World, place: string): string {
  const taken = new Set(allRepositories(world).map(({ folder }) => folder));
  let folder = `${place}.git`;
  for (let n = 2; taken.has(folder); n += 1) folder = `${place}~${n}.git`;
  return folder;
}

async function firstCommit(world: World, repo: Repo, files: Record<string, string | Uint8Array>): Promise<void> {
  const { dir, objects } = world.git(repo);
  const changes: TreeChange[] = [];
  for (const [path, content] of Object.entries(files)) {
    if (!isSafePath(path)) throw new Error(`${path} is not a path for a repository`);
    changes.push({ path, mode: '100644', oid: await writeBlob(dir, content) });
  }
  const actor = ownerActor(world, repo);
  const author = signatureOf(world, actor.account);
  const commit = await writeCommit(dir, {
    tree: await writeTree(dir, objects, null, changes),
    parents: [],
    author,
    committer: author,
    message: 'Initial commit',
  });
  await updateRef(dir, `refs/heads/${repo.default_branch}`, commit, NO_OBJECT);
  await observe(world, actor, repo);
}

/** After a start: notices refs that a crash left between git and the table. */
export async function recover(world: World): Promise<void> {
  for (const repo of allRepositories(world)) {
    if (!existsSync(repositoryFolder(world.dir, repo))) continue;
    await world.lock(repo, () => observe(world, ownerActor(world, repo), repo));
  }
}
