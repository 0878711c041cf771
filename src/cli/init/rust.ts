import { posix } from 'node:path';
import { parse } from 'smol-toml';
import { depth, type Files, folderOf, named } from './files.ts';
import { type Found, ITSELF, soundsLikeServer, speaksItself } from './found.ts';

interface Cargo {
  package?: { name?: string; 'default-run'?: string };
  bin?: { name?: string; path?: string }[];
  dependencies?: Record<string, unknown>;
  workspace?: object;
}

const SDKS = ['rmcp', 'rust-mcp-sdk', 'mcp-server', 'mcp-core', 'mcp-sdk', 'pmcp', 'turbomcp'];

export function findRust(files: Files): Found[] {
  return named(files, 'Cargo.toml').flatMap((path) => read(files, path) ?? []);
}

function read(files: Files, path: string): Found | undefined {
  const cargo = parsed(files.read(path));
  const dir = folderOf(path);
  if (!cargo?.package) return undefined;
  const { name = '' } = cargo.package;
  const sdk =
    SDKS.find((each) => cargo.dependencies?.[each] !== undefined) ??
    (speaksItself(files, dir, name, /\.rs$/) ? ITSELF : undefined);
  if (!sdk) return undefined;
  const bins = [
    ...(cargo.bin ?? []).flatMap((bin) => bin.name ?? []),
    ...(files.has(posix.join(dir, 'src/main.rs')) && !cargo.bin?.some((bin) => bin.path === 'src/main.rs')
      ? [name]
      : []),
  ];
  const bin =
    cargo.package['default-run'] ??
    bins.find((candidate) => candidate === name) ??
    bins.find(soundsLikeServer) ??
    bins[0];
  if (bin === undefined) return undefined;
  const top = workspaceOf(files, dir);
  const up = '../'.repeat(depth(dir) - depth(top));
  const locked = files.has(posix.join(top, 'Cargo.lock')) ? ' --locked' : '';
  return {
    language: 'Rust',
    tool: 'cargo',
    dir,
    names: [name, ...bins],
    install: `cargo fetch${locked}`,
    build: `cargo build${locked} --bin ${bin}`,
    command: `${up || './'}target/debug/${bin}`,
    args: [],
    verify: ['cargo test'],
    why: [`${path} depends on ${sdk}`, `its program is \`${bin}\``],
    score: (sdk === ITSELF ? 50 : 80) + (soundsLikeServer(bin) ? 10 : 0) - 3 * depth(dir),
  };
}

/** The folder whose `target` holds what is built. */
function workspaceOf(files: Files, dir: string): string {
  for (let at = dir; at !== ''; ) {
    at = folderOf(at);
    if (parsed(files.read(posix.join(at, 'Cargo.toml')))?.workspace) return at;
  }
  return dir;
}

function parsed(text: string | undefined): Cargo | undefined {
  try {
    return text === undefined ? undefined : (parse(text) as Cargo);
  } catch {
    return undefined;
  }
}
