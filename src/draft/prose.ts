import { cleanText, clipText, redact } from '../report/index.ts';

/**
 * A model's prose as Markdown that does nothing: no mention, reference, closing keyword, link, image or HTML survives as more
 * than its own text. Paragraphs, lists and inline code stay.
 */
export function inertProse(text: string, characters = 4000): string {
  const { text: clean } = clipText(redact(cleanText(text).text).text, { characters, bytes: characters * 4 });
  return clean
    .replace(/^\s*(`{3,}|~{3,}).*$/gm, '')
    .replace(/~{3,}/g, '~')
    .replace(/`([^`\n]+)`|[^`]+|`/g, (part, code: string | undefined) => (code === undefined ? neutral(part) : part))
    .replace(BLOCK, '$1\\$2')
    .trim();
}

// Whatever GitHub would turn into something: mentions, references, addresses, commit ids. A code span keeps it as text. So does one
// for what bots take for an order: a word after a slash at the beginning of a line.
const LIVE =
  /[\w.+-]*@[\w./-]+|(?:[\w.-]+\/[\w.-]+)?#\d+|GH-\d+|(?:https?|ftp|mailto|xmpp|(?<![A-Za-z])data|javascript):\S+|www\.\S+|(?<![A-Za-z0-9])[0-9a-f]{7,40}(?![A-Za-z0-9])|(?<=^[ \t]*)\/\w\S*/gim;

/** What makes a heading of a line, or of the one before it: the headings of the page are ours. */
const BLOCK = /^([ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)*)(#|=+[ \t]*$|-+[ \t]*$)/gm;

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
    .replaceAll('`', "'")
    .replace(/[<>&]/g, (sign) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[sign] as string)
    .replace(/[[\]!|\\$]/g, '\\$&');
}
