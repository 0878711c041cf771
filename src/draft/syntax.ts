import type { Node, Parser } from '@vscode/tree-sitter-wasm';
import type { Change } from '../repo/index.ts';
import { grammarBytes, type TreeSitter, treeSitter } from './grammar.ts';

/** Where a draft makes a file unreadable for its language. */
export interface SyntaxError {
  path: string;
  /** From 1. */
  line: number;
}

const GRAMMARS: [path: RegExp, grammar: string][] = [
  [/\.[cm]?ts$/, 'typescript'],
  [/\.tsx$/, 'tsx'],
  [/\.[cm]?jsx?$/, 'javascript'],
  [/\.py$/, 'python'],
  [/\.go$/, 'go'],
  [/\.rs$/, 'rust'],
];

/** Parsing is quick, but not on what no person wrote. */
const LARGEST = 1_000_000;

/**
 * Files with more syntax errors than they had: grammars do not know every corner of a language, so what they did not understand at
 * the base either is no news. Undefined where the grammars are not installed beside us.
 */
export async function newSyntaxErrors(changes: Change[]): Promise<SyntaxError[] | undefined> {
  const errors: SyntaxError[] = [];
  for (const { path, before, after } of changes) {
    const grammar = GRAMMARS.find(([pattern]) => pattern.test(path))?.[1];
    if (!grammar || after === undefined || after.length > LARGEST) continue;
    const parser = await parserFor(grammar);
    if (!parser) return undefined;
    const known = before === undefined ? [] : errorsIn(parser, before);
    const now = errorsIn(parser, after);
    if (now.length > known.length)
      errors.push({ path, line: now.find((line) => !known.includes(line)) ?? now[0] ?? 1 });
  }
  return errors;
}

const parsers = new Map<string, Promise<Parser | undefined>>();

/** Some hundred kilobytes each: loaded when the first file of a language comes, and kept. */
function parserFor(grammar: string): Promise<Parser | undefined> {
  const known = parsers.get(grammar) ?? load(grammar);
  parsers.set(grammar, known);
  return known;
}

let library: Promise<TreeSitter> | undefined;

async function load(grammar: string): Promise<Parser | undefined> {
  const bytes = await grammarBytes(grammar);
  if (!bytes) return undefined;
  library ??= treeSitter();
  const { Parser, Language } = await library;
  const parser = new Parser();
  parser.setLanguage(await Language.load(bytes));
  return parser;
}

/** The lines of what could not be parsed and of what is missing, in their order. */
function errorsIn(parser: Parser, text: string): number[] {
  const tree = parser.parse(text);
  if (!tree) return [];
  const lines: number[] = [];
  const visit = (node: Node): void => {
    if (!node.hasError) return;
    if (node.isError || node.isMissing) lines.push(node.startPosition.row + 1);
    for (const child of node.children) if (child) visit(child);
  };
  visit(tree.rootNode);
  tree.delete();
  return lines;
}
