import type { Octokit, RestEndpointMethodTypes } from '@octokit/rest';
import type { MarkerKeys } from './marker.ts';

/** A repository whose gaps we keep, and who we are in it. */
export interface Repository {
  owner: string;
  name: string;
  /** GitHub's numeric id. */
  id: number;
  /** The login under which we write: `app-slug[bot]`, the token's user, or the workflow's bot. */
  login: string;
  /** All logins whose texts are read back as ours, `login` among them; a marker's MAC is needed in every case. */
  logins: readonly string[];
  octokit: Octokit;
  /** Sign and verify our markers. */
  keys: MarkerKeys;
}

/** Under which login workflows write that have no App's credentials. It drafts, so it comments; it never opens a gap. */
export const WORKFLOW_LOGIN = 'github-actions[bot]';

/** A repository as GitHub describes it. */
export type Described = Pick<
  RestEndpointMethodTypes['repos']['get']['response']['data'],
  'id' | 'full_name' | 'archived' | 'has_issues'
>;

export async function describeRepository(
  octokit: Octokit,
  repository: Pick<Repository, 'owner' | 'name'>,
): Promise<Described> {
  return (await octokit.rest.repos.get(at(repository))).data;
}

/** `formerly`: further logins under which we write or wrote (another App, a token's user). */
export async function openRepository(
  options: Omit<Repository, 'id' | 'logins'> & { formerly?: readonly string[]; described?: Described },
): Promise<Repository> {
  const { formerly = [], described, ...rest } = options;
  const { id } = described ?? (await describeRepository(rest.octokit, rest));
  return { ...rest, id, logins: [...new Set([rest.login, ...formerly, WORKFLOW_LOGIN])] };
}

type Author = { login: string } | null | undefined;

/** Whether a text was written under one of our logins; GitHub's logins know no case. */
export function isOurs({ logins }: Pick<Repository, 'logins'>, author: Author): boolean {
  const login = author?.login.toLowerCase();
  return login !== undefined && logins.some((own) => own.toLowerCase() === login);
}

/** The logins under which our issues may have been opened. */
export function openers({ logins }: Pick<Repository, 'logins'>): string[] {
  return logins.filter((login) => login !== WORKFLOW_LOGIN);
}

export function openedByUs(repository: Repository, author: Author): boolean {
  return isOurs({ logins: openers(repository) }, author);
}

/** What every request about this repository carries. */
export function at(repository: Pick<Repository, 'owner' | 'name'>): { owner: string; repo: string } {
  return { owner: repository.owner, repo: repository.name };
}

/** The same, as markers are signed. */
export function signed(repository: Repository): { keys: MarkerKeys; repositoryId: number } {
  return { keys: repository.keys, repositoryId: repository.id };
}
