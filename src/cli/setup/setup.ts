import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PatchworkError } from '../../report/index.ts';
import { webOf } from '../github.ts';
import { readOptions } from '../options.ts';
import { readSaved, replaceFile, saveVariables } from '../settings.ts';
import { type CreatedApp, startFlow } from './flow.ts';
import { repositoriesOf } from './installed.ts';

const HELP = `patchworkmcp setup --url https://<where the server will be> [--repo owner/name] [--organization <login>] [--name <App>]

Creates your own GitHub App in the browser, with the permissions of app.yml, and writes what the server needs into the data folder
(PATCHWORK_DATA, .patchwork): .env and app.pem, for you alone to read. Then install the App on your server's repository, and start
\`patchworkmcp serve\`. GITHUB_API_URL names a GitHub Enterprise Server. --no-open only prints the page's address.`;

const WAIT_MS = 60 * 60_000;
const GITHUB = 'https://api.github.com';

export async function setup(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = readOptions(
    args,
    { url: text, repo: text, organization: text, name: text, 'no-open': flag, help: flag },
    0,
  );
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const url = publicAddress(values.url);
  const dataDir = process.env.PATCHWORK_DATA || '.patchwork';
  const api = (process.env.GITHUB_API_URL || GITHUB).replace(/\/+$/, '');
  const saved = await readSaved(dataDir);
  if (saved.APP_ID) {
    throw new PatchworkError('set_up_already', `${join(dataDir, '.env')} names an App already.`, {
      next: 'Take APP_ID out of it, or choose another PATCHWORK_DATA.',
    });
  }

  await using flow = await startFlow({
    web: webOf(api),
    api,
    url,
    organization: values.organization,
    name: values.name,
  });
  console.log(`Open ${flow.address} in your browser and follow it to GitHub.`);
  if (!values['no-open']) openInBrowser(flow.address);
  const waiting = AbortSignal.timeout(WAIT_MS);
  const app = await Promise.race([flow.created, ended(waiting)]);
  if (!app) throw new PatchworkError('set_up_late', 'Nobody created the App within an hour.', { next: 'Begin again.' });
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = await save(dataDir, app, { api, url, saved });
  console.log(
    `The App ${app.slug} exists; its secrets are in ${file}.\nInstall it on your server’s repository: ${app.html_url}/installations/new`,
  );

  const repositories = await repositoriesOf(api, app, waiting);
  const repository = values.repo ?? (repositories?.length === 1 ? repositories[0] : undefined);
  if (repositories && repository && !repositories.some((one) => one.toLowerCase() === repository.toLowerCase())) {
    throw new PatchworkError('not_installed', `The App is not installed on ${repository}.`, {
      next: 'Install it there too.',
    });
  }
  if (!repository) {
    console.log(
      `Say which repository reports go to: PATCHWORK_REPO=owner/name in ${file}.\n${(repositories ?? []).join('\n')}`,
    );
    return repositories ? 0 : 1;
  }
  await saveVariables(dataDir, { PATCHWORK_REPO: repository });
  console.log(`Reports will go to ${repository}. Start the server: patchworkmcp serve`);
  return 0;
}

function publicAddress(given: string | undefined): string {
  const url = given?.replace(/\/+$/, '') ?? '';
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new PatchworkError(
    'bad_argument',
    'Say where the server will be reached: --url https://patchwork.example.com',
    {
      next: 'GitHub sends its webhooks there.',
    },
  );
}

async function save(
  dataDir: string,
  app: CreatedApp,
  { api, url, saved }: { api: string; url: string; saved: Record<string, string | undefined> },
): Promise<string> {
  const pem = resolve(dataDir, 'app.pem');
  await replaceFile(pem, app.pem);
  await saveVariables(dataDir, {
    APP_ID: String(app.id),
    PRIVATE_KEY_PATH: pem,
    WEBHOOK_SECRET: app.webhook_secret,
    GITHUB_CLIENT_ID: app.client_id,
    GITHUB_CLIENT_SECRET: app.client_secret,
    ...(api === GITHUB ? {} : { GITHUB_API_URL: api }),
    PATCHWORK_URL: url,
    PATCHWORK_SECRET: saved.PATCHWORK_SECRET ?? randomBytes(32).toString('hex'),
    FEEDBACK_API_KEY: saved.FEEDBACK_API_KEY ?? randomBytes(24).toString('hex'),
  });
  return join(dataDir, '.env');
}

const ended = (signal: AbortSignal) =>
  new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));

/** Where there is no browser, the printed address is enough. */
function openInBrowser(address: string): void {
  const [command, ...before] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
    'xdg-open',
  ];
  execFile(command as string, [...before, address], () => {});
}
