import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { makePlace, openScratch } from './place.ts';
import { enclose } from './sandbox.ts';
import type { Tools } from './tools.ts';

/** What keeps a server under test away from the machine it runs on. */
export interface Isolation {
  /** `separate`: an own user id. `mapped`: our id, but in a user namespace, without rights outside of it. `same`: it is us. */
  user: 'separate' | 'mapped' | 'same';
  /** An own network without anything but loopback, once it is installed. */
  network: boolean;
  /** Whether loopback works in that network: servers over HTTP and stubs need it. */
  loopback: boolean;
  /** Own process ids: nothing outside is seen, nothing inside outlives the run. */
  pid: boolean;
  /** An own root: the system's programs, the tools and the server's files, nothing else. */
  mount: boolean;
  /** Limits on memory, file sizes, open files and processes. */
  limits: boolean;
  /** What this system does not give, in sentences. */
  missing: string[];
}

const FULL = { network: true, loopback: true, pid: true, mount: true, limits: true };
const NONE = { network: false, loopback: true, pid: false, mount: false };

/**
 * Tries what the system allows, best first, by running a command that way; to be asked once. Where there are no namespaces (a
 * container without rights, another system than Linux), a server still runs with an empty environment and time and output limits,
 * and `missing` says what it could do.
 */
export async function detectIsolation(tools: Tools): Promise<Isolation> {
  const isRoot = process.getuid?.() === 0;
  const full: Isolation = { user: isRoot ? 'separate' : 'mapped', ...FULL, missing: [] };
  const tried = await attempt(full, tools);
  if (typeof tried !== 'string') {
    const missing = tried.loopback ? [] : ['Loopback is down in the own network: neither ip nor perl is there.'];
    return { ...full, loopback: tried.loopback, missing };
  }
  const missing = [
    `This system allows no namespaces (${tried}): a server under test can use the network, see other processes and read files that all users may read.`,
    'A process that leaves its process group can outlive the run.',
  ];
  const unlimited = 'There are no limits on its memory and processes: prlimit and setpriv are missing.';
  const same = 'It runs as the same user as this program, and can read what that user can read.';
  const lesser: Isolation[] = [
    ...(isRoot ? [{ user: 'separate' as const, ...NONE, limits: true, missing }] : []),
    { user: 'same', ...NONE, limits: true, missing: [...missing, same] },
    { user: 'same', ...NONE, limits: false, missing: [...missing, same, unlimited] },
  ];
  for (const isolation of lesser) if (typeof (await attempt(isolation, tools)) !== 'string') return isolation;
  throw new Error(`no command can be started: ${tried}`);
}

async function attempt(isolation: Isolation, tools: Tools): Promise<{ loopback: boolean } | string> {
  await using scratch = await openScratch();
  try {
    const place = await makePlace(scratch, 'trial', isolation);
    const check = 'grep -q 127.0.0.1 /proc/net/fib_trie 2>/dev/null && echo loopback || echo none';
    const { command, args, cwd, env } = enclose(isolation, place, tools, {
      command: '/bin/sh',
      args: ['-c', check],
      cwd: '.',
      env: { PATH: tools.path },
      network: !isolation.network,
      keepsCache: false,
    });
    const { stdout } = await promisify(execFile)(command, args, { cwd, env, timeout: 15_000, killSignal: 'SIGKILL' });
    return { loopback: stdout.includes('loopback') };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr || message).trim().split('\n')[0]?.slice(0, 200) ?? '';
  }
}
