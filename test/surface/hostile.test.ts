import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { depthOf } from '../../src/surface/line-transport.ts';
import { folder, isolation, ROOT, repository, running, serverV2, spy } from './support.ts';

/** Whether this machine can hold a server in its own namespaces; where CI is set, it has to. */
const isEnclosed = isolation.mount || Boolean(process.env.CI);
if (!isEnclosed) console.log(`Not tested here, this system allows no namespaces: ${isolation.missing.join(' ')}`);

/** Processes of this machine whose command line or environment has the mark. */
async function withMark(mark: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(mark)) found.push(Number(pid));
  }
  return found;
}

/** Whether there are such processes, or none, within five seconds. */
async function become(state: 'there' | 'gone', mark: string): Promise<boolean> {
  for (let at = 0; at < 50; at += 1) {
    if ((await withMark(mark)).length > 0 === (state === 'there')) return true;
    await sleep(100);
  }
  return false;
}

describe.runIf(isEnclosed)('a server in its enclosure', () => {
  it('sees none of our environment, in no process', async () => {
    process.env.PATCHWORK_TEST_KEY = 'sk-of-the-parent';
    onTestFinished(() => void delete process.env.PATCHWORK_TEST_KEY);
    const said = (await spy(`
      const { readdirSync, readFileSync } = await import('node:fs');
      const environments = readdirSync('/proc').filter((pid) => /^\\d+$/.test(pid)).map((pid) => {
        try { return readFileSync('/proc/' + pid + '/environ', 'utf8') } catch { return '' }
      });
      return { own: process.env, environments, pids: readdirSync('/proc').filter((pid) => /^\\d+$/.test(pid)).length };
    `)) as { own: Record<string, string>; environments: string[]; pids: number };
    expect(JSON.stringify(said)).not.toContain('sk-of-the-parent');
    expect(said.own).toMatchObject({ HOME: '/home/server', LANG: 'C.UTF-8' });
    expect(Object.keys(said.own)).not.toContain('USER');
    expect(said.pids).toBeLessThan(6);
  });

  it('finds no file of ours, wherever it lies', async () => {
    const secret = join(await folder(), 'secret.txt');
    await writeFile(secret, 'the secret');
    const said = await spy(`
      const { readFileSync, readdirSync, existsSync } = await import('node:fs');
      const tries = ${JSON.stringify([secret, join(ROOT, 'package.json'), '/etc/shadow', '/etc/hostname'])};
      return {
        read: tries.filter((file) => { try { readFileSync(file); return true } catch { return false } }),
        root: readdirSync('/').sort(), run: existsSync('/run') || existsSync('/var'),
        // Where this project lies below /tmp, the way to the Node that runs it is there.
        tmp: readdirSync('/tmp').filter((name) => !process.execPath.startsWith('/tmp/' + name + '/')),
      };
    `);
    expect(said).toMatchObject({ read: [], run: false, tmp: [] });
  });

  it('writes only to its own files, its home and its /tmp', async () => {
    const outside = await folder();
    const said = await spy(`
      const { writeFileSync } = await import('node:fs');
      const tries = ['/usr/lib/x', '/etc/x', '/srv/kit/x', '/x', '/bin/x', '/dev/x', '/proc/sys/kernel/hostname', '/srv/node_modules/x',
        ${JSON.stringify(join(outside, 'x'))}, '/srv/tree/x', '/home/server/x', '/tmp/x'];
      return tries.filter((file) => { try { writeFileSync(file, 'x'); return true } catch { return false } });
    `);
    expect(said).toEqual(['/srv/tree/x', '/home/server/x', '/tmp/x']);
    expect(await readdir(outside)).toEqual([]);
    expect(await readdir(join(ROOT, 'node_modules'))).not.toContain('x');
  });

  it('reaches no network, and no port of ours on loopback', async () => {
    const asked: unknown[] = [];
    const server = createServer((socket) => void asked.push(socket)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const said = await spy(`
      const net = await import('node:net');
      const { networkInterfaces } = await import('node:os');
      const dial = (host, port) => new Promise((resolve) => {
        const socket = net.connect({ host, port, timeout: 2000 }, () => resolve('open'));
        socket.on('error', (error) => resolve(error.code)).on('timeout', () => resolve('timeout'));
      });
      return [await dial('127.0.0.1', ${port}), await dial('192.0.2.1', 443), await dial('169.254.169.254', 80), Object.keys(networkInterfaces())];
    `);
    expect(said).toEqual(['ECONNREFUSED', 'ENETUNREACH', 'ENETUNREACH', ['lo']]);
    expect(asked).toEqual([]);
  });

  it('has no rights to get out again', async () => {
    const said = (await spy(`
      const { readFileSync } = await import('node:fs');
      const { execFileSync } = await import('node:child_process');
      const run = (file, ...args) => { try { return execFileSync(file, args, { stdio: 'pipe' }).toString() } catch { return 'no' } };
      return {
        status: readFileSync('/proc/self/status', 'utf8'),
        kill: (() => { try { return process.kill(1, 'SIGKILL') } catch (error) { return error.code } })(),
        mount: run('mount', '--bind', '/tmp', '/usr'), su: run('su', '-c', 'id'), umount: run('umount', '-l', '/srv/tree'),
      };
    `)) as { status: string; mount: string; su: string; umount: string };
    expect(said.status).toMatch(/CapEff:\s+0+\n/);
    expect(said.status).toMatch(/CapBnd:\s+0+\n/);
    expect(said.status).toMatch(/NoNewPrivs:\s+1/);
    expect(said).toMatchObject({ mount: 'no', su: 'no', umount: 'no' });
  });

  it('takes its children with it, also those that left its group and ignore every signal', async () => {
    const mark = `outlive-${process.pid}-${Date.now()}`;
    const live = await running(await repository(serverV2(ONE, escapeAs(mark))));
    expect('failed' in live ? live : live.surface.tools.length).toBe(1);
    expect(await become('there', mark)).toBe(true);
    await (live as AsyncDisposable)[Symbol.asyncDispose]();
    expect(await become('gone', mark)).toBe(true);
  });

  it('ends with us, even when we are killed', async () => {
    const mark = `orphan-${process.pid}-${Date.now()}`;
    const dir = await repository(
      serverV2(ONE, `${escapeAs(mark)} setInterval(() => {}, 1000); process.exit = () => {};`),
    );
    const parent = spawn(process.execPath, [join(import.meta.dirname, 'hold.ts'), dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(parent.stdout, 'data');
    onTestFinished(() => rm(String(said).trim(), { recursive: true, force: true }));
    expect(await become('there', mark)).toBe(true);
    parent.kill('SIGKILL');
    expect(await become('gone', mark)).toBe(true);
  });

  it('cannot take all memory or all processes', async () => {
    const said = (await spy(`
      const { spawn } = await import('node:child_process');
      const all = Array.from({ length: 600 }, () => new Promise((resolve) => {
        const child = spawn('/bin/sleep', ['30']);
        child.on('spawn', () => resolve('ran')).on('error', (error) => resolve(error.code));
      }));
      const ends = await Promise.all(all);
      const bytes = await new Promise((resolve) => {
        const child = spawn(process.execPath, ['-e', 'const all = []; for (;;) all.push(Buffer.alloc(2 ** 28, 1))'], { stdio: 'ignore' });
        child.on('error', (error) => resolve(error.code)).on('exit', (code, signal) => resolve(code ?? signal));
      });
      return { refused: ends.filter((end) => end !== 'ran').length, bytes };
    `)) as { refused: number };
    expect(said.refused).toBeGreaterThan(50);
  });
});

/** A child in a session of its own that ignores what can be ignored. */
function escapeAs(mark: string): string {
  return `import { spawn } from 'node:child_process';
spawn('setsid', ['sh', '-c', "trap '' TERM HUP INT; while :; do sleep 1; done; : ${mark}"], { detached: true, stdio: 'ignore' }).unref();`;
}

const ONE = "server.registerTool('one', { description: 'd' }, async () => ({ content: [] }));";

describe('a server that misbehaves', () => {
  const program = (code: string) => repository({ 'server.mjs': code });
  const outcome = async (code: string) => {
    const live = await running(await program(code));
    return 'failed' in live ? live : 'answered';
  };

  it('is given up when it ends, with its last words, cleaned', async () => {
    const end =
      "process.stderr.write('no \\u001b[31mconfig\\u202e: token ghp_012345678901234567890123456789abcdef'); process.exit(3)";
    const failure = await outcome(end);
    expect(failure).toMatchObject({ failed: 'exited', why: 'It ended with status 3.' });
    expect(failure).toHaveProperty('tail', expect.stringContaining('config: token [redacted'));
  });

  it('is given up when its command does not exist', async () => {
    const live = await running(await program(''), { command: 'no-such-command' });
    expect(live).toMatchObject({ failed: 'exited', tail: expect.stringContaining('no-such-command') });
  });

  it('is given up when it never answers', async () => {
    expect(await outcome('setInterval(() => {}, 1000)')).toMatchObject({ failed: 'silent' });
  });

  it('is ended when it prints without end, to stdout or to stderr', async () => {
    const flood = (stream: string) =>
      `const x = 'x'.repeat(65535) + '\\n'; const on = () => { while (process.${stream}.write(x)); process.${stream}.once('drain', on) }; on();`;
    expect(await outcome(flood('stderr'))).toMatchObject({ failed: 'flooded' });
    expect(await outcome(flood('stdout'))).toMatchObject({ failed: expect.stringMatching(/flooded|long_line/) });
  });

  it('is cut off when a line has no end', async () => {
    const line =
      "const x = 'x'.repeat(65536); const on = () => { while (process.stdout.write(x)); process.stdout.once('drain', on) }; on();";
    expect(await outcome(line)).toMatchObject({ failed: 'long_line' });
  });

  it('is given up when it answers what is no MCP', async () => {
    const answer = (text: string) =>
      `process.stdin.on('data', () => process.stdout.write(${JSON.stringify(text)} + '\\n'))`;
    const answerTo = (result: string) =>
      `process.stdin.on('data', (line) => { const { id } = JSON.parse(line); console.log(JSON.stringify({ jsonrpc: '2.0', id, ${result} })) })`;
    expect(await outcome(`${answer('hello')}; setTimeout(() => process.exit(0), 500)`)).toMatchObject({
      failed: 'exited',
    });
    expect(await outcome(answerTo("result: { protocolVersion: 7, tools: 'x' }"))).toMatchObject({ failed: 'not_mcp' });
    expect(await outcome(answerTo("error: { code: -32603, message: 'no' }"))).toMatchObject({ failed: 'refused' });
  });

  it('is not listed for ever: not by pages that lead on and on, nor by pages that drip', async () => {
    const listing = (delay: number) => `
import { createInterface } from 'node:readline';
const out = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
const info = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } };
let page = 0;
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (method === 'initialize') out({ id, result: info });
  const tools = [{ name: 't' + page++, inputSchema: { type: 'object' } }];
  if (method === 'tools/list') setTimeout(() => out({ id, result: { tools, nextCursor: 'x' + page } }), ${delay});
});`;
    await expect(running(await program(listing(0)))).rejects.toThrow('pagination did not terminate');
    await expect(running(await program(listing(400)), {}, isolation, 1000)).rejects.toThrow(/abort|timeout/i);
  });

  it('is not believed when its messages nest without end', () => {
    const deep = `{"jsonrpc":"2.0","id":0,"result":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(depthOf(Buffer.from(deep))).toBeGreaterThan(99_000);
    expect(depthOf(Buffer.from('{"a":"[[[[\\"[["}'))).toBe(1);
  });
});
