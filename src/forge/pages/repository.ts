import { at, type Found, type Issue, type Repository } from './github.ts';
import type { RepositoryVisit, Visit } from './visit.ts';

/** Steps into a repository; throws GitHub's 404 when there is none the person may see. */
export async function enter(visit: Visit, owner: string, name: string): Promise<RepositoryVisit> {
  const repository = await visit.github.get<Repository>(at`/repos/${owner}/${name}`);
  const { login } = repository.owner;
  return Object.assign(visit, {
    repository,
    owner: login,
    name: repository.name,
    root: `/${login}/${repository.name}`,
  });
}

/** Path of the repository in the API. */
export function api(visit: RepositoryVisit): string {
  return at`/repos/${visit.owner}/${visit.name}`;
}

/** Where an issue or pull request has its page. */
export function pageOf(visit: RepositoryVisit, issue: Pick<Issue, 'number' | 'pull_request'>): string {
  return `${visit.root}/${issue.pull_request ? 'pull' : 'issues'}/${issue.number}`;
}

export interface Counts {
  issues: number;
  pulls: number;
}

/** How many issues and pull requests are open; GitHub's own number counts both as issues. */
export async function counts(visit: RepositoryVisit): Promise<Counts> {
  const pulls = await visit.github.total(`${api(visit)}/pulls?state=open`);
  return { issues: Math.max(0, visit.repository.open_issues_count - pulls), pulls };
}

/** GitHub's own search, kept to this repository. It has a budget of its own (30 a minute), so only lists use it. */
export function search(visit: RepositoryVisit, query: string, options: string): Promise<Found> {
  const q = encodeURIComponent(`repo:${visit.owner}/${visit.name} ${query}`);
  return visit.github.get<Found>(`/search/issues?q=${q}&${options}`);
}
