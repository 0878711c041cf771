import type { Octokit } from '@octokit/rest';
import type { Logger } from 'pino';
import { Probot, ProbotOctokit } from 'probot';
import { type Connection, type GitHub, isThrottled, neverRepeatWrites } from './client.ts';

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
  options: Connection & { appId: number; privateKey: string; webhookSecret: string; log: Logger },
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
    return neverRepeatWrites((await probot.auth(found.data.id)) as unknown as Octokit);
  }

  return {
    api: options.api,
    login: `${data?.slug}[bot]`,
    probot,
    app: app as unknown as Octokit,
    forget: (repository) => void installations.delete(repository.toLowerCase()),
    octokit(repository) {
      const key = `${repository.owner}/${repository.name}`.toLowerCase();
      const known = installations.get(key) ?? install(repository);
      installations.set(key, known);
      known.catch(() => installations.delete(key));
      return known;
    },
  };
}
