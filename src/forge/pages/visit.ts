import type { GitHub, Repository } from './github.ts';
import type { Lookup } from './references.ts';

/** What every page knows of the request it answers. */
export interface Visit {
  /** Who the person in front of the browser has chosen to be. */
  login: string;
  people: readonly string[];
  /** Public origin of the forge, without a trailing slash. */
  site: string;
  /** Path and query of this page, for the way back after switching the person. */
  path: string;
  now: Date;
  nonce: string;
  github: GitHub;
  lookup: Lookup;
  /** Label colours used so far on this page; the layout writes their styles. */
  colours: Set<string>;
}

/** A visit inside one repository that exists. */
export interface RepositoryVisit extends Visit {
  repository: Repository;
  owner: string;
  name: string;
  /** `/owner/name`, where all pages of the repository begin. */
  root: string;
}

export type Visiting = { Variables: { visit: Visit } };

/** Rights of the person as the API states them; where it is silent, the API decides when asked. */
export function may(visit: RepositoryVisit, right: 'triage' | 'push'): boolean {
  return visit.repository.permissions?.[right] ?? true;
}
