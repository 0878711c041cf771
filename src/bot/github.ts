import type { Octokit } from '@octokit/rest';
import type { Logger } from 'pino';
import { Probot, ProbotOctokit } from 'probot';
import { type Connection, type GitHub, type Installation, isThrottled, neverRepeatWrites } from './client.ts';

const FRESH_MS = 60_000;

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
  const installations = new Map<string, { at: number; asked: Promise<Installation> }>();
  const octokits = new Map<string, Promise<Octokit>>();
  const keyOf = ({ owner, name }: { owner: string; name: string }) => `${owner}/${name}`.toLowerCase();

  function installation(repository: { owner: string; name: string }): Promise<Installation> {
    const key = keyOf(repository);
    const known = installations.get(key);
    if (known && Date.now() - known.at < FRESH_MS) return known.asked;
    const route = { owner: repository.owner, repo: repository.name };
    const asked = app.request('GET /repos/{owner}/{repo}/installation', route).then((reply) => reply.data);
    installations.set(key, { at: Date.now(), asked });
    asked.catch(() => installations.delete(key));
    return asked;
  }

  async function install(repository: { owner: string; name: string }): Promise<Octokit> {
    const { id } = await installation(repository);
    // Probot's octokit is @octokit/rest with other plugins: the same methods, another class.
    return neverRepeatWrites((await probot.auth(id)) as unknown as Octokit);
  }

  return {
    api: options.api,
    login: `${data?.slug}[bot]`,
    probot,
    app: app as unknown as Octokit,
    forget(repository) {
      installations.delete(repository.toLowerCase());
      octokits.delete(repository.toLowerCase());
    },
    installation,
    octokit(repository) {
      const key = keyOf(repository);
      const known = octokits.get(key) ?? install(repository);
      octokits.set(key, known);
      known.catch(() => octokits.delete(key));
      return known;
    },
  };
}
