/**
 * A text as somebody reads it who looks through its disguises, and where each of its characters (UTF-16) comes from in the text
 * itself: `from[i]` to `from[i + 1]`.
 */
export interface Bare {
  text: string;
  from: number[];
}

/** Escapes, characters that only look different, marks set upon others, and what may stand between two halves of a key. */
const DISGUISED =
  /%[2-7][0-9A-Fa-f]|&#(?:[xX][0-9A-Fa-f]{2}|\d{2,3});|\\u00[2-7][0-9A-Fa-f]|\p{M}+|\P{ASCII}|\\?\n[ \t>]*|[ \t]+|["'`][ \t]*[+.]?[ \t\n]*["'`]/gu;
/** Without one of these nothing is disguised, and nothing that was cut begins. */
const MAYBE_DISGUISED =
  /\P{ASCII}|%[2-7]|&#|\\u00|gh[pousr]_|github_pat|gl[a-z]{2,5}-|sk-|[srp]k_|xox|npm_|pypi|AKIA|ASIA|AIza|ya29|hf_|eyJ|SG\.|do[opr]_|lin_|ntn_|secret_|whsec|gsk_|xapp|BEGIN/u;
const PIECE = /[\w+/=.-]/;
const LONGEST_PIECE = 300;

/** Undefined where nothing is disguised. */
export function bare(text: string): Bare | undefined {
  if (!MAYBE_DISGUISED.test(text)) return undefined;
  let out = '';
  const from: number[] = [];
  let at = 0;
  const take = (shown: string, start: number) => {
    for (let i = 0; i < shown.length; i += 1) from.push(start);
    out += shown;
  };
  const keep = (end: number) => {
    for (let i = at; i < end; i += 1) from.push(i);
    out += text.slice(at, end);
  };
  for (const { 0: found, index } of text.matchAll(DISGUISED)) {
    const shown = undisguised(found, text, index);
    if (shown === found) continue;
    keep(index);
    take(shown, index);
    at = index + found.length;
  }
  if (at === 0) return undefined;
  keep(text.length);
  from.push(text.length);
  return { text: out, from };
}

function undisguised(found: string, text: string, index: number): string {
  if (/^\p{M}/u.test(found)) return '';
  const code = /^(?:%|\\u|&#x?)([0-9a-f]+);?$/i.exec(found)?.[1];
  if (code) return String.fromCharCode(Number.parseInt(code, /^&#\d/.test(found) ? 10 : 16));
  if (/^\P{ASCII}/u.test(found) && found.trim()) return found.normalize('NFKD').replace(/\p{M}/gu, '');
  // A gap in a key: both sides have letters and digits, as words have not.
  return isPiece(before(text, index)) && isPiece(after(text, index + found.length)) ? '' : found;
}

function isPiece(piece: string): boolean {
  return piece.length >= 4 && /\d/.test(piece) && /[A-Za-z]/.test(piece);
}

function before(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < LONGEST_PIECE && PIECE.test(text[start - 1] ?? '')) start -= 1;
  return text.slice(start, end);
}

function after(text: string, start: number): string {
  let end = start;
  while (end < text.length && end - start < LONGEST_PIECE && PIECE.test(text[end] ?? '')) end += 1;
  return text.slice(start, end);
}
