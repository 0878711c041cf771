import type { GitHub } from '../bot/index.ts';
import { createGapIndex, type Gaps, openRepository } from '../issues/index.ts';
import { PatchworkError } from '../report/index.ts';

/** The gaps of every repository this process has touched, opened once each. Names are owner/name, any case. */
export interface GapsOfAll {
  open(repository: string): Promise<Gaps>;
  /** What is in memory already, without asking GitHub. */
  known(repository: string): Gaps | undefined;
}

export function gapsOfAll(github: GitHub, keys: readonly string[], freshnessMs: number): GapsOfAll {
  const opening = new Map<string, Promise<Gaps>>();
  const opened = new Map<string, Gaps>();

  async function load(fullName: string): Promise<Gaps> {
    const [owner, name] = fullName.split('/');
    if (!owner || !name) throw new PatchworkError('not_found', 'A repository is named owner/name.', { status: 404 });
    const octokit = await github.octokit({ owner, name });
    const repository = await openRepository({ owner, name, login: github.login, octokit, keys });
    const gaps = { repository, index: createGapIndex(repository, freshnessMs) };
    await gaps.index.refresh();
    opened.set(fullName, gaps);
    return gaps;
  }

  return {
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
