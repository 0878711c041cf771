import type { Tokens } from '../code/lex.ts';

/** A registration as its idiom shows it: the name itself, or the constant that holds it. */
export interface Registration {
  name?: string;
  constant?: string;
  line: number;
}

/** Finds the registrations of one language. Every look ahead is bounded, so the time is linear in the file. */
export type ToolScan = (tokens: Tokens) => Registration[];

/** How far, in tokens, an idiom may look for the end of a bracket. A tool's description and schema fit. */
const reach = 300;

const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** Where the bracket that opens at `open` closes; the last token in reach when it does not. */
export function closing({ kind, text }: Tokens, open: number): number {
  let depth = 0;
  const end = Math.min(text.length, open + reach);
  for (let at = open; at < end; at++) {
    if (kind[at] !== 'mark') continue;
    const mark = text[at] as string;
    if (mark in closers) depth++;
    else if (mark === ')' || mark === ']' || mark === '}') depth--;
    if (depth === 0) return at;
  }
  return end - 1;
}

const toolName = /^[A-Za-z][\w.\-/]{1,63}$/;

/** What stands at `at` as a name: a string, or a path of names whose last one is a constant. */
export function valueAt(tokens: Tokens, at: number): Registration | undefined {
  const { kind, text, line } = tokens;
  const here = { line: line[at] ?? 1 };
  if (kind[at] === 'string') return stringAt(tokens, at);
  if (kind[at] !== 'name') return undefined;
  let last = at;
  while ((text[last + 1] === '.' || text[last + 1] === ':') && last - at < 12) {
    last += text[last + 1] === '.' ? 2 : 3;
  }
  return kind[last] === 'name' && text[last + 1] !== '(' ? { ...here, constant: text[last] as string } : undefined;
}

/** A string that has the form of a tool's name. */
export function stringAt({ kind, text, line }: Tokens, at: number): Registration | undefined {
  const value = text[at] ?? '';
  return kind[at] === 'string' && toolName.test(value) ? { name: value, line: line[at] as number } : undefined;
}

/** As an argument, only a constant that is called a tool or a name is one: `AddTool(server, …)` names the server. */
export function argumentValue(tokens: Tokens, at: number): Registration | undefined {
  const value = valueAt(tokens, at);
  return value?.constant === undefined || /tool|name/i.test(tokens.text.slice(at, at + 3).join('')) ? value : undefined;
}

/** The value of a key of the bracket that opens at `open`: `name="x"`, `name: "x"`, `"name": "x"`. */
export function keyed(tokens: Tokens, open: number, key: string): Registration | undefined {
  const at = keyAt(tokens, open, 0, (text) => text === key);
  return at === undefined ? undefined : valueAt(tokens, at + 2);
}

/**
 * Where a wanted key stands directly (not nested deeper) in a bracket, from `from` on: `depth` is 0 at the bracket
 * itself and 1 inside it.
 */
export function keyAt(
  tokens: Tokens,
  from: number,
  depth: number,
  wanted: (text: string) => boolean,
): number | undefined {
  const { kind, text } = tokens;
  const end = Math.min(text.length, from + reach);
  for (let at = from; at < end; at++) {
    const token = text[at] as string;
    if (kind[at] !== 'mark') {
      if (depth === 1 && (text[at + 1] === ':' || text[at + 1] === '=') && wanted(token)) return at;
    } else if (token in closers) depth++;
    else if ((token === ')' || token === ']' || token === '}') && --depth <= 0) return undefined;
  }
  return undefined;
}

/** Where the n-th argument of a call starts, or nothing; `open` is the call's bracket. */
export function argument(tokens: Tokens, open: number, index: number): number | undefined {
  if (index === 0) return open + 1;
  const close = closing(tokens, open);
  let depth = 0;
  let commas = 0;
  for (let at = open; at < close; at++) {
    if (tokens.kind[at] !== 'mark') continue;
    const mark = tokens.text[at] as string;
    if (mark in closers) depth++;
    else if (mark === ')' || mark === ']' || mark === '}') depth--;
    else if (mark === ',' && depth === 1 && ++commas === index) return at + 1;
  }
  return undefined;
}
