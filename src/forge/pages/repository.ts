import { at, type Found, type Repository } from './github.ts';
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

export interface Counts {
  issues: number;
  pulls: number;
}

/** How many issues and pull requests are open. */
export async function counts(visit: RepositoryVisit): Promise<Counts> {
  const [issues, pulls] = await Promise.all([count(visit, 'is:issue is:open'), count(visit, 'is:pr is:open')]);
  return { issues, pulls };
}

export async function count(visit: RepositoryVisit, query: string): Promise<number> {
  return (await search(visit, query, 'per_page=1')).total_count;
}

/** GitHub's own search, kept to this repository. */
export function search(visit: RepositoryVisit, query: string, options: string): Promise<Found> {
  const q = encodeURIComponent(`repo:${visit.owner}/${visit.name} ${query}`);
  return visit.github.get<Found>(`/search/issues?q=${q}&${options}`);
}
