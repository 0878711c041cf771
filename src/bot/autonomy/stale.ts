import { parseBranch } from '../../draft/index.ts';
import { at, isOurs, type Repository } from '../../issues/index.ts';

/** A draft that nobody touched for so long is named to people; it is theirs to merge or to close. */
const STALE_DAYS = 14;
const DAY_MS = 86_400_000;

export interface StaleDraft {
  issue: number;
  pull: number;
  url: string;
  days: number;
}

/** Open drafts of ours that wait for a person since long, the oldest first. */
export async function staleDrafts(repository: Repository, now: Date): Promise<StaleDraft[]> {
  const { octokit } = repository;
  const route = {
    ...at(repository),
    state: 'open' as const,
    sort: 'updated' as const,
    direction: 'asc' as const,
    per_page: 100,
  };
  const pulls = await octokit.paginate(octokit.rest.pulls.list, route);
  return pulls.flatMap(({ number, html_url, user, head, updated_at }) => {
    const issue = parseBranch(head.ref)?.issue;
    const days = Math.floor((now.getTime() - Date.parse(updated_at)) / DAY_MS);
    return issue !== undefined && isOurs(repository, user) && days >= STALE_DAYS
      ? [{ issue, pull: number, url: html_url, days }]
      : [];
  });
}
