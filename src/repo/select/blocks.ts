import type { LineRange } from './types.ts';

/** Longer blocks are cut again, one level of indentation deeper; shorter neighbours are joined. In lines. */
const longest = 60;
const joined = 15;
/** Deeper nesting is data, not definitions: it is cut by length, which also bounds the work on hostile files. */
const deepest = 8;

/** A line that closes or continues what stands above it, a raw string included (`"#` in Rust, `"""` in Python). */
const continuation = /^(?:[)\]}>{|.]|else\b|elif\b|except\b|finally\b|catch\b|where\b|"#|"""|''')/;
/** Comments, decorators and attributes belong to the definition below them. */
const prelude = /^(?:\/\/|\/\*|#|@)/;

/** Lines `from` up to but not including `to`, counted from 0. */
type Span = [from: number, to: number];

/**
 * Cuts a file into blocks at its definitions, by indentation alone, so that it works in every language: a block starts
 * at a line of the least indentation, with the comments and decorators above it. The blocks cover the file in order.
 */
export function blocksOf(lines: readonly string[]): LineRange[] {
  const shape = lines.map((line) => {
    const indent = line.search(/\S/);
    const text = line.slice(indent, indent + 12);
    return { indent, continues: indent < 0 || continuation.test(text), prelude: prelude.test(text) };
  });

  function cut(span: Span, above: number, depth: number): Span[] {
    const [from, to] = span;
    if (to - from <= longest) return [span];
    const level = depth < deepest ? nextLevel(span, above) : undefined;
    if (level === undefined) return byLength(span);
    return join(piecesAt(span, level)).flatMap((piece) => cut(piece, level, depth + 1));
  }

  /** The least indentation deeper than `above` at which something starts inside the span. */
  function nextLevel([from, to]: Span, above: number): number | undefined {
    let least: number | undefined;
    for (let line = from + 1; line < to; line++) {
      const { indent, continues } = shape[line] as (typeof shape)[number];
      if (!continues && indent > above && (least === undefined || indent < least)) least = indent;
    }
    return least;
  }

  function piecesAt([from, to]: Span, level: number): Span[] {
    const starts = [from];
    let inPrelude = shape[from]?.prelude ?? false;
    for (let line = from + 1; line < to; line++) {
      const here = shape[line] as (typeof shape)[number];
      if (here.continues || here.indent > level) continue;
      if (!inPrelude) starts.push(line);
      inPrelude = here.prelude;
    }
    return starts.map((start, index) => [start, starts[index + 1] ?? to]);
  }

  return cut([0, lines.length], -1, 0).map(([from, to]) => [from + 1, to]);
}

function join(pieces: Span[]): Span[] {
  const out: Span[] = [];
  for (const [from, to] of pieces) {
    const last = out.at(-1);
    if (last && to - last[0] <= joined) last[1] = to;
    else out.push([from, to]);
  }
  return out;
}

function byLength([from, to]: Span): Span[] {
  const out: Span[] = [];
  for (let start = from; start < to; start += longest) out.push([start, Math.min(to, start + longest)]);
  return out;
}
