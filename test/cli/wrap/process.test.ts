import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../support/process.ts';

const RAW = join(ROOT, 'test/cli/servers/raw.ts');

/** `wrap` around the server, with everything it says collected. */
function wrapped(...args: string[]) {
  const child = spawn(process.execPath, ['src/cli/main.ts', 'wrap', '--', process.execPath, RAW, ...args], {
    cwd: ROOT,
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => err.push(chunk));
  child.stdin.on('error', () => {});
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, closed, out: () => Buffer.concat(out), err: () => Buffer.concat(err) };
}

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const firstPid = async (out: () => Buffer) => {
  await expect.poll(() => String(out()), { timeout: 10_000 }).toMatch(/^\d+\n/);
  return Number.parseInt(String(out()), 10);
};
const end = (child: ChildProcess) => child.stdin?.end();

it('passes bytes, big messages and stderr as they are, and ends when the client does', async () => {
  const { child, closed, out, err } = wrapped('echo');
  const big = `{"jsonrpc":"2.0","method":"x","params":{"data":"${randomBytes(6_000_000).toString('base64')}"}}\r\n`;
  const odd = Buffer.concat([
    Buffer.from([0xff, 0xfe, 0x80, 0x0a]),
    Buffer.from('{"a": 1.00 }\n\n'),
    Buffer.from('no end'),
  ]);
  const sent = Buffer.concat([Buffer.from(big), odd]);
  child.stdin.write(sent.subarray(0, 1000));
  child.stdin.end(sent.subarray(1000));
  expect(await closed).toEqual([0, null]);
  expect(out().equals(sent)).toBe(true);
  expect(err()).toEqual(Buffer.from([0xff, 0x00, 0x0a, 0xc3]));
});

it.each([0, 1, 42])(
  'ends with the exit status %i of the server, and not before all it said was passed on',
  async (status) => {
    const { child, closed, out } = wrapped('status', String(status));
    child.stdin.write('{}\n');
    expect((await closed)[0]).toBe(status);
    expect(out().length).toBe(3_000_001);
  },
);

it('forwards signals, and says by its status which one ended the server', async () => {
  const polite = wrapped('signal');
  await expect.poll(() => String(polite.out()), { timeout: 10_000 }).toBe('ready\n');
  let heard = 'ready\n';
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) {
    polite.child.kill(signal);
    heard += `${signal}\n`;
    await expect.poll(() => String(polite.out())).toBe(heard);
  }
  end(polite.child);
  expect(await polite.closed).toEqual([0, null]);

  const killed = wrapped('stubborn');
  const pid = await firstPid(killed.out);
  process.kill(pid, 'SIGKILL');
  expect(await killed.closed).toEqual([137, null]);
});

it('takes the server with it when it is killed, even one that ignores the end of its input and SIGTERM', async () => {
  const { child, out } = wrapped('stubborn');
  const pid = await firstPid(out);
  child.kill('SIGKILL');
  await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
});

it('leaves nothing of the server behind and does not wait for it', async () => {
  const { closed, out } = wrapped('helper');
  const started = performance.now();
  const pid = await firstPid(out);
  expect((await closed)[0]).toBe(5);
  expect(performance.now() - started).toBeLessThan(6000);
  await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
});

it('says what is wrong with its own command line', async () => {
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, ['src/cli/main.ts', 'wrap', ...args], { cwd: ROOT });
    let err = '';
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    return { status: (await once(child, 'close'))[0], err };
  };
  const missing = await run('--', 'no-such-command-anywhere');
  expect(missing.status).toBe(1);
  expect(missing.err).toContain('cannot be started (ENOENT)');
  expect((await run()).err).toContain('Either a command or --url is needed');
  expect((await run('--url', 'http://127.0.0.1:1', '--', 'x')).err).toContain('Either a command or --url is needed');
  expect((await run('--url', 'file:///etc/passwd')).err).toContain('not an http or https address');
  expect((await run('--url', 'http://127.0.0.1:1', '--header', 'secret-value')).err).not.toContain('secret-value');
});
