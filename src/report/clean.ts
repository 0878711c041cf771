/** Bounds of one text field: code points shown to people, UTF-8 bytes that have to fit into the marker. */
export interface TextLimit {
  characters: number;
  bytes: number;
}

export interface CleanText {
  text: string;
  /** How many invisible or control characters were taken out. */
  hidden: number;
  clipped: boolean;
}

// Everything Unicode calls "default ignorable" (tag characters, zero-width, bidi controls, variation selectors, fillers), all
// control characters but tab and newline, and the interlinear annotation marks: none of them is ever shown, so none of them
// may reach a model or a page.
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\u{FFF9}-\u{FFFB}]|(?![\t\n])\p{Cc}/gu;

/**
 * Makes an agent's text safe to keep: valid Unicode, one kind of line break, nothing invisible, bounded. What comes out is what
 * the issue shows and what a model later reads, byte for byte.
 */
export function cleanText(value: string, limit: TextLimit): CleanText {
  let hidden = 0;
  const visible = value
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(HIDDEN, () => {
      hidden += 1;
      return '';
    })
    .replace(/[^\S\n]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
  return { ...clip(visible, limit), hidden };
}

/** A name on one line: a server, a model, a session handle. */
export function cleanLine(value: string, characters: number): string {
  const { text } = cleanText(value.replace(/\s+/g, ' ').trim(), { characters, bytes: characters * 4 });
  return text.replace(/\s+/g, ' ').trim();
}

function clip(text: string, limit: TextLimit): { text: string; clipped: boolean } {
  const size = Buffer.byteLength(text);
  if (size <= limit.bytes && size <= limit.characters) return { text, clipped: false };
  const points = Array.from(text);
  if (size <= limit.bytes && points.length <= limit.characters) return { text, clipped: false };
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
  return { text: points.slice(0, kept).join('').trimEnd() + mark(points.length - kept), clipped: true };
}
