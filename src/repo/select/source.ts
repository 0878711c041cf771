import { blocksOf } from './blocks.ts';
import { isGenerated, type Language, languageOf } from './code/language.ts';
import { lex, type Tokens } from './code/lex.ts';
import { type Outline, outlineOf } from './code/outline.ts';
import type { CodeFile, LineRange } from './types.ts';

export interface Block {
  range: LineRange;
  /** In characters, line ends included. */
  size: number;
}

/** A source file, read once: everything later steps need to know about its text. */
export interface Source {
  path: string;
  text: string;
  lineCount: number;
  language: Language;
  generated: boolean;
  blocks: Block[];
  tokens: Tokens;
  outline: Outline;
}

export function readSource({ path, text }: CodeFile): Source {
  const language = languageOf(path) as Language;
  const lines = text.split('\n');
  const tokens = lex(text, language);
  return {
    path,
    text,
    lineCount: lines.length,
    language,
    generated: isGenerated(text),
    blocks: blocksOf(lines).map((range) => ({ range, size: sizeOf(lines, range) })),
    tokens,
    outline: outlineOf(tokens, language),
  };
}

function sizeOf(lines: readonly string[], [first, last]: LineRange): number {
  let size = 0;
  for (let line = first - 1; line < last; line++) size += (lines[line] as string).length + 1;
  return size;
}

/** The block that holds a line. */
export function blockAt(blocks: readonly Block[], line: number): number {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle] as Block).range[1] < line) low = middle + 1;
    else high = middle;
  }
  return low;
}
