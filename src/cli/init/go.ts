import { posix } from 'node:path';
import { depth, type Files, folderOf, isAside, named } from './files.ts';
import { type Found, ITSELF, soundsLikeServer, speaksItself } from './found.ts';

const SDK =
  /\b(?:github\.com\/modelcontextprotocol\/go-sdk|github\.com\/mark3labs\/mcp-go|github\.com\/metoro-io\/mcp-golang)\b/;

export function findGo(files: Files): Found[] {
  return named(files, 'go.mod').flatMap((path) => {
    const text = files.read(path) ?? '';
    const dir = folderOf(path);
    const name = /^module\s+(\S+)/m.exec(text)?.[1] ?? '';
    const sdk = SDK.exec(text)?.[0] ?? (speaksItself(files, dir, name, /\.go$/) ? ITSELF : undefined);
    if (!sdk) return [];
    return mainsOf(files, dir).map((main) => found(files, { path, dir, sdk, name, main }));
  });
}

function found(files: Files, at: { path: string; dir: string; sdk: string; name: string; main: string }): Found {
  const { path, dir, sdk, name, main } = at;
  const base = posix.basename(name).replace(/^v\d+$/, posix.basename(posix.dirname(name)));
  const called = main === '.' ? base : posix.basename(main);
  const sources = goFiles(files, posix.join(dir, main)).map((file) => files.read(file) ?? '');
  const usesSdk = sources.some((source) => SDK.test(source));
  const subcommand = sources.some((source) => /Use:\s+"stdio"/.test(source));
  return {
    language: 'Go',
    tool: 'go',
    dir,
    names: [called, base],
    install: 'go mod download',
    build: `go build -o patchwork-server ${main === '.' ? '.' : `./${main}`}`,
    command: './patchwork-server',
    args: subcommand ? ['stdio'] : [],
    verify: ['go test ./...'],
    why: [
      `${path} requires ${sdk}`,
      `${main === '.' ? 'the module itself' : main} is a program`,
      ...(subcommand ? ['its subcommand `stdio` speaks over stdio'] : []),
    ],
    score:
      (sdk === ITSELF ? 40 : 60) +
      (called === base ? 15 : 0) +
      (soundsLikeServer(called) ? 15 : 0) +
      (usesSdk ? 10 : 0) +
      (main === '.' ? 8 : main.startsWith('cmd/') ? 6 : 0) -
      (/gen|tool|client|test|lint|diff|search/i.test(called) ? 20 : 0) -
      3 * (depth(dir) + (main === '.' ? 0 : depth(main) - 1)),
  };
}

/** Folders with a program, relative to the module. */
function mainsOf(files: Files, dir: string): string[] {
  const mains = new Set<string>();
  for (const path of files.paths) {
    if (!path.startsWith(dir ? `${dir}/` : '') || !path.endsWith('.go') || path.endsWith('_test.go') || isAside(path))
      continue;
    const text = files.read(path) ?? '';
    if (!/^package main$/m.test(text) || !/^func main\(\)/m.test(text) || /^\/\/go:build ignore/m.test(text)) continue;
    mains.add(posix.relative(dir, folderOf(path)) || '.');
  }
  return [...mains];
}

function goFiles(files: Files, folder: string): string[] {
  const at = posix.normalize(folder);
  return files.paths.filter((path) => path.endsWith('.go') && posix.normalize(posix.dirname(path)) === at);
}
