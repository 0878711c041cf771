import { execFile } from 'node:child_process';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Isolation } from './isolate.ts';
import { isPlain } from './place.ts';
import { launch, plain } from './process.ts';
import { rustEnv } from './rust-toolchain.ts';
import { enclose, NO_SANDBOX, type Place, viewOf } from './sandbox.ts';
import type { Tools } from './tools.ts';

/** How one step before the start went. */
export interface Step {
  ok: boolean;
  /** Why it failed, in a sentence. */
  why?: string;
  /** The last it printed, cleaned. */
  tail: string;
  ms: number;
  /** Whether what the other side installed was taken. */
  reused: boolean;
}

/** What is the same for all runs of a replay. */
export interface Ground {
  isolation: Isolation;
  tools: Tools;
  signal?: AbortSignal | undefined;
}

/** How long a step may take, in milliseconds. What is compiled from nothing on a small machine takes long. */
const STEP_LIMIT = { install: 10 * 60_000, build: 15 * 60_000, check: 5 * 60_000 };

/** Runs a repository's own command line in its tree: with the network and no scripts of packages, or with scripts and no network. */
export async function runStep(
  ground: Ground,
  place: Place,
  step: { kind: 'install' | 'build' | 'check'; command: string; cwd: string; keepsCache?: boolean },
): Promise<Step> {
  const began = performance.now();
  const { isolation, tools } = ground;
  const network = step.kind === 'install';
  const env = {
    ...baseEnv(ground, place),
    ...(network ? { ...tools.network, ...NO_SCRIPTS } : OFFLINE),
    ...toolEnv(ground, place),
    ...(await rustEnv(tools, place.tree, step.cwd)),
  };
  const limit = STEP_LIMIT[step.kind];
  const command = {
    command: '/bin/sh',
    args: ['-c', step.command],
    cwd: step.cwd,
    env,
    network,
    keepsCache: network || step.keepsCache === true,
  };
  await using process = launch(enclose(isolation, place, tools, command), ground.signal);
  process.stdin.end();
  const printed: Buffer[] = [];
  process.stdout.on('data', (chunk: Buffer) => {
    printed.push(chunk);
    while (printed.length > 32) printed.shift();
  });
  const exit = await Promise.race([process.exited, sleep(limit, undefined, { ref: false })]);
  // Its last words may come after its end.
  if (exit) await Promise.race([process.closed, sleep(1000, undefined, { ref: false })]);
  const out = plain(Buffer.concat(printed).toString('utf8'), 2000);
  const tail = [out, process.tail()].filter(Boolean).join('\n');
  const ms = Math.round(performance.now() - began);
  if (exit?.code === 0) return { ok: true, tail, ms, reused: false };
  const why = process.flooded()
    ? 'it printed too much'
    : exit === undefined
      ? `it took longer than ${limit / 60_000} minutes`
      : ground.signal?.aborted
        ? 'the replay was stopped'
        : exit.code === NO_SANDBOX && isolation.mount
          ? 'it, or the sandbox around it, ended with status 97'
          : `it ended with ${exit.code === null ? exit.signal : `status ${exit.code}`}`;
  return { ok: false, why: `The ${step.kind} command failed: ${why}.`, tail, ms, reused: false };
}

/** What every run sees: nothing of our own environment. */
export function baseEnv({ isolation, tools }: Ground, place: Place): Record<string, string> {
  return { PATH: tools.path, HOME: viewOf(isolation, place).home, LANG: 'C.UTF-8' };
}

