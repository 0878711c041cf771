import { createAppAuth } from '@octokit/auth-app';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import type { Probot } from 'probot';

/** How we reach GitHub, and as whom. The only place that composes an octokit. */
export interface GitHub {
  /** The REST API's base URL. */
  api: string;
  /** Under which login we write. */
  login: string;
  octokit(repository: { owner: string; name: string }): Promise<Octokit>;
  /** How the App is installed there, as GitHub said at most a minute ago. Throws GitHub's 404 where it is not; undefined for a token. */
  installation(repository: { owner: string; name: string }): Promise<Installation | undefined>;
  /** The next `octokit` for this repository (owner/name) asks GitHub again where the App is installed. */
  forget(repository: string): void;
  /** Receives webhooks; absent when we are a token, which GitHub sends none. */
  probot: Probot | undefined;
  /** Speaks as the App itself, about its deliveries and installations. */
  app: Octokit | undefined;
}

export interface Installation {
  id: number;
  suspended_at: string | null;
  permissions: object;
  events: string[];
  html_url: string;
}

export interface Connection {
  api: string;
  /** How requests go out: to the forge of this process, or watched by tests. */
  fetch: typeof fetch;
}

/** GitHub's secondary limits (a content creation every few seconds) do not apply to a GitHub on this machine. */
export function isThrottled(api: string): boolean {
  return !['localhost', '127.0.0.1', '[::1]'].includes(new URL(api).hostname);
}

const Throttled = Octokit.plugin(retry, throttling);

function client(options: Connection, auth: object): Octokit {
  const wait = (seconds: number, { method }: { method?: string }, _octokit: object, retries: number) =>
    method === 'GET' && retries < 2 && seconds < 120;
  const octokit = new Throttled({
    ...auth,
    baseUrl: options.api,
    userAgent: 'patchworkmcp',
    throttle: { enabled: isThrottled(options.api), onRateLimit: wait, onSecondaryRateLimit: wait },
    retry: { enabled: isThrottled(options.api) },
    request: { fetch: options.fetch },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  }) as Octokit;
  return neverRepeatWrites(octokit);
}

/** A write that GitHub did not confirm may have been done: whoever asked looks before asking again, so it is never just repeated. */
export function neverRepeatWrites(octokit: Octokit): Octokit {
  octokit.hook.before('request', (options) => {
    if (options.method !== 'GET') options.request = { ...options.request, retries: 0 };
  });
  return octokit;
}

/** Failed requests are thrown, and told by whoever catches them. */
function quiet(): void {}

/** As a token: a person's, or that of a workflow. */
export async function connectToken(options: Connection & { token: string }): Promise<GitHub> {
  const octokit = client(options, { auth: options.token });
  const login = await loginOf(octokit, options.token);
  return {
    api: options.api,
    login,
    probot: undefined,
    app: undefined,
    forget: () => {},
    octokit: async () => octokit,
    installation: async () => undefined,
  };
}

/** As a GitHub App in one repository, without webhooks: what a workflow with the App's credentials is. */
export async function connectInstallation(
  options: Connection & { appId: number; privateKey: string; repository: { owner: string; name: string } },
): Promise<GitHub> {
  const { appId, privateKey, repository } = options;
  const app = client(options, { authStrategy: createAppAuth, auth: { appId, privateKey } });
  const { data } = await app.rest.apps.getAuthenticated();
  const found = await app.rest.apps.getRepoInstallation({ owner: repository.owner, repo: repository.name });
  const auth = { appId, privateKey, installationId: found.data.id };
  const octokit = client(options, { authStrategy: createAppAuth, auth });
  return {
    api: options.api,
    login: `${data?.slug}[bot]`,
    probot: undefined,
    app: undefined,
    forget: () => {},
    octokit: async () => octokit,
    installation: async () => found.data,
  };
}

async function loginOf(octokit: Octokit, token: string): Promise<string> {
  if (!token.startsWith('ghs_')) return (await octokit.rest.users.getAuthenticated()).data.login;
  // An App's token, a workflow's among them: REST says 403 "Resource not accessible by integration", GraphQL knows its bot.
  const { viewer } = await octokit.graphql<{ viewer: { login: string } }>('{ viewer { login } }');
  return viewer.login.endsWith('[bot]') ? viewer.login : `${viewer.login}[bot]`;
}
