/** Takes the place of src/draft/grammar.ts in the bundle, which has nothing installed beside it: the grammars are in it. */
import { brotliDecompressSync } from 'node:zlib';
import * as library from '@vscode/tree-sitter-wasm';
import core from '@vscode/tree-sitter-wasm/wasm/tree-sitter.wasm';
import go from '@vscode/tree-sitter-wasm/wasm/tree-sitter-go.wasm';
import javascript from '@vscode/tree-sitter-wasm/wasm/tree-sitter-javascript.wasm';
import python from '@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm';
import rust from '@vscode/tree-sitter-wasm/wasm/tree-sitter-rust.wasm';
import tsx from '@vscode/tree-sitter-wasm/wasm/tree-sitter-tsx.wasm';
import typescript from '@vscode/tree-sitter-wasm/wasm/tree-sitter-typescript.wasm';
import type { TreeSitter } from '../../src/draft/grammar.ts';

const GRAMMARS: Record<string, string> = { go, javascript, python, rust, tsx, typescript };

const unpack = (packed: string) => brotliDecompressSync(Buffer.from(packed, 'base64'));

export async function treeSitter(): Promise<TreeSitter> {
  // Emscripten's own option, which the types leave out.
  await library.Parser.init({ wasmBinary: unpack(core) } as object as Parameters<typeof library.Parser.init>[0]);
  return library;
}

export async function grammarBytes(name: string): Promise<Uint8Array | undefined> {
  const packed = GRAMMARS[name];
  return packed === undefined ? undefined : unpack(packed);
}
