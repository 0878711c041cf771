import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/process.ts';

const LIMIT = 180_000;

/** The command on this server: its exit status, the checks that failed, and everything it said. */
async function check(...command: string[]): Promise<{ status: number; failed: string[]; said: string }> {
  const args = ['src/cli/main.ts', 'check-dropin', ...(command.length ? ['--', ...command] : [])];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: ROOT }, (_error, stdout, stderr) => {
      const failed = [...stdout.matchAll(/^ {2}FAILED (.*)$/gm)].map(([, title]) => title ?? '');
      resolve({ status: child.exitCode ?? -1, failed: [...new Set(failed)], said: stdout + stderr });
    });
  });
}

describe.concurrent('check-dropin', { timeout: LIMIT }, () => {
  it.each([
    ['the drop-in on SDK 1.x', ['test/dropins/servers/v1.ts', 'stdio'], '24 of 24'],
    ['the drop-in on SDK 2.x, both eras', ['test/dropins/servers/v2.ts', 'stdio'], '31 of 31'],
    [
      'wrap around a server without it, both eras',
      ['src/cli/main.ts', 'wrap', '--', process.execPath, 'test/dropins/servers/v2.ts', 'stdio', 'bare'],
      '31 of 31',
    ],
  ])('finds nothing wrong with %s', async (_name, args, passed) => {
    const { status, failed, said } = await check(process.execPath, ...args);
    expect(failed, said).toEqual([]);
    expect(said).toContain(`${passed} checks passed.`);
    expect(status).toBe(0);
  });

  it.each([
    ['noisy', ['writes nothing but the protocol to stdout']],
    ['talkative', ['writes its key nowhere']],
    ['immortal', ['lets the server end when its client goes']],
    ['silent', ['hands the instructions to the client']],
    [
      'blocking',
      [
        'tries twice more when the server is overloaded, after half a second and a second, with the same id',
        'keeps the server answering while a report is on its way',
      ],
    ],
  ])('names what is wrong with a %s server', async (fault, expected) => {
    const { status, failed, said } = await check(process.execPath, 'test/cli/servers/faulty.ts', fault);
    expect(failed, said).toEqual(expected);
    expect(status).toBe(1);
  });

  it('names everything that is wrong with a naive one', async () => {
    const { status, failed } = await check(process.execPath, 'test/cli/servers/faulty.ts', 'naive');
    expect(status).toBe(1);
    expect(failed).toEqual([
      'lists the tool with its description, its annotations and its required fields',
      'lists every field with its type, its words and its description',
      'delivers a report with everything that the SDK knows, and nothing else',
      'sends its key, and says what it is',
      'tells the agent what the server said',
      'sends the same report once',
      'loses no report to a wrong type or word',
      'sends nothing when a field that has to say something is empty, and names it',
      'takes secrets and addresses out before it sends',
      'tries twice more when the server is overloaded, after half a second and a second, with the same id',
      'tells the truth when nothing helps, and keeps the report on stderr and in the spool',
      'sends what waits in the spool after the next success',
      'hands a refusal to the agent and does not try again',
      'follows no redirect',
      'does not take a 201 without JSON for a delivery',
      'sends under its slug, with the key of this address and no other',
    ]);
  });

  it('says when there is nothing to check', async () => {
    expect((await check()).said).toContain('The command of a server is needed');
    expect((await check('no-such-command-anywhere')).said).toContain('cannot be started (ENOENT)');
    expect((await check(process.execPath, '-e', 'process.exit(3)')).said).toContain('does not answer as an MCP server');
    const bare = await check(process.execPath, 'test/dropins/servers/v1.ts', 'stdio', 'bare');
    expect(bare).toMatchObject({ status: 1, said: expect.stringContaining('there is no tool named feedback') });
  });
});
