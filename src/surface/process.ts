import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanText, redact } from '../report/index.ts';
import type { Enclosed } from './sandbox.ts';

/** Bytes on stdout and stderr together, after which a process is ended. */
export const OUTPUT_LIMIT = 64 * 2 ** 20;
const TAIL = 8 * 1024;

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of which nothing is left once `kill` has resolved (as far as the isolation reaches). */
export interface Running extends AsyncDisposable {
  stdin: Writable;
  stdout: Readable;
  exited: Promise<Exit>;
  /** It has ended and everything that it printed has been read. */
  closed: Promise<void>;
  /** Set once it has ended by itself. */
  exit(): Exit | undefined;
  /** Whether it was ended because it printed more than `OUTPUT_LIMIT`. */
  flooded(): boolean;
  /** The last words on stderr, cleaned and without secrets: still words of a stranger. */
  tail(): string;
  kill(): Promise<void>;
}

export function launch(enclosed: Enclosed, signal?: AbortSignal): Running {
  const { command, args, cwd, env, takesAll } = enclosed;
  const child: ChildProcess = spawn(command, args, { cwd, env, stdio: 'pipe', detached: true });
  const [stdin, stdout, stderr] = [child.stdin, child.stdout, child.stderr] as [Writable, Readable, Readable];
  let exit: Exit | undefined;
  let isStruck = false;
  let hasEnded = false;
  let flooded = false;
  let bytes = 0;
  let last = Buffer.alloc(0);
  const strike = () => {
    isStruck = true;
    // Its number may be another's by now.
    if (hasEnded && takesAll) return;
    // The group, not the process: without namespaces its children are in it.
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= OUTPUT_LIMIT || flooded) return;
    flooded = true;
    strike();
  };
  stdout.on('data', count);
  stderr.on('data', (chunk: Buffer) => {
    count(chunk);
    last = Buffer.concat([last, chunk]).subarray(-TAIL);
  });
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {});
  const exited = new Promise<Exit>((resolve) => {
    const end = (code: number | null, by: NodeJS.Signals | null) => {
      hasEnded = true;
      if (!isStruck) exit ??= { code, signal: by };
      resolve({ code, signal: by });
    };
    child.once('exit', end);
    child.once('error', (error) => {
      last = Buffer.from(error.message);
      end(127, null);
    });
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  signal?.addEventListener('abort', strike);
  if (signal?.aborted) strike();
  const kill = async () => {
    signal?.removeEventListener('abort', strike);
    strike();
    await exited;
    // Pipes close when the last process that holds them is gone; one that escaped its group may hold them for ever.
    await Promise.race([closed, sleep(2000, undefined, { ref: false })]);
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
  };
  return {
    stdin,
    stdout,
    exited,
    closed,
    exit: () => exit,
    flooded: () => flooded,
    tail: () => plain(last.toString('utf8')),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** Words of a stranger, fit to be shown: no control characters, no secrets, bounded. */
export function plain(text: string, characters = 4000): string {
  const clean = redact(cleanText(text).text).text;
  return clean.length > characters ? `…${clean.slice(-characters)}` : clean;
}
