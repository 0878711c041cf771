import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort, ROOT } from '../support/process.ts';

let folder: string;
let repo: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forge-cli-'));
  repo = join(folder, 'weather');
  execFileSync('git', ['init', '-q', '-b', 'main', repo]);
  await writeFile(join(repo, 'a.txt'), 'one\n');
  const me = ['-c', 'user.name=Me', '-c', 'user.email=me@example.test'];
  execFileSync('git', ['-C', repo, 'add', '.']);
  execFileSync('git', ['-C', repo, ...me, 'commit', '-qm', 'First']);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const environment = () => ({ PATH: process.env.PATH, PATCHWORK_DATA: join(folder, 'data') });

/** The command in a process of its own; resolves once it has said that it is there. */
async function start(...args: string[]) {
  const child = spawn(process.execPath, ['src/cli/main.ts', 'forge', ...args], { cwd: ROOT, env: environment() });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        output += data;
        if (output.includes('Stop with Ctrl-C.')) resolve();
      });
  });
  await Promise.race([ready, ended]);
  return {
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function askSocket(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, path, headers: { host: 'localhost', authorization: 'token owner' } },
      (answer) => {
        let text = '';
        answer.on('data', (part) => {
          text += part;
        });
        answer.on('end', () => resolve(text));
      },
    );
    asked.on('error', reject).end();
  });
}

it('serves a GitHub on the repository that knows nothing of reports', async () => {
  const port = await freePort();
  const socket = join(folder, 'socket');
  const running = await start('--repo', repo, '--port', String(port), '--socket', socket);
  const api = `http://localhost:${port}/api/v3`;
  const get = async (path: string) => (await fetch(api + path, { headers: { authorization: 'token owner' } })).json();
  expect(await get('/user/repos')).toMatchObject([{ full_name: 'owner/weather', default_branch: 'main' }]);
  expect(await get('/repos/owner/weather/labels')).toEqual([]);
  expect(await get('/repos/owner/weather/issues?state=all')).toEqual([]);
  expect(await get('/apps/patchwork')).toMatchObject({ status: '404' });
  expect(await get('/repos/owner/weather/branches')).toMatchObject([{ name: 'main' }]);
  expect(JSON.parse(await askSocket(socket, '/api/v3/user'))).toMatchObject({ login: 'owner' });
  const clone = join(folder, 'clone');
  await promisify(execFile)('git', ['clone', '-q', `http://localhost:${port}/owner/weather.git`, clone]);
  expect(execFileSync('git', ['-C', clone, 'rev-parse', 'HEAD'])).toEqual(
    execFileSync('git', ['-C', repo, 'rev-parse', 'HEAD']),
  );
  expect(execFileSync('git', ['-C', repo, 'status', '--porcelain']).toString()).toBe('');
  expect(await running.stop()).toBe(0);
});

it('answers its own machine only', async () => {
  const port = await freePort();
  const running = await start('--repo', repo, '--port', String(port));
  const asked = (host: string) =>
    new Promise<number | undefined>((resolve) => {
      request({ port, path: '/api/v3/repos/owner/weather/contents/a.txt', headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
  expect(await asked('localhost')).toBe(200);
  expect(await asked('rebound.example')).toBe(421);
  await running.stop();
});

it('says what is wrong', async () => {
  const file = join(repo, 'a.txt');
  for (const [args, words] of [
    [['--repo', folder], 'is not a git repository with a commit'],
    [['--repo', repo, '--port', 'many'], 'PORT'],
    [['--repo', repo, '--port', '0', '--socket', file], `${file} is taken`],
    [['--sideways'], '--sideways'],
  ] as const) {
    const running = await start(...args);
    expect(running.output()).toContain(words);
    expect(await running.stop()).toBe(1);
  }
  expect(execFileSync('git', ['-C', repo, 'status', '--porcelain']).toString()).toBe('');
});
