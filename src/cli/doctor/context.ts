import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { connectApp, connectToken, type GitHub, readAccess } from '../../bot/index.ts';
import { type Environment, REPOSITORY_FILE, readRepositoryConfig } from '../../config/index.ts';
import { type Outbox, openOutbox } from '../../outbox/index.ts';
import { PatchworkError } from '../../report/index.ts';
import { gapsOfAll } from '../gaps.ts';
import { localSecret, readPrivateKey } from '../github.ts';
import type { Connected, Context, Reached } from './check.ts';

/** Opens what checks ask for, once, and only if they do. Local mode is looked at through the server that runs. */
export function openContext(environment: Environment): Context & AsyncDisposable {
  let outbox: Promise<Outbox> | undefined;
  let reached: ReturnType<typeof reach> | undefined;
  let connected: Promise<Connected> | undefined;
  const reachOnce = () => {
    reached ??= reach(environment);
    return reached;
  };
  return {
    environment,
    outbox() {
      outbox ??= open(environment);
      return outbox;
    },
    reached: reachOnce,
    connected() {
      connected ??= reachOnce().then((all) => connect(environment, all));
      return connected;
    },
    async [Symbol.asyncDispose]() {
      await (await outbox?.catch(() => undefined))?.close();
    },
  };
}

async function open({ databaseUrl, dataDir }: Environment): Promise<Outbox> {
  if (databaseUrl) return openOutbox({ databaseUrl });
  const file = join(dataDir, 'outbox.db');
  if (!existsSync(file)) {
    throw new PatchworkError('no_outbox', `There is no outbox in ${dataDir} yet.`, {
      next: 'Start the server, or set PATCHWORK_DATA as it has it.',
    });
  }
  return openOutbox({ file });
}

async function connect(
  environment: Environment,
  { github, owner, repo, keys }: Awaited<ReturnType<typeof reach>>,
): Promise<Connected> {
  const name = `${owner}/${repo}`;
  const shut = (await readAccess(github, name)).find(({ isShut }) => isShut);
  if (shut) throw new PatchworkError('no_access', `not looked at: ${shut.what}`);
  const octokit = await github.octokit({ owner, name: repo });
  return {
    github,
    octokit,
    owner,
    repo,
    gaps: () => gapsOfAll(github, keys, 0, environment.logins).open(name),
    async config() {
      try {
        const { data } = await octokit.rest.repos.getContent({ owner, repo, path: REPOSITORY_FILE });
        return readRepositoryConfig('content' in data ? Buffer.from(data.content, 'base64').toString() : undefined);
      } catch (error) {
        if ((error as { status?: number }).status === 404) return readRepositoryConfig(undefined);
        throw error;
      }
    },
  };
}

async function reach(environment: Environment): Promise<Reached & { keys: string[] }> {
  const { name, ...rest } = await reachAs(environment);
  const [owner = '', repo = ''] = name.split('/');
  return { ...rest, owner, repo };
}

async function reachAs(environment: Environment): Promise<{ github: GitHub; name: string; keys: string[] }> {
  const { github: settings, secrets } = environment;
  const log = pino({ level: 'silent' });
  if (settings.mode === 'token') {
    const { api, token, repository } = settings;
    return { github: await connectToken({ api, token, fetch }), name: repository, keys: secrets };
  }
  if (settings.mode === 'app') {
    const privateKey = await readPrivateKey(settings.privateKey);
    return {
      github: await connectApp({ ...settings, privateKey, log, fetch }),
      name: settings.repository,
      keys: secrets,
    };
  }
  const base = `http://localhost:${environment.port}`;
  const health = await fetch(`${base}/healthz`).then(
    (answer) => answer.json() as Promise<{ github?: { repository?: string } }>,
    () => undefined,
  );
  const name = health?.github?.repository;
  if (!name) {
    throw new PatchworkError('no_server', `No server answers at ${base}.`, {
      next: 'Start it with npm start, or set PORT.',
    });
  }
  const { readRegistration } = await import('../../forge/index.ts');
  const app = readRegistration(join(environment.dataDir, 'github'), 'patchwork');
  if (!app)
    throw new PatchworkError('no_server', `The server at ${base} keeps its data elsewhere.`, {
      next: 'Set PATCHWORK_DATA.',
    });
  const github = await connectApp({ ...app, api: `${base}/api/v3`, appId: app.id, log, fetch });
  return { github, name, keys: [...secrets, localSecret(app.privateKey)] };
}