/** Where package managers and compilers keep what they fetch and make. */
export function toolEnv({ isolation, tools }: Ground, place: Place): Record<string, string> {
  const { cache } = viewOf(isolation, place);
  return {
    ...tools.env,
    XDG_CACHE_HOME: cache,
    npm_config_cache: `${cache}/npm`,
    // The machine's own pnpm, not one that a manifest names: what runs offline could not fetch it.
    npm_config_manage_package_manager_versions: 'false',
    XDG_DATA_HOME: `${cache}/share`,
    YARN_GLOBAL_FOLDER: `${cache}/yarn`,
    GOPATH: `${cache}/go`,
    // Folders that cannot be written to could not be removed either.
    GOFLAGS: '-modcacherw',
    CARGO_HOME: `${cache}/cargo`,
    // What cargo makes on its way, from 1.91 on: the program itself still lies in `target`.
    CARGO_BUILD_BUILD_DIR: `${cache}/cargo-build`,
  };
}

/** Scripts of packages stay off, also where a repository's own settings would turn them on or run a program of their own. */
const NO_SCRIPTS = {
  npm_config_ignore_scripts: 'true',
  npm_config_ignore_pnpmfile: 'true',
  npm_config_git: 'git',
  npm_config_update_notifier: 'false',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
  YARN_ENABLE_SCRIPTS: 'false',
  YARN_IGNORE_PATH: '1',
  PIP_ONLY_BINARY: ':all:',
  GOTOOLCHAIN: 'local',
};

export const OFFLINE = { GOPROXY: 'off', GOTOOLCHAIN: 'local', CARGO_NET_OFFLINE: 'true', UV_OFFLINE: '1' };

const MANIFESTS = new Set([
  ...['package.json', 'package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'yarn.lock'],
  ...['.yarnrc.yml', '.npmrc', 'bun.lock', 'bun.lockb'],
]);

/** Node's package managers put no code of the repository into what they install; of the others this cannot be said. */
const REUSABLE = /^\s*(?:npm|pnpm|yarn|bun)\s+(?:ci|install|i)\b[^;&|`$()<>]*$/;

/** What a tree holds before anything is installed. */
export interface Inventory {
  paths: Set<string>;
  /** Contents of what decides about an install, in the order of their paths. */
  manifests: string;
}

export async function takeInventory(tree: string): Promise<Inventory> {
  const paths = new Set<string>();
  const manifests: string[] = [];
  for (const entry of (await readdir(tree, { recursive: true, withFileTypes: true })).sort(byPath)) {
    const path = join(entry.parentPath, entry.name);
    paths.add(path.slice(tree.length + 1));
    if (entry.isFile() && MANIFESTS.has(entry.name)) {
      manifests.push(path.slice(tree.length + 1), await readFile(path, 'utf8'));
    }
  }
  return { paths, manifests: JSON.stringify(manifests) };
}

/**
 * Copies what was installed in another tree, when it would be the same here. Undefined when it has to be installed: manifests
 * differ, or it may hold code of the repository itself.
 */
export async function reuseInstall(
  command: string,
  from: { tree: string; before: Inventory },
  to: { tree: string; before: Inventory },
): Promise<Step | undefined> {
  const began = performance.now();
  if (!REUSABLE.test(command) || from.before.manifests !== to.before.manifests) return undefined;
  if (/"(?:file|portal):/.test(from.before.manifests.replaceAll('\\"', '"'))) return undefined;
  for (const product of await productsOf(from.tree, from.before)) {
    if (!(await isPlain(from.tree, product)) || !(await isPlain(to.tree, product))) return undefined;
    await promisify(execFile)('cp', ['-a', '--', join(from.tree, product), join(to.tree, product)]);
  }
  return { ok: true, tail: '', ms: Math.round(performance.now() - began), reused: true };
}

/** The topmost new entries called `node_modules`: what else an install or a build leaves is made anew. */
async function productsOf(tree: string, before: Inventory): Promise<string[]> {
  const products: string[] = [];
  const folders = ['', ...before.paths];
  for (const folder of folders) {
    const path = join(folder, 'node_modules');
    if (before.paths.has(path) || basename(folder) === 'node_modules') continue;
    const stat = await lstat(join(tree, path)).catch(() => undefined);
    if (stat?.isDirectory()) products.push(path);
  }
  return products;
}

function byPath(a: { parentPath: string; name: string }, b: { parentPath: string; name: string }): number {
  return join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;
}
