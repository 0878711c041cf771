import { invalid } from '../answers.ts';
import type { Actor, Issue, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { announce, record } from './issue-events.ts';

const MOST_PINNED = 3;

export function pinnedIssues(world: World, repo: Repo): Issue[] {
  return world.store.all<Issue>(
    'SELECT * FROM issues WHERE repository_id = ? AND pinned_at IS NOT NULL ORDER BY pinned_at, number',
    repo.id,
  );
}

/** Pins an issue to the top of the list, or takes it off. */
export function setPinned(world: World, actor: Actor, repo: Repo, issue: Issue, pinned: boolean): void {
  demand(world, actor, repo, 'write', 'issues:write');
  if ((issue.pinned_at !== null) === pinned) return;
  if (pinned && pinnedIssues(world, repo).length >= MOST_PINNED) {
    const message = `Maximum ${MOST_PINNED} pinned issues per repository`;
    throw invalid({ resource: 'Issue', code: 'custom', message });
  }
  world.store.transaction(() => {
    world.store.run('UPDATE issues SET pinned_at = ? WHERE id = ?', pinned ? world.time() : null, issue.id);
    record(world, actor, repo, issue, pinned ? 'pinned' : 'unpinned');
    announce(world, actor, repo, issue, pinned ? 'pinned' : 'unpinned');
  });
}
