import { type Obstacle, obstaclesOf, readAccess } from '../../bot/index.ts';
import { describeRepository } from '../../issues/index.ts';
import { appManifest } from '../manifest.ts';
import { type Check, type Finding, ok } from './check.ts';

const LEVELS = ['read', 'write', 'admin'];

interface Granted {
  permissions?: Record<string, string | undefined>;
  events?: string[];
  html_url?: string;
}

/** The App and its installation against app.yml: what lacks breaks things, what is too much need not be there. */
export const app: Check = {
  name: 'App',
  async look({ reached }) {
    const { github, owner, repo } = await reached();
    if (!github.app) {
      const octokit = await github.octokit({ owner, name: repo });
      const { data } = await octokit.rest.repos.get({ owner, repo });
      if (data.permissions?.push) return [ok('a token that may write')];
      return [
        {
          state: 'problem',
          what: 'the token may not write to the repository: GitHub drops labels without a word',
          next: 'Give it write access to issues, contents and pull requests.',
        },
      ];
    }
    const own = ((await github.app.request('GET /app')).data ?? {}) as Granted;
    const settings = own.html_url ? ` (${own.html_url})` : '';
    const findings = compare('the App', own, `Change it on the App’s page${settings}.`);
    const shut = (await readAccess(github, `${owner}/${repo}`)).filter(({ isShut }) => isShut);
    if (shut.length) return [...findings, ...shut.map(problem)];
    const installation = (await github.installation({ owner, name: repo })) as Granted;
    const accept = `Its owner has to accept the App’s new permissions: ${installation.html_url}`;
    findings.push(...compare('the installation', installation, accept));
    return findings.length ? findings : [ok(`permissions and events are those of app.yml${settings}`)];
  },
};

/** Whether the repository takes what we write, under the name that we know it by. */
export const repository: Check = {
  name: 'repository',
  async look({ connected }) {
    const { octokit, owner, repo } = await connected();
    const described = await describeRepository(octokit, { owner, name: repo });
    const obstacles = obstaclesOf(described, `${owner}/${repo}`);
    return obstacles.length ? obstacles.map(problem) : [ok(`${described.full_name}, with issues`)];
  },
};

const problem = ({ what, next }: Obstacle): Finding => ({ state: 'problem', what, next });

function compare(who: string, { permissions = {}, events = [] }: Granted, next: string): Finding[] {
  const { default_permissions: wanted, default_events: wantedEvents } = appManifest();
  const level = (name: string | undefined) => LEVELS.indexOf(name ?? '');
  const lacking = Object.entries(wanted).filter(([name, needed]) => level(permissions[name]) < level(needed));
  const deaf = wantedEvents.filter((event) => !events.includes(event));
  const spare = Object.entries(permissions).filter(([name, given]) => level(given) > level(wanted[name]));
  const list = (all: [string, unknown][]) => all.map(([name, given]) => `${name}: ${given}`).join(', ');
  return [
    ...(lacking.length ? [{ state: 'problem' as const, what: `${who} lacks ${list(lacking)}`, next }] : []),
    ...(deaf.length ? [{ state: 'problem' as const, what: `${who} does not hear of ${deaf.join(', ')}`, next }] : []),
    ...(spare.length
      ? [{ state: 'warning' as const, what: `${who} may more than it needs: ${list(spare)}`, next }]
      : []),
  ];
}
