/**
 * A PostgreSQL of one's own for tests: Debian's binaries, a cluster in a temporary directory, a free port of loopback, a password.
 * Needs no vitest. The cluster ends with the process it was started for, however that one ends.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const exec = promisify(execFile);

export interface Postgres {
  /** Of the `postgres` database, as its superuser. */
  url: string;
  /** The URL of a new, empty database. */
  database(): Promise<string>;
  start(): Promise<void>;
  /** `fast`: sessions are cut off, everything is written. `immediate`: it gives up. `kill`: SIGKILL for the server and its sessions. */
  stop(how: 'fast' | 'immediate' | 'kill'): Promise<void>;
}

/** Where `initdb` and `pg_ctl` are; undefined where PostgreSQL is not installed. */
export function postgresBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'pg_ctl')));
}

/**
 * Whether tests on PostgreSQL can run here. On a developer's machine without it they are left out, with a message; in CI its absence
 * is an error.
 */
export function postgresInstalled(): boolean {
  if (postgresBinaries()) return true;
  if (process.env.CI) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  console.warn('PostgreSQL is not installed (apt-get install postgresql): its tests are left out.');
  return false;
}

/** initdb refuses root; Debian's package brings a user for it. */
const asRoot = () => process.getuid?.() === 0;

async function run(binary: string, args: string[]): Promise<void> {
  const path = join(postgresBinaries() ?? '', binary);
  const [command, all] = asRoot() ? ['runuser', ['-u', 'postgres', '--', path, ...args]] : [path, args];
  await exec(command, all, { cwd: '/', timeout: 60_000 }).catch((error: Error) => {
    throw new Error(`${binary} failed: ${error.message}`);
  });
}

/** Start a new cluster, in `directory` or a temporary one. It ends, and the directory goes, with the process `until`, ours if not given. */
export async function startPostgres(options: { directory?: string; until?: number } = {}): Promise<Postgres> {
  const home = options.directory ?? mkdtempSync(join(tmpdir(), 'patchwork-postgres-'));
  mkdirSync(home, { recursive: true, mode: 0o755 });
  if (asRoot()) {
    const { stdout } = await exec('id', ['-u', 'postgres']);
    // mkdtemp makes it ours alone; the server's user must get in, and only he.
    chownSync(home, Number(stdout), -1);
  }
  const data = join(home, 'data');
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(home, 'password');
  writeFileSync(passwordFile, password);
  await run('initdb', [
    ...['--pgdata', data, '--username', 'patchwork', '--auth', 'scram-sha-256', '--pwfile', passwordFile],
    ...['--no-locale', '--encoding', 'UTF8', '--no-instructions'],
  ]);
  const port = await freePort();
  const server = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=100`;
  const url = `postgres://patchwork:${password}@127.0.0.1:${port}/postgres`;
  guard(options.until ?? process.pid, home, data);

  let pid = 0;
  const postgres: Postgres = {
    url,
    database: () => newDatabase(url),
    async start() {
      // Left behind by a server that was killed; its number may be another's by now, or a zombie's.
      rmSync(join(data, 'postmaster.pid'), { force: true });
      await run('pg_ctl', ['start', '--wait', '--silent', '-D', data, '-l', join(data, 'log'), '-o', server]);
      pid = Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10);
    },
    async stop(how) {
      if (how !== 'kill') return run('pg_ctl', ['stop', '--wait', '--silent', '-D', data, '-m', how]);
      const victims = [pid, ...childrenOf(pid)].filter(isAlive);
      for (const victim of victims) process.kill(victim, 'SIGKILL');
      while (victims.some(isAlive)) await sleep(10);
    },
  };
  await postgres.start();
  return postgres;
}

/**
 * The cluster that all test files of one run share: whoever asks first starts it. Only for tests that leave the server itself alone;
 * each takes its own `database()`.
 */
export async function sharedPostgres(): Promise<Pick<Postgres, 'url' | 'database'>> {
  // vitest runs files in children that it talks to; they have their parent in common.
  const run = process.send ? process.ppid : process.pid;
  const meeting = join(tmpdir(), `patchwork-postgres-of-${run}`);
  const told = join(meeting, 'url');
  try {
    mkdirSync(meeting);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    for (let tries = 0; !existsSync(told); tries++) {
      if (tries > 600) throw new Error(`The PostgreSQL of this run did not start; see ${meeting}.`);
      await sleep(100);
    }
    const url = readFileSync(told, 'utf8');
    return { url, database: () => newDatabase(url) };
  }
  const postgres = await startPostgres({ directory: meeting, until: run });
  writeFileSync(`${told}.new`, postgres.url);
  renameSync(`${told}.new`, told);
  return postgres;
}

async function newDatabase(url: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

/** A process of its own that outlives us, even a kill -9, to stop the cluster and to remove its directory. */
function guard(until: number, home: string, data: string): void {
  const stop = [...(asRoot() ? ['runuser', '-u', 'postgres', '--'] : []), join(postgresBinaries() ?? '', 'pg_ctl')];
  const script = `while kill -0 "$1" 2>/dev/null; do sleep 0.5; done; home=$2; data=$3; shift 3
    "$@" stop --silent -D "$data" -m immediate; rm -rf "$home"`;
  spawn('sh', ['-c', script, 'guard', String(until), home, data, ...stop], {
    cwd: '/',
    detached: true,
    stdio: 'ignore',
  }).unref();
}

/** State and parent of a process: fields 3 and 4 of proc(5)'s `stat`. */
function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const [state = '', parent] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

const isAlive = (pid: number) => !['Z', undefined].includes(statOf(pid)?.state);

const childrenOf = (parent: number) =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => statOf(pid)?.parent === parent);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
