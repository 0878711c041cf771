import { fetchLinked, PublishRefused, publishRef } from '../git/linked.ts';
import { listRefs, NO_OBJECT, updateRef } from '../git/repository.ts';
import type { Actor, Repo, World } from '../world.ts';
import { accountByLogin } from './accounts.ts';
import { observe } from './pushes.ts';

/** Whoever works in the linked repository by hand is its owner. */
export function ownerActor(world: World, repo: Repo): Actor {
  const account = repo.owner.type === 'User' ? repo.owner : (accountByLogin(world, 'owner') ?? repo.owner);
  return { kind: 'user', account, app: null };
}

/**
 * Takes over what changed in the linked repository since the last look; theirs wins. A branch of ours that had not
 * reached them yet (the process died in between) is handed over now. Needs the repository's lock.
 */
export async function syncLinked(world: World, repo: Repo): Promise<void> {
  if (repo.linked_path === null) return;
  const { dir } = world.git(repo);
  const theirs = await fetchLinked(dir, repo.linked_path);
  const ours = await listRefs(dir);
  const last = new Map(
    world.store
      .all<{ name: string; sha: string }>('SELECT name, sha FROM linked_refs WHERE repository_id = ?', repo.id)
      .map((row) => [row.name, row.sha]),
  );
  for (const name of new Set([...theirs.keys(), ...ours.keys(), ...last.keys()])) {
    const their = theirs.get(name) ?? null;
    const our = ours.get(name) ?? null;
    if (their === our) continue;
    const unchanged = their === (last.get(name) ?? null);
    if (unchanged && name.startsWith(`refs/heads/${repo.linked_publish}`)) {
      if (await published(dir, repo.linked_path, name, our, their)) {
        if (our === null) theirs.delete(name);
        else theirs.set(name, our);
      }
    } else {
      await updateRef(dir, name, their, our ?? NO_OBJECT);
    }
  }
  world.store.transaction(() => {
    world.store.run('DELETE FROM linked_refs WHERE repository_id = ?', repo.id);
    for (const [name, sha] of theirs) remember(world, repo, name, sha);
  });
  await observe(world, ownerActor(world, repo), repo);
}

/** Hands a ref over; false when the owner is working on that branch, then the next look tries again. */
async function published(...call: Parameters<typeof publishRef>): Promise<boolean> {
  try {
    await publishRef(...call);
    return true;
  } catch (error) {
    if (error instanceof PublishRefused) return false;
    throw error;
  }
}

/** Notes what a ref of the linked repository is now, so that a later difference is known to be the owner's doing. */
export function remember(world: World, repo: Repo, name: string, sha: string | null): void {
  world.store.run('DELETE FROM linked_refs WHERE repository_id = ? AND name = ?', repo.id, name);
  if (sha === null) return;
  world.store.run('INSERT INTO linked_refs (repository_id, name, sha) VALUES (?, ?, ?)', repo.id, name, sha);
}
