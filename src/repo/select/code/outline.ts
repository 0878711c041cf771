import type { Language } from './language.ts';
import type { Tokens } from './lex.ts';

/** What a file says about itself to others. */
export interface Outline {
  /** The names it defines, and the line of each. */
  defines: Map<string, number>;
  /** The names and short strings it uses, its own included. */
  uses: Set<string>;
  /** The line at which its tests begin: Rust keeps them in the same file, in `#[cfg(test)] mod tests`. */
  testsFrom: number;
}

/** Shorter names (`run`, `name`) are defined everywhere and connect nothing. */
const shortestName = 5;

const definers: Record<Language, ReadonlySet<string>> = {
  python: new Set(['def', 'class']),
  typescript: new Set(['function', 'class', 'interface', 'type', 'enum', 'const', 'let']),
  go: new Set(['func', 'type', 'const', 'var']),
  rust: new Set(['fn', 'struct', 'enum', 'trait', 'type', 'const', 'static', 'mod', 'union']),
  json: new Set(),
};

export function outlineOf(tokens: Tokens, language: Language): Outline {
  const { kind, text, line } = tokens;
  const outline: Outline = { defines: new Map(), uses: new Set(), testsFrom: Number.POSITIVE_INFINITY };
  const definer = definers[language];
  for (let at = 0; at < text.length; at++) {
    const name = text[at] as string;
    if (kind[at] === 'string') {
      if (name.length >= shortestName && name.length < 64) outline.uses.add(name);
      continue;
    }
    if (kind[at] !== 'name') continue;
    if (language === 'rust' && name === 'cfg' && startsTests(text, at))
      outline.testsFrom = Math.min(outline.testsFrom, line[at] as number);
    if (name.length < shortestName) continue;
    outline.uses.add(name);
    const before = text[at - 1] ?? '';
    const next = text[at + 1];
    const startsLine = line[at - 1] !== line[at];
    const defined =
      (kind[at - 1] === 'name' && definer.has(before)) ||
      (language === 'go' && isGoMethod(tokens, at)) ||
      (language === 'python' && startsLine && next === '=' && name === name.toUpperCase()) ||
      (language === 'typescript' &&
        next === '(' &&
        (startsLine || memberModifiers.has(before)) &&
        opensBody(tokens, at + 1));
    if (defined && !outline.defines.has(name)) outline.defines.set(name, line[at] as number);
  }
  return outline;
}

/** `#[cfg(test)] mod` from its `cfg` on. */
function startsTests(text: readonly string[], at: number): boolean {
  return text[at + 2] === 'test' && text[at + 3] === ')' && text[at + 5] === 'mod';
}

const memberModifiers = new Set(['async', 'public', 'private', 'protected', 'static', 'override', 'get', 'set']);

/** `func (r *Receiver) Name(`: the receiver has at most a few tokens, generic ones included. */
function isGoMethod({ text }: Tokens, at: number): boolean {
  if (text[at - 1] !== ')' || text[at + 1] !== '(') return false;
  for (let back = at - 2; back > at - 14 && back >= 0; back--) {
    if (text[back] === '(') return text[back - 1] === 'func';
  }
  return false;
}

/** A method of a class: after the parameters comes a body or a type. A call is followed by anything else. */
function opensBody({ text }: Tokens, open: number): boolean {
  let depth = 0;
  for (let at = open; at < Math.min(text.length, open + 200); at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return text[at + 1] === '{' || text[at + 1] === ':';
  }
  return false;
}
