import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { PatchworkError } from '../../report/index.ts';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
const GROUPS = process.platform !== 'win32';

export interface Child {
  stdin: Writable;
  stdout: Readable;
  /** Its exit status, 128 and the signal's number if one ended it, as shells say it. */
  ended: Promise<number>;
}

/**
 * Starts the server with our environment and our stderr. Our signals go on to it, and whatever way we end, what is left of it
 * and its own children ends too.
 */
export async function startChild(command: string, args: string[]): Promise<Child> {
  // A group of its own: Ctrl-C reaches it once, through us, and the guard can end all of it.
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: GROUPS, windowsHide: true });
  await once(child, 'spawn').catch((error: NodeJS.ErrnoException) => {
    throw new PatchworkError(
      'no_command',
      `The command ${JSON.stringify(command)} cannot be started (${error.code}).`,
      {
        next: 'Like this: patchworkmcp wrap -- node server.js',
      },
    );
  });
  if (GROUPS && child.pid !== undefined) guard(child.pid);
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const ended = once(child, 'exit').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    for (const name of FORWARDED) process.off(name, forward);
    return typeof code === 'number' ? code : 128 + constants.signals[signal as NodeJS.Signals];
  });
  return { stdin: child.stdin, stdout: child.stdout, ended };
}

/**
 * A shell that waits for our end, which closes its input even when we are killed; then it ends the server's process group:
 * asks at once, forces after two seconds. It is in a group of its own, so that a kill of ours does not reach it.
 */
function guard(group: number): void {
  const script = 'read -r _; kill -s TERM -- "-$0" || exit 0; sleep 2; kill -s KILL -- "-$0"';
  const shell = spawn('/bin/sh', ['-c', script, String(group)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  (shell.stdin as Writable & { unref(): void }).unref();
}
