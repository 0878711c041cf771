import type { PullView } from '../present/pull.ts';
import type { Issue, Repo, World } from '../world.ts';
import { accountById } from './accounts.ts';
import { missingChecks } from './protection.ts';
import { openIssues } from './repositories.ts';
import { reviewersOf, viewIssues } from './views.ts';

export function pullViews(world: World, repo: Repo, issues: readonly Issue[]): PullView[] {
  const open = openIssues(world, repo.id);
  return viewIssues(world, repo, issues).flatMap((view) => {
    if (!view.pull) return [];
    const { merged_by: mergedBy } = view.pull;
    const blocked = missingChecks(world, repo, view.pull).length > 0;
    const merger = mergedBy === null ? null : accountById(world, mergedBy);
    const reviewers = reviewersOf(world, view.issue);
    return [{ ...view, pull: view.pull, open, blocked, mergedBy: merger, reviewers }];
  });
}

export const pullView = (world: World, repo: Repo, issue: Issue): PullView =>
  pullViews(world, repo, [issue])[0] as PullView;
