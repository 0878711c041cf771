import type { GitHub } from '../bot/index.ts';
import { REPOSITORY_FILE, type RepositoryConfig, readRepositoryConfig, WORKFLOW_FILE } from '../config/index.ts';
import { createGapIndex, type Described, describeRepository, type Gaps, openRepository } from '../issues/index.ts';
import { PatchworkError } from '../report/index.ts';

/** The gaps of every repository this process has touched, opened once each. Names are owner/name, any case. */
export interface GapsOfAll {
  open(repository: string): Promise<Gaps>;
  /** The repositories that are open. */
  names(): string[];
  /** What is in memory already, without asking GitHub. */
  known(repository: string): Gaps | undefined;
  /** The repository's patchwork.yml on its default branch, at most a minute old, or as it was when GitHub last answered. */
  config(repository: string): Promise<RepositoryConfig>;
  /** What is known of that file, however old, and what is wrong with it; GitHub is asked only the first time. */
  settings(repository: string): Promise<{ config: RepositoryConfig; problem?: string }>;
  /** The repository as GitHub described it, at most a minute ago. */
  describe(repository: string): Promise<Described>;
  /** What is in memory may be of a repository that is another one now: it is opened anew. */
  forget(repository: string): void;
  /** Whether drafts are the Action's there: as patchwork.yml says, else by whether its workflow is on the default branch. */
  draftsInAction(repository: string): Promise<boolean>;
}

const FRESH_MS = 60_000;

/** A file of a repository as it was when GitHub last told; no text where there is none. */
interface Known {
  at: number;
  etag: string | undefined;
  text: string | undefined;
}

export function gapsOfAll(
  github: GitHub,
  keys: readonly string[],
  freshnessMs: number,
  formerly: readonly string[] = [],
): GapsOfAll {
  const opening = new Map<string, Promise<Gaps>>();
  const opened = new Map<string, Gaps>();
  const files = new Map<string, Known>();
  const reading = new Map<string, Promise<string | undefined>>();
  const descriptions = new Map<string, { at: number; asked: Promise<Described> }>();

  function describe(repository: string): Promise<Described> {
    const key = repository.toLowerCase();
    const known = descriptions.get(key);
    if (known && Date.now() - known.at < FRESH_MS) return known.asked;
    const [owner = '', name = ''] = key.split('/');
    const asked = github.octokit({ owner, name }).then((octokit) => describeRepository(octokit, { owner, name }));
    descriptions.set(key, { at: Date.now(), asked });
    asked.catch(() => descriptions.delete(key));
    return asked;
  }

  async function load(fullName: string): Promise<Gaps> {
    const [owner, name] = fullName.split('/');
    if (!owner || !name) throw new PatchworkError('not_found', 'A repository is named owner/name.', { status: 404 });
    const octokit = await github.octokit({ owner, name });
    const described = await describe(fullName);
    const repository = await openRepository({ owner, name, login: github.login, formerly, octokit, keys, described });
    const gaps = { repository, index: createGapIndex(repository, freshnessMs) };
    await gaps.index.refresh();
    opened.set(fullName, gaps);
    return gaps;
  }

  /** At most a minute old; a file that did not change costs none of GitHub's budget. */
  async function read(repository: string, path: string, freshMs = FRESH_MS): Promise<string | undefined> {
    const key = `${repository.toLowerCase()} ${path}`;
    const known = files.get(key);
    if (known && Date.now() - known.at < freshMs) return known.text;
    const asked = reading.get(key) ?? ask(repository, path, known).finally(() => reading.delete(key));
    reading.set(key, asked);
    return asked;
  }

  async function ask(repository: string, path: string, known: Known | undefined): Promise<string | undefined> {
    const [owner = '', name = ''] = repository.split('/');
    const keep = (etag: string | undefined, text: string | undefined) => {
      files.set(`${repository.toLowerCase()} ${path}`, { at: Date.now(), etag, text });
      return text;
    };
    try {
      const octokit = await github.octokit({ owner, name });
      const headers = known?.etag ? { 'if-none-match': known.etag } : {};
      const { data, headers: told } = await octokit.rest.repos.getContent({ owner, repo: name, path, headers });
      return keep(told.etag, 'content' in data ? Buffer.from(data.content, 'base64').toString() : undefined);
    } catch (error) {
      const { status } = error as { status?: number };
      if (status === 404) return keep(undefined, undefined);
      if (known && status === 304) return keep(known.etag, known.text);
      if (known) return known.text;
      throw error;
    }
  }

  async function config(repository: string): Promise<RepositoryConfig> {
    return readRepositoryConfig(await read(repository, REPOSITORY_FILE)).config;
  }

  return {
    config,
    describe,
    async draftsInAction(repository) {
      const { runner } = (await config(repository)).draft;
      return runner === 'auto' ? (await read(repository, WORKFLOW_FILE)) !== undefined : runner === 'action';
    },
    settings: async (repository) =>
      readRepositoryConfig(await read(repository, REPOSITORY_FILE, Number.POSITIVE_INFINITY)),
    names: () => [...opened.keys()],
    forget(repository) {
      const key = repository.toLowerCase();
      github.forget(key);
      descriptions.delete(key);
      opening.delete(key);
      opened.delete(key);
      for (const file of files.keys()) if (file.startsWith(`${key} `)) files.delete(file);
    },
    known: (repository) => opened.get(repository.toLowerCase()),
    open(repository) {
      const key = repository.toLowerCase();
      const known = opening.get(key) ?? load(key);
      opening.set(key, known);
      known.catch(() => opening.delete(key));
      return known;
    },
  };
}
