import { type Files, isAside } from './files.ts';

/** How a server may be run, as its repository's own files say it. */
export interface Found {
  language: 'JavaScript' | 'TypeScript' | 'Python' | 'Go' | 'Rust';
  tool: 'npm' | 'pnpm' | 'yarn' | 'bun' | 'uv' | 'poetry' | 'pip' | 'go' | 'cargo';
  /** Folder of its manifest, empty for the top. */
  dir: string;
  /** Names by which others call it: its package, its command. */
  names: string[];
  install?: string;
  build?: string;
  command: string;
  args: string[];
  /** Its own tests, to be offered. */
  verify: string[];
  /** What was seen, in sentences. */
  why: string[];
  /** The best of a repository has the most. */
  score: number;
}

/** Whether a name is that of an MCP server rather than of something beside it. */
export function soundsLikeServer(name: string): boolean {
  return /mcp|server/i.test(name);
}

/**
 * Whether the code of a folder speaks MCP without an SDK that we know: it answers what each client asks for. Only with a name that
 * says so as well; clients write the same word.
 */
export function speaksItself(files: Files, dir: string, name: string, code: RegExp): boolean {
  const isSpoken = (path: string) => /["'`]tools\/list["'`]|"[^"\s]+\/mcp(?:\/[\w/]+)?"/.test(files.read(path) ?? '');
  const own = (path: string) => path.startsWith(dir ? `${dir}/` : '') && code.test(path) && !isAside(path);
  return /mcp/i.test(name) && files.paths.some((path) => own(path) && isSpoken(path));
}

/** What stands in for the name of an SDK where there is none. */
export const ITSELF = 'no SDK that is known, and speaks MCP itself';
