import { posix } from 'node:path';
import { above, depth, type Files, folderOf, isAside, named } from './files.ts';
import { type Found, ITSELF, soundsLikeServer, speaksItself } from './found.ts';

interface Manifest {
  name?: string;
  private?: boolean;
  main?: string;
  bin?: string | Record<string, string>;
  scripts?: Record<string, string>;
  packageManager?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const SDKS =
  /^(?:@modelcontextprotocol\/(?:sdk|server|node|hono|express|fastify)|fastmcp|mcp-framework|xmcp|tmcp|mcp-handler|@hono\/mcp)$/;
const SOURCE = /(?:StdioServerTransport|serveStdio|new McpServer|new FastMCP)\b/;

export function findJavaScript(files: Files): Found[] {
  return named(files, 'package.json').flatMap((path) => read(files, path) ?? []);
}

function read(files: Files, path: string): Found | undefined {
  const manifest = parsed(files.read(path));
  if (!manifest) return undefined;
  const dir = folderOf(path);
  const { name = '' } = manifest;
  const runtime = Object.keys(manifest.dependencies ?? {}).find((each) => SDKS.test(each));
  const sdk =
    runtime ??
    Object.keys({ ...manifest.devDependencies, ...manifest.peerDependencies }).find((each) => SDKS.test(each)) ??
    (speaksItself(files, dir, name, /\.[cm]?[jt]sx?$/) ? ITSELF : undefined);
  if (!sdk) return undefined;
  const entry = entryOf(files, dir, manifest);
  if (!entry) return undefined;

  const { tool, install } = managerOf(files, dir, manifest);
  const isThere = files.has(posix.join(dir, entry.path));
  const scripts = manifest.scripts ?? {};
  const script = ['build', 'compile', 'prepare', 'prepublishOnly'].find((candidate) => scripts[candidate]);
  // A command that is in the repository may still load what a build makes.
  const builds =
    script !== undefined &&
    (!isThere || /\b(?:dist|build|lib|out)\//.test(files.read(posix.join(dir, entry.path)) ?? ''));
  const isBun = /^#!.*\bbun\b/.test(files.read(posix.join(dir, entry.path)) ?? '') && isThere;
  const isTypeScript = /\.[cm]?ts$/.test(entry.path);
  const tests = scripts.test && !/no test specified/.test(scripts.test) ? [`${tool} test`] : [];
  return {
    language: isTypeScript || above(files, dir, 'tsconfig.json') ? 'TypeScript' : 'JavaScript',
    tool,
    dir,
    names: [name, ...entry.names].filter(Boolean),
    install,
    ...(builds ? { build: buildOf(files, dir, tool, script) } : {}),
    command: isBun ? 'bun' : 'node',
    args: [entry.path],
    verify: tests,
    why: [
      `${path} depends on ${sdk}`,
      entry.why,
      ...(builds ? [`\`${tool} run ${script}\` makes what it runs`] : []),
      `the lock file is ${tool}’s`,
    ].filter((why) => !(why.startsWith('the lock file') && /install$/.test(install) && tool === 'npm')),
    score:
      (runtime ? 50 : 25) +
      (manifest.bin ? 30 : 0) +
      (soundsLikeServer(name) ? 10 : 0) +
      (/stdio|server/i.test(posix.basename(entry.path)) ? 2 : 0) -
      3 * depth(dir),
  };
}

interface Entry {
  /** Relative to the package. */
  path: string;
  names: string[];
  why: string;
}

function entryOf(files: Files, dir: string, manifest: Manifest): Entry | undefined {
  const bins = typeof manifest.bin === 'string' ? { [base(manifest.name)]: manifest.bin } : (manifest.bin ?? {});
  const names = Object.keys(bins);
  const chosen =
    names.find((name) => name === base(manifest.name)) ??
    names.find((name) => /mcp/i.test(name)) ??
    names.find((name) => /server|stdio/i.test(name)) ??
    names[0];
  if (chosen !== undefined && bins[chosen]) {
    return {
      path: posix.normalize(bins[chosen]),
      names,
      why: `its bin \`${chosen}\` is ${posix.normalize(bins[chosen])}`,
    };
  }
  const start = /(?:^|\s)(?:node|tsx|bun(?: run)?|ts-node)\s+(?:--?\S+\s+)*([\w./-]+\.[cm]?[jt]s)\b/.exec(
    manifest.scripts?.start ?? '',
  )?.[1];
  if (start) return { path: posix.normalize(start), names: [], why: `its start script runs ${start}` };
  const source = files.paths.find(
    (path) =>
      path.startsWith(dir ? `${dir}/` : '') &&
      !isAside(path) &&
      /\.[cm]?[jt]s$/.test(path) &&
      SOURCE.test(files.read(path) ?? ''),
  );
  if (manifest.main && (source || soundsLikeServer(manifest.name ?? ''))) {
    return { path: posix.normalize(manifest.main), names: [], why: `its main is ${manifest.main}` };
  }
  if (!source) return undefined;
  const path = dir ? source.slice(dir.length + 1) : source;
  return { path, names: [], why: `${source} starts a server` };
}

function managerOf(
  files: Files,
  dir: string,
  { packageManager = '' }: Manifest,
): Pick<Found, 'tool'> & { install: string } {
  const has = (name: string) => above(files, dir, name) !== undefined;
  if (has('pnpm-lock.yaml')) {
    return { tool: 'pnpm', install: `pnpm install --frozen-lockfile${onlyMember(files, dir)}` };
  }
  if (has('bun.lock') || has('bun.lockb')) return { tool: 'bun', install: 'bun install --frozen-lockfile' };
  if (has('yarn.lock')) {
    return {
      tool: 'yarn',
      install: has('.yarnrc.yml') ? 'yarn install --immutable' : 'yarn install --frozen-lockfile',
    };
  }
  if (has('package-lock.json') || has('npm-shrinkwrap.json')) return { tool: 'npm', install: 'npm ci' };
  const tool = (['pnpm', 'yarn', 'bun'] as const).find((name) => packageManager.startsWith(name)) ?? 'npm';
  return { tool, install: `${tool} install` };
}

/** Of a workspace the member, what it depends on, and what the whole builds with: not what the others need. */
function onlyMember(files: Files, dir: string): string {
  const workspace = dir ? above(files, dir, 'pnpm-workspace.yaml') : undefined;
  if (workspace === undefined) return '';
  const { name } = parsed(files.read(posix.join(folderOf(workspace), 'package.json'))) ?? {};
  return `${name && /^[@\w./-]+$/.test(name) ? ` --filter ${name}` : ''} --filter "{.}..."`;
}

/** A member of a workspace needs the members it depends on to be built before it. */
function buildOf(files: Files, dir: string, tool: Found['tool'], script: string): string {
  if (tool === 'pnpm' && onlyMember(files, dir)) return `pnpm --filter "{.}..." run ${script}`;
  return `${tool} run ${script}`;
}

function parsed(text: string | undefined): Manifest | undefined {
  try {
    return JSON.parse(text ?? '') as Manifest;
  } catch {
    return undefined;
  }
}

function base(name = ''): string {
  return name.replace(/^@[^/]*\//, '');
}
