/**
 * An agent's words as inert Markdown: a block quote in which every line is one code span. Inside a code span GitHub makes no
 * mention, reference, link, image, HTML or closing keyword of anything, and unlike in a code block long lines wrap. The bytes of
 * each line stay as they are.
 */
export function quote(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.trim() === '' ? '>' : `> ${codeSpan(line)}`))
    .join('\n');
}

/** One line as a code span whose fence is longer than any run of backticks inside (CommonMark 0.31, section 6.1). */
export function codeSpan(line: string): string {
  const runs = line.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') || (line.startsWith(' ') && line.endsWith(' ')) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A short value inside a table cell or a sentence: one line, a code span, its pipes escaped as table cells need. */
export function inline(value: string): string {
  return codeSpan(value.replace(/\s+/g, ' ').trim()).replaceAll('|', '\\|');
}

/**
 * An agent's words as a title: plain text in which nothing is a mention, a reference or Markdown. Titles are summaries; the
 * words themselves stand in the body.
 */
export function titleText(text: string, characters: number): string {
  const plain = text
    .replace(/[`*~<>[\]\\|]/g, ' ')
    .replace(/(?:(?<![A-Za-z])(?:https?|ftp):\/\/|(?<![A-Za-z0-9])www\.)\S*/gi, '(link)')
    .replace(/[@#]+(?=\w)/g, (signs, at: number, whole: string) => (isPlain(signs, at, whole) ? signs : ''))
    // A title may come to stand in Markdown, where an entity is the sign it names.
    .replace(/&+(?=#?\w{2,};)/g, ' ')
    .replace(/(?<![A-Za-z0-9])GH-(?=\d)/gi, 'GH ')
    .replace(/\s+/g, ' ')
    .trim();
  const points = Array.from(plain);
  if (points.length <= characters) return plain;
  const cut = points.slice(0, characters - 1).join('');
  const word = cut.replace(/\s+\S*$/, '');
  return `${word.length > characters / 2 ? word : cut}…`;
}

/** `package@1.2.3` mentions nobody, and `#word` is no number. */
function isPlain(signs: string, at: number, whole: string): boolean {
  if (signs === '#') return !/\d/.test(whole[at + 1] ?? '');
  return signs === '@' && /[A-Za-z0-9]/.test(whole[at - 1] ?? '');
}
