import type { Language } from './language.ts';

/** What a token is: a name or keyword, a string (its text without quotes), or a mark such as `(` and `.`. */
export type TokenKind = 'name' | 'string' | 'mark';

/** The tokens of a file as columns; comments, numbers and spaces are gone. Lines count from 1. */
export interface Tokens {
  kind: TokenKind[];
  text: string[];
  line: number[];
}

interface Grammar {
  hashComments: boolean;
  nestedComments: boolean;
  /** Quotes whose strings may span lines. */
  longQuotes: string;
  tripleQuotes: boolean;
  templates: boolean;
  rawBackticks: boolean;
  regexes: boolean;
  lifetimes: boolean;
}

const plain: Grammar = {
  hashComments: false,
  nestedComments: false,
  longQuotes: '',
  tripleQuotes: false,
  templates: false,
  rawBackticks: false,
  regexes: false,
  lifetimes: false,
};

const grammars: Record<Language, Grammar> = {
  python: { ...plain, hashComments: true, tripleQuotes: true },
  typescript: { ...plain, templates: true, regexes: true },
  go: { ...plain, rawBackticks: true },
  rust: { ...plain, nestedComments: true, longQuotes: '"', lifetimes: true },
  json: plain,
};

/** After these a `/` starts a regular expression; after any other name it divides. */
const beforeRegex = new Set(['return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'void', 'delete', 'await', 'yield']);

/** In characters. Looking further for the end of what may be a division would not be linear. */
const longestRegex = 1000;

/**
 * Splits source text into names, strings and marks. It knows just enough of five languages to tell code from comments
 * and strings; where a file is broken, a string ends with its line, so one bad quote costs one line. One pass without
 * backtracking: the time is linear in the text, whatever the text.
 */
export function lex(source: string, language: Language): Tokens {
  const grammar = grammars[language];
  const tokens: Tokens = { kind: [], text: [], line: [] };
  /** Open `{` inside each template string that is being read. */
  const templates: number[] = [];
  let line = 1;
  let at = 0;

  const add = (kind: TokenKind, text: string, onLine: number) => {
    tokens.kind.push(kind);
    tokens.text.push(text);
    tokens.line.push(onLine);
  };

  /** Moves behind the next `end` (or to the end of the text), counting lines. */
  const skipTo = (end: string) => {
    const found = source.indexOf(end, at);
    const stop = found < 0 ? source.length : found + end.length;
    for (; at < stop; at++) if (source.charCodeAt(at) === 10) line++;
  };

  const readDelimited = (open: number, end: string) => {
    const startLine = line;
    at = open;
    skipTo(end);
    add('string', source.slice(open, source.endsWith(end, at) ? at - end.length : at), startLine);
  };

  /** A string in which a backslash takes away the meaning of what follows. */
  const readQuoted = (quote: string, overLines: boolean) => {
    const startLine = line;
    const start = ++at;
    for (; at < source.length && source[at] !== quote; at++) {
      if (source[at] === '\\') at++;
      if (source[at] === '\n') {
        if (!overLines && source[at - 1] !== '\\') break;
        line++;
      }
    }
    add('string', source.slice(start, at), startLine);
    if (source[at] === quote) at++;
  };

  /** The text of a template string up to its end or up to the code of its next `${`. */
  const readTemplate = () => {
    const startLine = line;
    const start = at;
    for (; at < source.length; at++) {
      const char = source[at];
      if (char === '\\') at++;
      else if (char === '`' || (char === '$' && source[at + 1] === '{')) break;
      if (source[at] === '\n') line++;
    }
    add('string', source.slice(start, at), startLine);
    if (source[at] === '$') templates.push(0);
    at += source[at] === '$' ? 2 : 1;
  };

  const skipNestedComment = () => {
    let depth = 0;
    for (; at < source.length; at++) {
      if (source[at] === '\n') line++;
      else if (source[at] === '/' && source[at + 1] === '*') {
        depth++;
        at++;
      } else if (source[at] === '*' && source[at + 1] === '/') {
        at++;
        if (--depth === 0) break;
      }
    }
    at++;
  };

  /** Moves behind a regular expression; stays when there is none on this line. */
  const skipRegex = (): boolean => {
    const kind = tokens.kind.at(-1);
    const before = tokens.text.at(-1);
    if (kind === 'string' || (kind === 'name' && !beforeRegex.has(before as string))) return false;
    if (kind === 'mark' && (before === ')' || before === ']' || before === '}')) return false;
    let inClass = false;
    const limit = Math.min(source.length, at + longestRegex);
    for (let end = at + 1; end < limit && source[end] !== '\n'; end++) {
      const char = source[end];
      if (char === '\\') end++;
      else if (char === '[') inClass = true;
      else if (char === ']') inClass = false;
      else if (char === '/' && !inClass) {
        at = end + 1;
        return true;
      }
    }
    return false;
  };

  while (at < source.length) {
    const char = source[at] as string;
    const next = source[at + 1];
    const code = source.charCodeAt(at);
    if (code === 10) {
      line++;
      at++;
    } else if (code <= 32) {
      at++;
    } else if (isNameStart(code)) {
      const start = at;
      while (at < source.length && isNamePart(source.charCodeAt(at))) at++;
      const name = source.slice(start, at);
      if (grammar.lifetimes && /^b?r$/.test(name) && (source[at] === '"' || source[at] === '#') && readRawRust())
        continue;
      if (isStringPrefix(name, grammar, source[at])) continue;
      add('name', name, line);
    } else if (code >= 48 && code <= 57) {
      while (at < source.length && isNamePart(source.charCodeAt(at))) at++;
    } else if ((grammar.hashComments && char === '#') || (!grammar.hashComments && char === '/' && next === '/')) {
      const end = source.indexOf('\n', at);
      at = end < 0 ? source.length : end;
    } else if (!grammar.hashComments && char === '/' && next === '*') {
      if (grammar.nestedComments) skipNestedComment();
      else {
        at += 2;
        skipTo('*/');
      }
    } else if (char === '"' || char === "'") {
      if (grammar.tripleQuotes && source.startsWith(char.repeat(3), at)) readDelimited(at + 3, char.repeat(3));
      else if (grammar.lifetimes && char === "'") skipRustQuote();
      else readQuoted(char, grammar.longQuotes.includes(char));
    } else if (char === '`' && grammar.rawBackticks) {
      readDelimited(at + 1, '`');
    } else if (char === '`' && grammar.templates) {
      at++;
      readTemplate();
    } else if (char === '}' && templates.at(-1) === 0) {
      templates.pop();
      at++;
      readTemplate();
    } else if (char === '/' && grammar.regexes && skipRegex()) {
      add('string', '', line);
    } else {
      if (templates.length > 0 && (char === '{' || char === '}')) {
        templates[templates.length - 1] = (templates.at(-1) as number) + (char === '{' ? 1 : -1);
      }
      add('mark', char, line);
      at++;
    }
  }
  return tokens;

  /** `r"…"`, `r#"…"#`: raw strings of Rust. */
  function readRawRust(): boolean {
    let hashes = 0;
    while (hashes < 8 && source[at + hashes] === '#') hashes++;
    if (source[at + hashes] !== '"') return false;
    readDelimited(at + hashes + 1, `"${'#'.repeat(hashes)}`);
    return true;
  }

  /** A character (`'x'`) is passed over; a lifetime (`'a`) leaves its name. */
  function skipRustQuote(): void {
    if (source[at + 1] === '\\') readQuoted("'", false);
    else at += source[at + 2] === "'" ? 3 : 1;
  }
}

function isStringPrefix(name: string, grammar: Grammar, next: string | undefined): boolean {
  if (next !== '"' && next !== "'") return false;
  if (grammar.tripleQuotes) return /^[rbfu]{1,2}$/i.test(name);
  return grammar.lifetimes && name === 'b';
}

function isNameStart(code: number): boolean {
  return (code > 96 && code < 123) || (code > 64 && code < 91) || code === 95 || code === 36 || code > 127;
}

function isNamePart(code: number): boolean {
  return isNameStart(code) || (code > 47 && code < 58);
}
