import { cleanText, clipText, redact } from '../report/index.ts';

/**
 * A model's prose as Markdown that does nothing: no mention, reference, closing keyword, link, image or HTML survives as more
 * than its own text. Paragraphs, lists and inline code stay.
 */
export function inertProse(text: string, characters = 4000): string {
  const { text: clean } = clipText(redact(cleanText(text).text).text, { characters, bytes: characters * 4 });
  return clean
    .replace(/^\s*(`{3,}|~{3,}).*$/gm, '')
    .replace(/`([^`\n]*)`|[^`]+|`/g, (part, code: string | undefined) =>
      code === undefined ? neutral(part.replaceAll('`', "'")) : `\`${code}\``,
    )
    .trim();
}

// Whatever GitHub would turn into something: mentions, references, addresses, commit ids. A code span keeps it as text.
const LIVE =
  /[\w.+-]*@[\w./-]+|(?:[\w.-]+\/[\w.-]+)?#\d+|\bGH-\d+|\b(?:https?|ftp|mailto|data|javascript):\S+|\bwww\.\S+|\b[0-9a-f]{7,40}\b/gi;

function neutral(text: string): string {
  let out = '';
  let from = 0;
  for (const match of text.matchAll(LIVE)) {
    out += `${escaped(text.slice(from, match.index))}\`${match[0]}\``;
    from = match.index + match[0].length;
  }
  return out + escaped(text.slice(from));
}

function escaped(text: string): string {
  return text
    .replace(/[<>&]/g, (sign) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[sign] as string)
    .replace(/[[\]!|]/g, '\\$&');
}
