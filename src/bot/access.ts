import { type Described, inline } from '../issues/index.ts';
import type { GitHub } from './client.ts';

/** What the App needs; `app.yml` says the same. */
export const NEEDED = { issues: 'write', pull_requests: 'write', contents: 'write', checks: 'write' } as const;

/** What keeps us from working in a repository, and what its people can do about it. Markdown. */
export interface Obstacle {
  what: string;
  next: string;
  /** Nothing can be asked there at all. */
  isShut?: true;
}

/** Whether the App is installed in a repository, and may do there what it needs. Empty when all is well, and for a token. */
export async function readAccess(github: GitHub, repository: string): Promise<Obstacle[]> {
  const [owner = '', name = ''] = repository.split('/');
  let installation: Awaited<ReturnType<GitHub['installation']>>;
  try {
    installation = await github.installation({ owner, name });
  } catch (error) {
    if ((error as { status?: number }).status !== 404) throw error;
    return [
      {
        what: `The App is not installed on ${inline(repository)}, or the repository is gone`,
        next: 'Install it there; what came in meanwhile waits.',
        isShut: true,
      },
    ];
  }
  if (!installation) return [];
  const { suspended_at: suspended, permissions, html_url: settings } = installation;
  if (suspended) {
    return [
      {
        what: `The App’s installation is suspended since ${suspended.slice(0, 10)}`,
        next: `Lift that at ${settings}; what came in meanwhile waits.`,
        isShut: true,
      },
    ];
  }
  const granted = permissions as Record<string, string | undefined>;
  const lacking = Object.entries(NEEDED).filter(([permission, level]) => granted[permission] !== level);
  if (!lacking.length) return [];
  const what = `The App lacks ${lacking.map(([permission, level]) => `\`${permission}: ${level}\``).join(', ')}`;
  return [{ what, next: `Grant it at ${settings}.` }];
}

/** The same of the repository itself. */
export function obstaclesOf(described: Described, repository: string): Obstacle[] {
  const { archived, has_issues: hasIssues, full_name: name } = described;
  const found: Obstacle[] = [];
  if (archived) {
    found.push({
      what: 'The repository is archived: nothing can be written to it',
      next: 'Unarchive it in its settings.',
    });
  }
  if (!hasIssues) {
    found.push({
      what: 'Issues are switched off in this repository: gaps have no place',
      next: 'Switch them on in its settings.',
    });
  }
  if (name.toLowerCase() !== repository.toLowerCase()) {
    found.push({
      what: `GitHub calls this repository ${inline(name)} now`,
      next: 'Set `PATCHWORK_REPO` and make new keys for drop-ins before somebody else takes the old name.',
    });
  }
  return found;
}
