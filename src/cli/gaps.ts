import type { GitHub } from '../bot/index.ts';
import { REPOSITORY_FILE, type RepositoryConfig, readRepositoryConfig } from '../config/index.ts';
import { createGapIndex, type Gaps, openRepository } from '../issues/index.ts';
import { PatchworkError } from '../report/index.ts';

/** The gaps of every repository this process has touched, opened once each. Names are owner/name, any case. */
export interface GapsOfAll {
  open(repository: string): Promise<Gaps>;
  /** What is in memory already, without asking GitHub. */
  known(repository: string): Gaps | undefined;
  /** The repository's patchwork.yml on its default branch, at most a minute old, or as it was when GitHub last answered. */
  config(repository: string): Promise<RepositoryConfig>;
}

const CONFIG_FRESH_MS = 60_000;

export function gapsOfAll(
  github: GitHub,
  keys: readonly string[],
  freshnessMs: number,
  formerly: readonly string[] = [],
): GapsOfAll {
  const opening = new Map<string, Promise<Gaps>>();
  const opened = new Map<string, Gaps>();
  const configs = new Map<string, { at: number; config: RepositoryConfig }>();

  async function load(fullName: string): Promise<Gaps> {
    const [owner, name] = fullName.split('/');
    if (!owner || !name) throw new PatchworkError('not_found', 'A repository is named owner/name.', { status: 404 });
    const octokit = await github.octokit({ owner, name });
    const repository = await openRepository({ owner, name, login: github.login, formerly, octokit, keys });
    const gaps = { repository, index: createGapIndex(repository, freshnessMs) };
    await gaps.index.refresh();
    opened.set(fullName, gaps);
    return gaps;
  }

  async function readConfig(repository: string): Promise<RepositoryConfig> {
    const [owner = '', name = ''] = repository.split('/');
    try {
      const octokit = await github.octokit({ owner, name });
      const { data } = await octokit.rest.repos.getContent({ owner, repo: name, path: REPOSITORY_FILE });
      const content = 'content' in data ? Buffer.from(data.content, 'base64').toString() : undefined;
      return readRepositoryConfig(content).config;
    } catch (error) {
      if ((error as { status?: number }).status === 404) return readRepositoryConfig(undefined).config;
      throw error;
    }
  }

  return {
    async config(repository) {
      const key = repository.toLowerCase();
      const known = configs.get(key);
      if (known && Date.now() - known.at < CONFIG_FRESH_MS) return known.config;
      try {
        const config = await readConfig(key);
        configs.set(key, { at: Date.now(), config });
        return config;
      } catch (error) {
        if (known) return known.config;
        throw error;
      }
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
