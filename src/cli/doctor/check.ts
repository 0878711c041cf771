import type { Octokit } from '@octokit/rest';
import type { GitHub } from '../../bot/index.ts';
import type { Environment, RepositoryConfig } from '../../config/index.ts';
import type { Gaps } from '../../issues/index.ts';
import type { Outbox } from '../../outbox/index.ts';

export interface Finding {
  /** `skipped`: it could not be looked at here. */
  state: 'ok' | 'warning' | 'problem' | 'skipped';
  /** One line for people. */
  what: string;
  /** What a person can do about it. */
  next?: string;
  /** What `--fix` does about it; gives what was done. */
  fix?: () => Promise<string>;
}

export interface Check {
  name: string;
  /** What it throws is a finding too. */
  look(context: Context): Promise<Finding[]>;
}

/** What checks look at. What is not there is said by what asking for it throws: a `PatchworkError`. */
export interface Context {
  environment: Environment;
  outbox(): Promise<Outbox>;
  /** Who we are to GitHub, whether or not we may do anything in the repository. */
  reached(): Promise<Reached>;
  connected(): Promise<Connected>;
}

export interface Reached {
  github: GitHub;
  owner: string;
  repo: string;
}

export interface Connected extends Reached {
  octokit: Octokit;
  gaps(): Promise<Gaps>;
  /** patchwork.yml, and what is wrong with it. */
  config(): Promise<{ config: RepositoryConfig; problem?: string }>;
}

export const ok = (what: string): Finding => ({ state: 'ok', what });

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
