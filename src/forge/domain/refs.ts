import { conflict, GitHubError, invalid, notFound, unprocessable } from '../answers.ts';
import { isAncestor } from '../git/history.ts';
import { PublishRefused, publishRef, refsFingerprint } from '../git/linked.ts';
import { type GitRepository, NO_OBJECT, RefRefused, updateRef } from '../git/repository.ts';
import { git } from '../git/run.ts';
import { isObjectId, isSafeRef } from '../names.ts';
import type { Actor, Repo, World } from '../world.ts';
import { demand, may } from './access.ts';
import { type Input, optionalFlag } from './fields.ts';
import { remember, syncLinked } from './linked.ts';
import { observe } from './pushes.ts';

export interface Ref {
  name: string;
  sha: string;
}

export function findRef(world: World, repo: Repo, name: string): Ref | undefined {
  return world.store.get<Ref>('SELECT name, sha FROM refs WHERE repository_id = ? AND name = ?', repo.id, name);
}

/** Branches and tags whose full name starts with `prefix`, in order. */
export function refsUnder(world: World, repo: Repo, prefix: string): Ref[] {
  return world.store.all<Ref>(
    'SELECT name, sha FROM refs WHERE repository_id = ? AND substr(name, 1, ?) = ? ORDER BY name',
    repo.id,
    prefix.length,
    prefix,
  );
}

export const branchSha = (world: World, repo: Repo, branch: string) =>
  findRef(world, repo, `refs/heads/${branch}`)?.sha;

const seen = new WeakMap<World, Map<number, string>>();

/** The repository's git, after taking over what its owner did in the linked repository. Every read of git begins here. */
export async function freshGit(world: World, repo: Repo): Promise<GitRepository> {
  if (repo.linked_path !== null) {
    const known = seen.get(world) ?? new Map<number, string>();
    seen.set(world, known);
    const fingerprint = refsFingerprint(repo.linked_path);
    if (known.get(repo.id) !== fingerprint) {
      await world.lock(repo, () => syncLinked(world, repo));
      known.set(repo.id, fingerprint);
    }
  }
  return world.git(repo);
}

/** The commit that `name` means: a branch, a tag, `HEAD`, a full ref, or a (short) object id. */
export async function findCommit(world: World, repo: Repo, name: string): Promise<string | null> {
  const { objects } = await freshGit(world, repo);
  const full = name === 'HEAD' ? `refs/heads/${repo.default_branch}` : name;
  const ref = [full, `refs/${full}`, `refs/heads/${full}`, `refs/tags/${full}`]
    .filter((candidate) => candidate.startsWith('refs/'))
    .map((candidate) => findRef(world, repo, candidate))
    .find((found) => found !== undefined);
  const start = ref?.sha ?? (/^[0-9a-f]{7,40}$/i.test(name) ? name.toLowerCase() : null);
  if (start === null) return null;
  return (await objects.look(`${start}^{commit}`))?.oid ?? null;
}

/** Moves one ref inside {@link changeRefs}. `old`: what it must be now, null for "must not exist". */
export type Move = (name: string, next: string | null, old: string | null) => Promise<void>;

/**
 * The one way in which the API changes branches and tags: alone in the repository, after taking over the owner's own
 * changes, and followed by all that a push means (events, pull requests that follow their branch, …).
 */
export function changeRefs<T>(
  world: World,
  actor: Actor,
  repo: Repo,
  work: (git: GitRepository, move: Move) => Promise<T>,
): Promise<T> {
  demand(world, actor, repo, 'write', 'contents:write', notFound());
  return world.lock(repo, async () => {
    await syncLinked(world, repo);
    const result = await work(world.git(repo), (name, next, old) => moveRef(world, actor, repo, name, next, old));
    await observe(world, actor, repo);
    return result;
  });
}

async function moveRef(
  world: World,
  actor: Actor,
  repo: Repo,
  name: string,
  next: string | null,
  old: string | null,
): Promise<void> {
  const { dir } = world.git(repo);
  demandPublishable(repo, name);
  if (next !== null) await demandWorkflows(world, actor, repo, next, old);
  try {
    await updateRef(dir, name, next, old ?? NO_OBJECT);
  } catch (error) {
    if (error instanceof RefRefused) throw unprocessable(`Reference cannot be updated: ${error.message}`);
    throw error;
  }
  if (repo.linked_path === null) return;
  try {
    await publishRef(dir, repo.linked_path, name, next, old);
  } catch (error) {
    if (old === null) await updateRef(dir, name, null, next ?? NO_OBJECT);
    else await updateRef(dir, name, old, next ?? NO_OBJECT);
    if (error instanceof PublishRefused) throw conflict(error.message);
    throw error;
  }
  remember(world, repo, name, next);
}

