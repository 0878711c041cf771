import type { Octokit } from '@octokit/rest';
import { inline } from '../issues/index.ts';

/** What the App needs; `app.yml` says the same. */
export const NEEDED = { issues: 'write', pull_requests: 'write', contents: 'write', checks: 'write' } as const;

/**
 * What keeps the App from working in a repository, as sentences for its people: not installed, suspended, fewer permissions than it
 * needs, archived, renamed, without issues. Empty when all is well.
 */
export async function readAccess(app: Octokit, repository: string): Promise<string[]> {
  const [owner = '', repo = ''] = repository.split('/');
  const found = await app.request('GET /repos/{owner}/{repo}/installation', { owner, repo }).catch((error) => {
    if (error.status !== 404) throw error;
    return undefined;
  });
  if (!found) {
    return [
      `The App is not installed on ${inline(repository)}, or the repository is gone: install it there; what came in meanwhile waits.`,
    ];
  }
  const { suspended_at: suspended, permissions, html_url: settings } = found.data;
  if (suspended)
    return [`The App’s installation is suspended since ${suspended.slice(0, 10)}: ${settings} lifts that.`];
  const granted = permissions as Record<string, string | undefined>;
  const lacking = Object.entries(NEEDED).filter(([name, level]) => granted[name] !== level);
  return lacking.length
    ? [`The App lacks ${lacking.map(([name, level]) => `\`${name}: ${level}\``).join(', ')}: grant it at ${settings}.`]
    : [];
}

/** The same of the repository itself, asked with what its installation may. */
export async function readCondition(octokit: Octokit, repository: string): Promise<string[]> {
  const [owner = '', repo = ''] = repository.split('/');
  const { data } = await octokit.rest.repos.get({ owner, repo });
  return [
    ...(data.archived ? ['The repository is archived: nothing can be written to it.'] : []),
    ...(data.has_issues ? [] : ['Issues are switched off in this repository: gaps have no place.']),
    ...(data.full_name.toLowerCase() === repository.toLowerCase()
      ? []
      : [
          `GitHub calls this repository ${inline(data.full_name)} now: set \`PATCHWORK_REPO\` and make new keys for drop-ins before somebody else takes the old name.`,
        ]),
  ];
}
