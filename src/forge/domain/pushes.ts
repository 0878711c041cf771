import { type Commit, isAncestor, listCommits, touchedFiles } from '../git/history.ts';
import { listRefs, NO_OBJECT } from '../git/repository.ts';
import { emit } from '../hooks/emit.ts';
import { type PushedCommit, pushJson, refEventJson } from '../present/push.ts';
import type { Actor, Repo, World } from '../world.ts';
import { closeReferenced } from './closing.ts';
import { followRefs } from './pull-sync.ts';

export interface RefChange {
  name: string;
  before: string | null;
  after: string | null;
}

// GitHub lists at most this many commits in a push event.
const MOST_COMMITS = 2048;

/**
 * Compares git's branches and tags with the table and does all that a push means: push events, pull requests that follow
 * their branches, issues closed by commit messages. The table changes in the same transaction, so whatever a crash
 * interrupts is noticed again. Needs the repository's lock.
 */
export async function observe(world: World, actor: Actor, repo: Repo): Promise<void> {
  const { dir } = world.git(repo);
  const now = await listRefs(dir);
  const before = new Map(
    world.store
      .all<{ name: string; sha: string }>('SELECT name, sha FROM refs WHERE repository_id = ?', repo.id)
      .map((row) => [row.name, row.sha]),
  );
  const changes = [...new Set([...before.keys(), ...now.keys()])]
    .map((name): RefChange => ({ name, before: before.get(name) ?? null, after: now.get(name) ?? null }))
    .filter((change) => change.before !== change.after);
  if (changes.length === 0) return;

  const pushes = await Promise.all(changes.map((change) => describePush(world, repo, change, [...before.values()])));
  const follow = await followRefs(world, actor, repo, changes, now);

  world.store.transaction(() => {
    for (const { name, after } of changes) {
      world.store.run('DELETE FROM refs WHERE repository_id = ? AND name = ?', repo.id, name);
      if (after === null) continue;
      world.store.run('INSERT INTO refs (repository_id, name, sha) VALUES (?, ?, ?)', repo.id, name, after);
    }
    const time = world.time();
    world.store.run('UPDATE repositories SET pushed_at = ?, updated_at = ? WHERE id = ?', time, time, repo.id);
    for (const { name, before: old, after } of changes) {
      if (old !== null && after !== null) continue;
      emit(world, repo, actor.account, old === null ? 'create' : 'delete', null, () =>
        refEventJson(repo, name, old === null),
      );
    }
    for (const push of pushes) {
      emit(world, repo, actor.account, 'push', null, () => pushJson(world.links, repo, actor.account, push));
    }
    follow();
    const main = pushes.find((push) => push.change.name === `refs/heads/${repo.default_branch}`);
    for (const { commit } of main?.change.before ? main.commits : []) {
      closeReferenced(world, actor, repo, commit.message, commit.oid);
    }
  });
}

export interface PushFacts {
  change: RefChange;
  forced: boolean;
  /** Oldest first, as in the event. */
  commits: PushedCommit[];
  head: PushedCommit | null;
}

async function describePush(world: World, repo: Repo, change: RefChange, known: string[]): Promise<PushFacts> {
  const { dir, objects } = world.git(repo);
  const { before, after, name } = change;
  if (after === null || !name.startsWith('refs/heads/')) return { change, forced: false, commits: [], head: null };
  const old = before === null ? known.filter((sha) => sha !== NO_OBJECT) : [before];
  const range = [after, ...[...new Set(old)].map((sha) => `^${sha}`)];
  const commits: Commit[] = await listCommits(dir, objects, range, { limit: MOST_COMMITS });
  const head = commits[0]?.oid === after ? undefined : (await listCommits(dir, objects, [after], { limit: 1 }))[0];
  const files = await touchedFiles(
    dir,
    [...commits, ...(head ? [head] : [])].map((commit) => commit.oid),
  );
  const describe = (commit: Commit): PushedCommit => ({
    commit,
    files: files.get(commit.oid) ?? { added: [], removed: [], modified: [] },
  });
  const described = commits.map(describe);
  return {
    change,
    forced: before !== null && !(await isAncestor(dir, before, after)),
    commits: described.toReversed(),
    head: described[0]?.commit.oid === after ? described[0] : head ? describe(head) : null,
  };
}
