import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import type { Logger } from 'pino';
import { Probot, ProbotOctokit } from 'probot';

/** How we reach GitHub, and as whom. The only place that composes an octokit. */
export interface GitHub {
  /** The REST API's base URL. */
  api: string;
  /** Under which login we write. */
  login: string;
  octokit(repository: { owner: string; name: string }): Promise<Octokit>;
  /** Receives webhooks; absent when we are a token, which GitHub sends none. */
  probot: Probot | undefined;
}

interface Connection {
  api: string;
  log: Logger;
  /** How requests go out: to the forge of this process, or watched by tests. */
  fetch: typeof fetch;
}

/** GitHub's secondary limits (a content creation every few seconds) do not apply to a GitHub on this machine. */
function isThrottled(api: string): boolean {
  return !['localhost', '127.0.0.1', '[::1]'].includes(new URL(api).hostname);
}

/** Probot hands its octokit class options that switch throttling on; only a subclass can switch it off. */
class Unthrottled extends ProbotOctokit {
  constructor(options: ConstructorParameters<typeof ProbotOctokit>[0] = {}) {
    super({
      ...options,
      throttle: { ...options?.throttle, enabled: false },
      retry: { ...options?.retry, enabled: false },
    });
  }
}

/** As a GitHub App: an installation token per repository, webhooks signed with the secret. */
export async function connectApp(
  options: Connection & { appId: number; privateKey: string; webhookSecret: string },
): Promise<GitHub> {
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    secret: options.webhookSecret,
    baseUrl: options.api,
    log: options.log,
    ...(isThrottled(options.api) ? {} : { Octokit: Unthrottled as typeof ProbotOctokit }),
    request: { fetch: options.fetch },
  });
  const app = await probot.auth();
  const { data } = await app.request('GET /app');
  const installations = new Map<string, Promise<Octokit>>();

  async function install({ owner, name }: { owner: string; name: string }): Promise<Octokit> {
    const found = await app.request('GET /repos/{owner}/{repo}/installation', { owner, repo: name });
    // Probot's octokit is @octokit/rest with other plugins: the same methods, another class.
    return (await probot.auth(found.data.id)) as unknown as Octokit;
  }

  return {
    api: options.api,
    login: `${data?.slug}[bot]`,
    probot,
    octokit(repository) {
      const key = `${repository.owner}/${repository.name}`.toLowerCase();
      const known = installations.get(key) ?? install(repository);
      installations.set(key, known);
      known.catch(() => installations.delete(key));
      return known;
    },
  };
}

const Throttled = Octokit.plugin(retry, throttling);

/** As a token: enough for intake; drafting is the Action's. */
export async function connectToken(options: Connection & { token: string }): Promise<GitHub> {
  const wait = (seconds: number, _options: object, _octokit: object, retries: number) => retries < 2 && seconds < 120;
  const octokit = new Throttled({
    auth: options.token,
    baseUrl: options.api,
    userAgent: 'patchworkmcp',
    throttle: { enabled: isThrottled(options.api), onRateLimit: wait, onSecondaryRateLimit: wait },
    retry: { enabled: isThrottled(options.api) },
    request: { fetch: options.fetch },
  }) as Octokit;
  return {
    api: options.api,
    login: await loginOf(octokit, options.token),
    probot: undefined,
    octokit: async () => octokit,
  };
}

async function loginOf(octokit: Octokit, token: string): Promise<string> {
  if (!token.startsWith('ghs_')) return (await octokit.rest.users.getAuthenticated()).data.login;
  // An App's token, a workflow's among them: REST says 403 "Resource not accessible by integration", GraphQL knows its bot.
  const { viewer } = await octokit.graphql<{ viewer: { login: string } }>('{ viewer { login } }');
  return viewer.login.endsWith('[bot]') ? viewer.login : `${viewer.login}[bot]`;
}
