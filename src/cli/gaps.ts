import type { GitHub } from '../bot/index.ts';
import { REPOSITORY_FILE, type RepositoryConfig, readRepositoryConfig, WORKFLOW_FILE } from '../config/index.ts';
import { createGapIndex, type Described, describeRepository, type Gaps, openRepository } from '../issues/index.ts';
import { PatchworkError } from '../report/index.ts';

/** The gaps of every repository this process has touched, opened once each. Names are owner/name, any case. */
export interface GapsOfAll {
  open(repository: string): Promise<Gaps>;
  /** How GitHub calls a repository that had this name, as far as that is known. */
  nameOf(repository: string): string;
  /** The same in lower case, and GitHub is asked again when that was more than a minute ago. */
  nameNow(repository: string): Promise<string>;
  /** The same as `open`, for whoever works under this very name. Throws `repository_moved` when it is a former one. */
  openNamed(repository: string): Promise<Gaps>;
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
  /** Who reaches what, and by which name, is asked again. */
  doubt(): void;
  /** What is in memory may be of a repository that is another one now: it is opened anew. */
  forget(repository: string): void;
  /** Whether drafts are the Action's there: as patchwork.yml says, else by whether its workflow is on the default branch. */
  draftsInAction(repository: string): Promise<boolean>;
}

const FRESH_MS = 60_000;

const nameIn = (described: Described) => described.full_name.toLowerCase();

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
  /** Names that repositories had, and those they have now, lower case: for a minute, because somebody may take an old name. */
  const names = new Map<string, { at: number; now: string }>();
  const descriptions = new Map<string, { at: number; asked: Promise<Described> }>();

  function describe(repository: string): Promise<Described> {
    const key = repository.toLowerCase();
    const known = descriptions.get(key);
    if (known && Date.now() - known.at < FRESH_MS) return known.asked;
    const [owner = '', name = ''] = key.split('/');
    const asked = github.octokit({ owner, name }).then((octokit) => describeRepository(octokit, { owner, name }));
    descriptions.set(key, { at: Date.now(), asked });
    asked.then(
      (described) => {
        if (nameIn(described) === key) names.delete(key);
        else names.set(key, { at: Date.now(), now: nameIn(described) });
        const one = opened.get(key);
        if (one && (one.repository.id !== described.id || nameIn(described) !== key)) forget(key);
      },
      () => descriptions.delete(key),
    );
    return asked;
  }

  function forget(repository: string): void {
    const given = repository.toLowerCase();
    for (const key of new Set([given, names.get(given)?.now ?? given])) {
      github.forget(key);
      descriptions.delete(key);
      opening.delete(key);
      opened.delete(key);
      for (const file of files.keys()) if (file.startsWith(`${key} `)) files.delete(file);
    }
    names.delete(given);
  }

  function nameOf(repository: string): string {
    const known = names.get(repository.toLowerCase());
    return known && Date.now() - known.at < FRESH_MS ? known.now : repository;
  }

  async function load(fullName: string): Promise<Gaps> {
    const [owner, name] = fullName.split('/');
    if (!owner || !name) throw new PatchworkError('not_found', 'A repository is named owner/name.', { status: 404 });
    const octokit = await github.octokit({ owner, name });
    const described = await describe(fullName);
    const now = nameIn(described);
    if (now !== fullName) {
      opening.delete(fullName);
      return open(now);
    }
    // Opened by a name that it had until now: there is one index of a repository.
    for (const [former, { repository }] of opened) {
      if (former !== fullName && repository.id === described.id) forget(former);
    }
    const repository = await openRepository({ owner, name, login: github.login, formerly, octokit, keys, described });
    const gaps = { repository, index: createGapIndex(repository, freshnessMs) };
    await gaps.index.refresh();
    opened.set(fullName, gaps);
    return gaps;
  }

  /** At most a minute old; a file that did not change costs none of GitHub's budget. */
  async function read(repository: string, path: string, freshMs = FRESH_MS): Promise<string | undefined> {
    const key = `${nameOf(repository).toLowerCase()} ${path}`;
    const known = files.get(key);
    if (known && Date.now() - known.at < freshMs) return known.text;
    const asked = reading.get(key) ?? ask(nameOf(repository), path, known).finally(() => reading.delete(key));
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

  function open(repository: string): Promise<Gaps> {
    const key = nameOf(repository).toLowerCase();
    const known = opening.get(key);
    if (known) return known;
    const loading = load(key);
    opening.set(key, loading);
    loading.catch(() => opening.delete(key));
    return loading;
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
    doubt() {
      for (const key of new Set([...opened.keys(), ...descriptions.keys()])) github.forget(key);
      descriptions.clear();
    },
    forget,
    nameOf,
    async nameNow(repository) {
      const key = repository.toLowerCase();
      const known = names.get(key)?.now;
      // Of a name that never was another one, opening it tells.
      return known === undefined ? key : describe(key).then(nameIn, () => known);
    },
    async openNamed(repository) {
      const gaps = await open(repository);
      const { owner, name } = gaps.repository;
      if (`${owner}/${name}`.toLowerCase() === repository.toLowerCase()) return gaps;
      throw new PatchworkError('repository_moved', `${repository} is ${owner}/${name} now.`, { status: 503 });
    },
    known(repository) {
      const key = repository.toLowerCase();
      return opened.get(names.get(key)?.now ?? key);
    },
    open,
  };
}
