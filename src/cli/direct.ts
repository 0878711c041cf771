import { pino } from 'pino';
import { connectApp, connectToken } from '../bot/index.ts';
import type { Environment } from '../config/index.ts';
import type { Gaps } from '../issues/index.ts';
import { gapsOfAll } from './gaps.ts';
import { readPrivateKey } from './github.ts';

/** The gaps on GitHub, for a command that needs no server; undefined in local mode, where the server is the GitHub. */
export async function gapsOnGitHub({ github, secrets, logins }: Environment): Promise<Gaps | undefined> {
  if (github.mode === 'local') return undefined;
  const connection = { api: github.api, log: pino({ level: 'silent' }), fetch };
  const connected =
    github.mode === 'token'
      ? await connectToken({ ...connection, token: github.token })
      : await connectApp({ ...connection, ...github, privateKey: await readPrivateKey(github.privateKey) });
  return gapsOfAll(connected, secrets, 0, logins).open(github.repository);
}
