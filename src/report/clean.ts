/** Bounds of one text field: code points shown to people, UTF-8 bytes that have to fit into the marker. */
export interface TextLimit {
  characters: number;
  bytes: number;
}

export interface CleanText {
  text: string;
  /** How many invisible or control characters were taken out. */
  hidden: number;
}

export interface ClippedText {
  text: string;
  clipped: boolean;
}

// Everything Unicode calls "default ignorable" (tag characters, zero-width, bidi controls, variation selectors, fillers), all
// control characters but tab and newline, and the interlinear annotation marks: none of them is ever shown, so none of them
// may reach a model or a page. And no script sets more than eight marks upon one letter: a tower of them hides the lines around it.
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\u{FFF9}-\u{FFFB}]|(?<=\p{M}{8})\p{M}|(?![\t\n])\p{Cc}/gu;

/**
 * Makes an agent's text safe to keep: valid Unicode, one kind of line break, nothing invisible. What comes out is what the issue
 * shows and what a model later reads, byte for byte.
 */
export function cleanText(value: string): CleanText {
  let hidden = 0;
  const text = value
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    // Signs without ink: a text of them alone says nothing.
    .replace(/\u{2800}|\u{1D159}/gu, ' ')
    .replace(HIDDEN, () => {
      hidden += 1;
      return '';
    })
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
  return { text: withoutBlankEnds(text), hidden };
}

/** Not by a pattern: one that looks for a run at the end takes quadratic time on runs that end elsewhere. */
function withoutBlankEnds(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === '\n') start += 1;
  while (end > start && text[end - 1] === '\n') end -= 1;
  return text.slice(start, end);
}

/** A name on one line: a server, a model, a session handle. */
export function cleanLine(value: string, characters: number): string {
  const line = cleanText(value.slice(0, 8 * characters).replace(/\s+/g, ' ')).text.trim();
  return clipText(line, { characters, bytes: characters * 4 }).text.replace(/\s+/g, ' ');
}

/** Bounds a text by code points and by bytes; what is left out, `beyond` included, is said where it was. */
export function clipText(text: string, limit: TextLimit, beyond = 0): ClippedText {
  const size = Buffer.byteLength(text);
  if (!beyond && size <= limit.bytes && size <= limit.characters) return { text, clipped: false };
  const points = Array.from(text);
  if (!beyond && size <= limit.bytes && points.length <= limit.characters) return { text, clipped: false };
  const mark = (left: number) => ` … [clipped, ${left} more characters]`;
  const room = { characters: limit.characters - 40, bytes: limit.bytes - 44 };
  let kept = 0;
  let bytes = 0;
  for (const point of points) {
    const next = bytes + Buffer.byteLength(point);
    if (kept === room.characters || next > room.bytes) break;
    bytes = next;
    kept += 1;
  }
  return { text: points.slice(0, kept).join('').trimEnd() + mark(points.length - kept + beyond), clipped: true };
}
