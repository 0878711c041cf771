import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Language, Parser } from '@vscode/tree-sitter-wasm';

export interface TreeSitter {
  Parser: typeof Parser;
  Language: typeof Language;
}

const require = createRequire(import.meta.url);

/** The library, ready for use. Only where its grammars are installed beside us. */
export async function treeSitter(): Promise<TreeSitter> {
  const library = require('@vscode/tree-sitter-wasm') as TreeSitter;
  await library.Parser.init();
  return library;
}

/** A grammar's WebAssembly; undefined where the grammars are not installed beside us. */
export async function grammarBytes(name: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`));
  } catch {
    return undefined;
  }
}
