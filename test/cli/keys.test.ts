import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { signingSecret } from '../../src/bot/index.ts';
import { readKey } from '../../src/http/index.ts';
import { ROOT } from '../support/process.ts';

const secret = 'a-secret-of-this-server';

/** Runs `patchworkmcp keys …`; answers what it printed and how it ended. */
async function keys(args: string[], env: Record<string, string> = { PATCHWORK_SECRET: secret }) {
  const options = { cwd: ROOT, env: { PATH: process.env.PATH, ...env } };
  return promisify(execFile)(process.execPath, ['src/cli/main.ts', 'keys', ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout: stdout.trim(), stderr }),
    (error) => ({ code: error.code as number, stdout: error.stdout as string, stderr: error.stderr as string }),
  );
}

describe('patchworkmcp keys', () => {
  it('makes a key that the server with the same secret takes, shows and revokes it', async () => {
    const made = await keys([
      'create',
      '--repo',
      'Owner/Name',
      '--server',
      's',
      '--scope',
      'report:write',
      '--scope',
      'report:read',
    ]);
    expect(made.code).toBe(0);
    const claims = await readKey([secret], made.stdout);
    expect(claims).toMatchObject({ repo: 'owner/name', server: 's', scopes: ['report:write', 'report:read'] });
    expect(made.stderr).toContain(claims?.kid);
    expect(JSON.parse((await keys(['show', made.stdout])).stdout)).toEqual(claims);
    expect((await keys(['revoke', made.stdout])).stdout).toContain(`revoked_keys:\n  - ${claims?.kid}`);
  });

  it('says with which secret messages to an address are signed: another one for each address and repository', async () => {
    const url = 'https://example.com/hook';
    const secrets = await Promise.all([
      keys(['webhook', url]),
      keys(['webhook', `${url}/2`]),
      keys(['webhook', url, '--repo', 'owner/name']),
    ]);
    expect(secrets[0]?.stdout).toBe(signingSecret(secret, { url, by: 'operator' }, ''));
    expect(new Set(secrets.map(({ stdout }) => stdout)).size).toBe(3);
  });

  it.each([
    [['create'], { PATCHWORK_SECRET: secret }, 'Say for which repository'],
    [['create', '--repo', 'o/r', '--scope', 'everything'], { PATCHWORK_SECRET: secret }, 'Scopes are'],
    [['show', 'pw_nonsense'], { PATCHWORK_SECRET: secret }, 'no valid key'],
    [['create', '--repo', 'o/r'], {}, 'PATCHWORK_SECRET is missing'],
    [['create', '--what'], { PATCHWORK_SECRET: secret }, '--what'],
  ])('says what is wrong with %j', async (args, env, sentence) => {
    const { code, stderr } = await keys(args, env as Record<string, string>);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
  });
});
