import { diffFiles, totals } from '../git/diff.ts';
import { countCommits, isAncestor, mergeBase } from '../git/history.ts';
import type { GitRepository } from '../git/repository.ts';
import { git } from '../git/run.ts';
import type { Actor, Issue, Pull, Repo, World } from '../world.ts';
import { closeReferenced } from './closing.ts';
import { announce, issueById, record } from './issue-events.ts';
import { closeIssue } from './issues.ts';
import type { RefChange } from './pushes.ts';

/** What git says about a pull request: kept in its row, so that lists and events need no git. */
export interface Measure {
  merge_base: string;
  commits: number;
  additions: number;
  deletions: number;
  changed_files: number;
}

/** Null when the two have no history in common. */
export async function measure(repository: GitRepository, base: string, head: string): Promise<Measure | null> {
  const merge_base = await mergeBase(repository.dir, base, head);
  if (merge_base === null) return null;
  const [files, commits] = await Promise.all([
    diffFiles(repository.dir, merge_base, head),
    countCommits(repository.dir, [head, `^${base}`]),
  ]);
  return { merge_base, commits, ...totals(files) };
}

/** Keeps the commits of a pull request when its branch goes, and lets people fetch it: `refs/pull/{n}/head`. */
export async function pinHead(repository: GitRepository, number: number, sha: string): Promise<void> {
  await git(repository.dir, ['update-ref', `refs/pull/${number}/head`, sha]);
}

type Outcome =
  | { kind: 'deleted' }
  | { kind: 'moved'; base: string; head: string; measure: Measure | null; merged: boolean };

/**
 * Works out what ref changes mean for the open pull requests, and gives the function that writes it down inside a
 * transaction: the head follows its branch (`synchronize`), a deleted branch closes, a head that has become part of its
 * base is merged.
 */
export async function followRefs(
  world: World,
  actor: Actor,
  repo: Repo,
  changes: readonly RefChange[],
  now: ReadonlyMap<string, string>,
): Promise<() => void> {
  const changed = new Map(changes.map((change) => [change.name, change]));
  const pulls = world.store
    .all<Pull & { number: number }>(
      `SELECT pulls.*, issues.number FROM pulls JOIN issues ON issues.id = issue_id
       WHERE pulls.repository_id = ? AND issues.state = 'open'`,
      repo.id,
    )
    .filter((pull) => changed.has(`refs/heads/${pull.head_ref}`) || changed.has(`refs/heads/${pull.base_ref}`));
  const repository = world.git(repo);
  const outcomes: { pull: Pull; outcome: Outcome }[] = [];
  for (const pull of pulls) {
    const head = now.get(`refs/heads/${pull.head_ref}`);
    const base = now.get(`refs/heads/${pull.base_ref}`);
    if (base === undefined) {
      outcomes.push({ pull, outcome: { kind: 'deleted' } });
      continue;
    }
    // a branch may be merged and deleted between two looks: what counts then is the last head we knew
    const tip = head ?? pull.head_sha;
    const merged = changed.has(`refs/heads/${pull.base_ref}`) && (await isAncestor(repository.dir, tip, base));
    if (head === undefined && !merged) {
      outcomes.push({ pull, outcome: { kind: 'deleted' } });
      continue;
    }
    if (tip !== pull.head_sha) await pinHead(repository, pull.number, tip);
    const measured = merged ? null : await measure(repository, base, tip);
    outcomes.push({ pull, outcome: { kind: 'moved', base, head: tip, measure: measured, merged } });
  }
  return () => {
    for (const { pull, outcome } of outcomes) apply(world, actor, repo, pull, outcome);
  };
}

function apply(world: World, actor: Actor, repo: Repo, pull: Pull, outcome: Outcome): void {
  const issue = issueById(world, pull.issue_id);
  if (outcome.kind === 'deleted') {
    closeIssue(world, actor, repo, issue);
    return;
  }
  const { base, head, measure: measured } = outcome;
  if (outcome.merged) {
    markMerged(world, actor, repo, issue, pull, { head, commit: base });
    return;
  }
  world.store.run(
    `UPDATE pulls SET head_sha = ?, base_sha = ?, merge_base = ?, commits = ?, additions = ?, deletions = ?,
     changed_files = ?, mergeable = NULL WHERE id = ?`,
    head,
    base,
    measured?.merge_base ?? pull.merge_base,
    measured?.commits ?? pull.commits,
    measured?.additions ?? pull.additions,
    measured?.deletions ?? pull.deletions,
    measured?.changed_files ?? pull.changed_files,
    pull.id,
  );
  if (head === pull.head_sha) return;
  world.store.run('UPDATE issues SET updated_at = ? WHERE id = ?', world.time(), issue.id);
  announce(world, actor, repo, issue, 'synchronize', { before: pull.head_sha, after: head });
}

/** Marks a pull request merged by `commit`, closes it, and closes what its text says it closes. Needs a transaction. */
export function markMerged(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  pull: Pull,
  by: { head: string; commit: string },
): void {
  world.store.run(
    `UPDATE pulls SET head_sha = ?, merged_at = ?, merged_by = ?, merge_commit_sha = ?, auto_merge_json = NULL
     WHERE id = ?`,
    by.head,
    world.time(),
    actor.account.id,
    by.commit,
    pull.id,
  );
  record(world, actor, repo, issue, 'merged', { commit_id: by.commit });
  closeIssue(world, actor, repo, issue);
  if (pull.base_ref === repo.default_branch) {
    closeReferenced(world, actor, repo, `${issue.title}\n${issue.body ?? ''}`, by.commit);
  }
}
