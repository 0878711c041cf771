import { posix } from 'node:path';
import { parse } from 'smol-toml';
import { above, depth, type Files, folderOf, isAside, named } from './files.ts';
import { type Found, ITSELF, soundsLikeServer, speaksItself } from './found.ts';

interface Project {
  project?: { name?: string; scripts?: Record<string, string>; dependencies?: string[] };
  tool?: { poetry?: { name?: string; scripts?: Record<string, unknown>; dependencies?: Record<string, unknown> } };
}

const SDK = /^(?:mcp|fastmcp|fastapi[-_]mcp)\b/i;
const SOURCE = /\b(?:FastMCP|MCPServer|stdio_server)\(/;

export function findPython(files: Files): Found[] {
  const projects = named(files, 'pyproject.toml').flatMap((path) => readProject(files, path) ?? []);
  const bare = named(files, 'requirements.txt')
    .filter((path) => !files.has(posix.join(folderOf(path), 'pyproject.toml')))
    .flatMap((path) => readRequirements(files, path) ?? []);
  return [...projects, ...bare];
}

function readProject(files: Files, path: string): Found | undefined {
  const toml = parsed(files.read(path));
  if (!toml) return undefined;
  const dir = folderOf(path);
  const poetry = toml.tool?.poetry;
  const name = toml.project?.name ?? poetry?.name ?? '';
  const sdk =
    [...(toml.project?.dependencies ?? []), ...Object.keys(poetry?.dependencies ?? {})].find((each) =>
      SDK.test(each),
    ) ?? (speaksItself(files, dir, name, /\.py$/) ? ITSELF : undefined);
  if (!sdk) return undefined;
  const scripts = Object.keys({ ...poetry?.scripts, ...toml.project?.scripts });
  const script = scripts.find((candidate) => candidate === name) ?? scripts.find(soundsLikeServer) ?? scripts[0];
  const { tool, install, venv } = environmentOf(files, dir, name, poetry !== undefined && !toml.project?.name);
  const started = script === undefined ? moduleOf(files, dir) : undefined;
  if (script === undefined && !started) return undefined;
  return {
    language: 'Python',
    tool,
    dir,
    names: [name, name.replaceAll('-', '_'), ...scripts].filter(Boolean),
    install,
    command: script === undefined ? `${venv}/bin/python` : `${venv}/bin/${script}`,
    args: started?.args ?? [],
    verify: testsOf(files, dir, venv),
    why: [
      `${path} depends on ${sdk === ITSELF ? sdk : /^[\w-]+/.exec(sdk)?.[0]}`,
      started?.why ?? `its script \`${script}\` starts it`,
      ...(tool === 'pip' ? [] : [`its environment is ${tool}’s`]),
    ],
    score: 50 + (script ? 30 : 0) + (soundsLikeServer(name) ? 10 : 0) - 3 * depth(dir),
  };
}

function readRequirements(files: Files, path: string): Found | undefined {
  const dir = folderOf(path);
  const sdk = (files.read(path) ?? '').split('\n').find((line) => SDK.test(line.trim()));
  const started = sdk && moduleOf(files, dir);
  if (!started) return undefined;
  return {
    language: 'Python',
    tool: 'pip',
    dir,
    names: [],
    install: 'python3 -m venv .venv && .venv/bin/pip install -r requirements.txt',
    command: '.venv/bin/python',
    args: started.args,
    verify: testsOf(files, dir, '.venv'),
    why: [`${path} names ${/^[\w-]+/.exec(sdk.trim())?.[0]}`, started.why],
    score: 40 - 3 * depth(dir),
  };
}

/** Where the project has no script of its own: a package that can be run, or a file that makes a server. */
function moduleOf(files: Files, dir: string): { args: string[]; why: string } | undefined {
  const own = files.paths.filter(
    (path) => path.startsWith(dir ? `${dir}/` : '') && path.endsWith('.py') && !isAside(path),
  );
  const inside = (path: string) => (dir ? path.slice(dir.length + 1) : path);
  const main = own.find((path) => posix.basename(path) === '__main__.py');
  if (main) {
    const name = inside(folderOf(main))
      .replace(/^src\//, '')
      .replaceAll('/', '.');
    return { args: ['-m', name], why: `${main} can be run` };
  }
  const makers = own.filter((path) => SOURCE.test(files.read(path) ?? ''));
  const runs = makers.find((path) => /__main__|\.run\(/.test(files.read(path) ?? '')) ?? makers[0];
  return runs ? { args: [inside(runs)], why: `${runs} makes a server` } : undefined;
}

function environmentOf(
  files: Files,
  dir: string,
  name: string,
  isPoetry: boolean,
): { tool: Found['tool']; install: string; venv: string } {
  const lock = above(files, dir, 'uv.lock');
  if (lock !== undefined) {
    const top = folderOf(lock);
    const up = top === dir ? '' : '../'.repeat(depth(dir) - depth(top));
    // A member of a workspace is installed into the environment of the whole.
    return {
      tool: 'uv',
      install: up && name ? `uv sync --frozen --package ${name}` : 'uv sync --frozen',
      venv: `${up}.venv`,
    };
  }
  if (isPoetry || files.has(posix.join(dir, 'poetry.lock'))) {
    return {
      tool: 'poetry',
      install: 'POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install --no-interaction',
      venv: '.venv',
    };
  }
  return { tool: 'pip', install: 'python3 -m venv .venv && .venv/bin/pip install -e .', venv: '.venv' };
}

function testsOf(files: Files, dir: string, venv: string): string[] {
  const has = files.paths.some((path) => path.startsWith(dir ? `${dir}/` : '') && /(^|\/)test_[^/]+\.py$/.test(path));
  return has ? [`${venv}/bin/python -m pytest`] : [];
}

function parsed(text: string | undefined): Project | undefined {
  try {
    return parse(text ?? '') as Project;
  } catch {
    return undefined;
  }
}
