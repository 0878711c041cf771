import type { GitRepository } from './git/repository.ts';
import type { Deliveries } from './hooks/deliveries.ts';
import type { Store } from './store.ts';

/** Everything the domain works on. One per open forge. */
export interface World {
  store: Store;
  dir: string;
  links: Links;
  now(): Date;
  /** The present moment as GitHub writes it: `2026-11-20T10:11:12Z`. */
  time(): string;
  git(repo: Repo): GitRepository;
  /** One writer per repository at a time; not re-entrant. */
  lock<T>(repo: Repo, work: () => Promise<T>): Promise<T>;
  deliveries: Deliveries;
  /** How far the search index is behind. */
  searchLagMs: number;
}

/** The public addresses: `html` is the base of pages, `api` of REST. */
export interface Links {
  html: string;
  api: string;
}

export interface Account {
  id: number;
  login: string;
  type: 'User' | 'Organization' | 'Bot';
  name: string | null;
  created_at: string;
}

export interface Repo {
  id: number;
  owner: Account;
  owner_id: number;
  name: string;
  description: string | null;
  default_branch: string;
  last_number: number;
  allow_auto_merge: number;
  private: number;
  archived: number;
  /** Below `repos`. */
  folder: string | null;
  linked_path: string | null;
  linked_publish: string | null;
  created_at: string;
  updated_at: string;
  pushed_at: string;
}

export interface Issue {
  id: number;
  repository_id: number;
  number: number;
  is_pull: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  state_reason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null;
  user_id: number;
  app_id: number | null;
  locked: number;
  lock_reason: string | null;
  milestone_id: number | null;
  duplicate_of: number | null;
  parent_id: number | null;
  parent_position: number | null;
  pinned_at: string | null;
  comments: number;
  reactions: number;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  closed_by: number | null;
}

export interface Pull {
  id: number;
  issue_id: number;
  repository_id: number;
  head_ref: string;
  head_sha: string;
  base_ref: string;
  base_sha: string;
  merge_base: string;
  draft: number;
  maintainer_can_modify: number;
  commits: number;
  additions: number;
  deletions: number;
  changed_files: number;
  mergeable: number | null;
  auto_merge_json: string | null;
  merged_at: string | null;
  merged_by: number | null;
  merge_commit_sha: string | null;
}

export interface Label {
  id: number;
  repository_id: number;
  name: string;
  color: string;
  description: string | null;
  is_default: number;
}

export interface Comment {
  id: number;
  repository_id: number;
  issue_id: number;
  user_id: number;
  app_id: number | null;
  body: string;
  reactions: number;
  created_at: string;
  updated_at: string;
}

export interface App {
  id: number;
  slug: string;
  name: string;
  owner_id: number;
  bot_id: number;
  homepage: string;
  client_id: string;
  client_secret: string;
  private_key: string;
  webhook_url: string;
  webhook_secret: string;
  permissions_json: string;
  events_json: string;
  callback_urls_json: string;
  setup_url: string | null;
  created_at: string;
  updated_at: string;
}

export interface Installation {
  id: number;
  app_id: number;
  account_id: number;
  permissions_json: string;
  events_json: string;
  /** Ids of the repositories it is restricted to; null is all of the account's. */
  repositories_json: string | null;
  suspended_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface Hook {
  id: number;
  repository_id: number;
  url: string;
  secret: string | null;
  content_type: 'json' | 'form';
  events_json: string;
  active: number;
  created_at: string;
  updated_at: string;
}

export type Permissions = Record<string, string>;

/** Who asks. A person may act through an App (web flow). An installation acts as its App's bot; an App itself (JWT) may only speak about itself. */
export type Viewer =
  | { kind: 'anonymous' }
  | { kind: 'user'; account: Account; app: App | null }
  | {
      kind: 'installation';
      account: Account;
      app: App;
      installation: Installation;
      permissions: Permissions;
      /** Repository ids the token is narrowed to; null is all of the account's. */
      repositories: number[] | null;
      tokenHash: string;
    }
  | { kind: 'app'; app: App };

/** Somebody who can be the author of something. */
export type Actor = Extract<Viewer, { account: Account }>;
