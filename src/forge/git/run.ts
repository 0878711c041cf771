import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Flags for every git we start: no hooks, no programs named by configuration, no transport but local files. */
export const SAFE_FLAGS = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.alternateRefsCommand=true'],
  ...['-c', 'safe.directory=*'],
  ...['-c', 'protocol.allow=never'],
  ...['-c', 'protocol.file.allow=always'],
  ...['-c', 'gc.auto=0'],
  ...['-c', 'maintenance.auto=false'],
];

/** The environment of every git we start: nothing inherited that could point it elsewhere, no user or system configuration. */
export function gitEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('GIT_'),
  );
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    ...extra,
  };
}

export interface GitResult {
  code: number;
  stdout: Buffer;
  stderr: string;
}

export class GitFailure extends Error {
  readonly code: number;
  readonly stderr: string;
  constructor(args: readonly string[], result: GitResult) {
    super(`git ${args.join(' ')} ended with ${result.code}: ${result.stderr.trim()}`);
    this.code = result.code;
    this.stderr = result.stderr;
  }
}

export function startGit(dir: string, args: readonly string[], env: Record<string, string> = {}) {
  return spawn('git', [`--git-dir=${dir}`, ...SAFE_FLAGS, ...args], {
    env: gitEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  }) satisfies ChildProcessWithoutNullStreams;
}

/**
 * Runs git on the repository whose git directory is `dir` and waits for its end.
 * Exit codes other than 0 throw {@link GitFailure} unless listed in `allow`.
 */
export function git(
  dir: string,
  args: readonly string[],
  options: { input?: string | Uint8Array; env?: Record<string, string>; allow?: readonly number[] } = {},
): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = startGit(dir, args, options.env);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => stdout.push(part));
    child.stderr.on('data', (part: Buffer) => stderr.push(part));
    child.stdin.on('error', () => {}); // git may end before it has read all of its input; its exit code says why
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const result = {
        code: code ?? 128 + (signal ? constants.signals[signal] : 0),
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString(),
      };
      if (result.code === 0 || options.allow?.includes(result.code)) resolve(result);
      else reject(new GitFailure(args, result));
    });
    child.stdin.end(options.input ?? '');
  });
}

/** Like {@link git}, but gives the output as text without its last line break. */
export async function gitText(...call: Parameters<typeof git>): Promise<string> {
  return (await git(...call)).stdout.toString().replace(/\n$/, '');
}
