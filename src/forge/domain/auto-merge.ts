import { GitHubError, unprocessable } from '../answers.ts';
import type { AutoMerge } from '../present/pull.ts';
import { autoMergeOf } from '../present/pull.ts';
import type { Actor, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { pullsAt } from './checks.ts';
import { announce, record } from './issue-events.ts';
import { type MergeWish, mergePull } from './merge.ts';
import { missingChecks } from './protection.ts';
import { examine, getPull, type PullIssue } from './pulls.ts';

/** Merges the pull request by itself once its required checks are green. Refused where it could be merged at once. */
export async function enableAutoMerge(
  world: World,
  actor: Actor,
  repo: Repo,
  found: PullIssue,
  wish: MergeWish,
): Promise<void> {
  const { issue, pull } = found;
  demand(world, actor, repo, 'write', 'pull_requests:write');
  if (repo.allow_auto_merge !== 1) throw unprocessable('Auto merge is not allowed for this repository');
  if (issue.state === 'closed') throw unprocessable('Pull request is closed');
  if (pull.draft) throw unprocessable('Pull request is in draft status');
  if (wish.head !== undefined && wish.head !== pull.head_sha) {
    throw unprocessable('Head sha does not match the expected head oid');
  }
  await examine(world, repo, found);
  if (getPull(world, repo, issue.number).pull.mergeable === 0) throw unprocessable('Pull request is in dirty status');
  if (missingChecks(world, repo, pull).length === 0) throw unprocessable('Pull request is in clean status');
  const auto: AutoMerge = {
    enabledBy: actor.account,
    enabledAt: world.time(),
    method: wish.method,
    title: wish.title ?? null,
    message: wish.message ?? null,
  };
  world.store.transaction(() => {
    world.store.run('UPDATE pulls SET auto_merge_json = ? WHERE id = ?', JSON.stringify(auto), pull.id);
    record(world, actor, repo, issue, 'auto_merge_enabled');
    announce(world, actor, repo, issue, 'auto_merge_enabled');
  });
}

export function disableAutoMerge(world: World, actor: Actor, repo: Repo, { issue, pull }: PullIssue): void {
  demand(world, actor, repo, 'write', 'pull_requests:write');
  if (pull.auto_merge_json === null) throw unprocessable("Can't disable auto-merge for this pull request.");
  world.store.transaction(() => {
    world.store.run('UPDATE pulls SET auto_merge_json = NULL WHERE id = ?', pull.id);
    record(world, actor, repo, issue, 'auto_merge_disabled');
    announce(world, actor, repo, issue, 'auto_merge_disabled');
  });
}

/** After a check on a commit changed: merges the pull requests that waited for it. */
export async function mergeWhatWaited(world: World, repo: Repo, sha: string): Promise<void> {
  for (const pull of pullsAt(world, repo, sha)) {
    const auto = autoMergeOf(pull);
    if (!auto || missingChecks(world, repo, pull).length > 0) continue;
    const actor: Actor = { kind: 'user', account: auto.enabledBy, app: null };
    const wish = { method: auto.method, title: auto.title ?? undefined, message: auto.message ?? undefined };
    try {
      await mergePull(world, actor, repo, pull.number, wish);
    } catch (error) {
      // a conflict or a lost right: it goes on waiting, as on GitHub
      if (!(error instanceof GitHubError)) throw error;
    }
  }
}
