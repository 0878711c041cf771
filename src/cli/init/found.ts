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
