import type { Octokit } from '@octokit/rest';
import type { MarkerKeys } from './marker.ts';

/** A repository whose gaps we keep, and who we are in it. */
export interface Repository {
  owner: string;
  name: string;
  /** GitHub's numeric id. */
  id: number;
  /** The login under which we write (`app-slug[bot]`, or the token's user): only its texts are read back as ours. */
  login: string;
  octokit: Octokit;
  /** Sign and verify our markers. */
  keys: MarkerKeys;
}

export async function openRepository(options: Omit<Repository, 'id'>): Promise<Repository> {
  const { data } = await options.octokit.rest.repos.get({ owner: options.owner, repo: options.name });
  return { ...options, id: data.id };
}

/** What every request about this repository carries. */
export function at(repository: Pick<Repository, 'owner' | 'name'>): { owner: string; repo: string } {
  return { owner: repository.owner, repo: repository.name };
}

/** The same, as markers are signed. */
export function signed(repository: Repository): { keys: MarkerKeys; repositoryId: number } {
  return { keys: repository.keys, repositoryId: repository.id };
}