/** In a linked repository the forge owns the branches under its prefix and nothing else. */
export function demandPublishable(repo: Repo, name: string): void {
  if (repo.linked_path === null || name.startsWith(`refs/heads/${repo.linked_publish}`)) return;
  const short = name.replace(/^refs\/(heads|tags)\//, '');
  throw unprocessable(
    `${short} belongs to your own repository at ${repo.linked_path} and is read-only here; ` +
      `only branches under ${repo.linked_publish} are written. Change it there, with git in that folder.`,
  );
}

/** An App without the `workflows` permission may not bring in a changed `.github/workflows`. */
async function demandWorkflows(
  world: World,
  actor: Actor,
  repo: Repo,
  next: string,
  old: string | null,
): Promise<void> {
  if (actor.kind !== 'installation' || may(world, actor, repo, 'write', 'workflows:write')) return;
  const { dir, objects } = world.git(repo);
  const base = old ?? branchSha(world, repo, repo.default_branch);
  const folder = async (commit: string) => (await objects.look(`${commit}:.github/workflows`))?.oid ?? null;
  if (base === undefined || (await folder(next)) === (await folder(base))) return;
  const known = await git(dir, ['for-each-ref', '--contains', next, '--count=1'], { allow: [129] });
  if (known.stdout.length > 0) return;
  throw new GitHubError(
    403,
    'refusing to allow a GitHub App to create or update workflow files in `.github/workflows` without `workflows` permission',
  );
}

async function demandObject(repository: GitRepository, sha: unknown, name: string): Promise<string> {
  if (typeof sha !== 'string' || !isObjectId(sha)) {
    throw unprocessable('The sha parameter must be exactly 40 characters and contain only [0-9a-f].');
  }
  const object = await repository.objects.look(sha);
  if (!object || (name.startsWith('refs/heads/') && object.type !== 'commit')) {
    throw unprocessable('Object does not exist');
  }
  return sha;
}

export function createRef(world: World, actor: Actor, repo: Repo, input: Input): Promise<Ref> {
  return changeRefs(world, actor, repo, async (repository, move) => {
    const name = typeof input.ref === 'string' ? input.ref : '';
    if (!/^refs\/(heads|tags)\//.test(name) || !isSafeRef(name)) {
      throw name.startsWith('refs/') && name.split('/').length >= 3
        ? unprocessable(`${name} is not a valid ref name.`)
        : unprocessable("Reference name must start with 'refs/' and have at least two slashes.");
    }
    const sha = await demandObject(repository, input.sha, name);
    if (findRef(world, repo, name)) throw unprocessable('Reference already exists');
    await move(name, sha, null);
    return { name, sha };
  });
}

export function updateExistingRef(world: World, actor: Actor, repo: Repo, name: string, input: Input): Promise<Ref> {
  return changeRefs(world, actor, repo, async (repository, move) => {
    const ref = findRef(world, repo, name);
    if (!ref) throw unprocessable('Reference does not exist');
    const sha = await demandObject(repository, input.sha, name);
    const force = optionalFlag(input, 'force') ?? false;
    if (!force && name.startsWith('refs/heads/') && !(await isAncestor(repository.dir, ref.sha, sha))) {
      throw unprocessable('Update is not a fast forward');
    }
    await move(name, sha, ref.sha);
    return { name, sha };
  });
}

export function deleteRef(world: World, actor: Actor, repo: Repo, name: string): Promise<void> {
  return changeRefs(world, actor, repo, async (_repository, move) => {
    const ref = findRef(world, repo, name);
    if (!ref) throw unprocessable('Reference does not exist');
    if (name === `refs/heads/${repo.default_branch}`) {
      throw invalid({ resource: 'Reference', code: 'custom', message: 'Cannot delete the default branch' });
    }
    await move(name, null, ref.sha);
  });
}
