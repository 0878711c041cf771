import markdownIt from 'markdown-it';

import type { GapCommand } from '../intake/index.ts';
import { cleanLine } from '../report/index.ts';
import { SEVERITIES } from '../triage/index.ts';

/** What a line `/patchwork …` in a comment asks for. */
export type Command =
  | GapCommand
  | { kind: 'draft' | 'redraft'; guidance?: string }
  | { kind: 'reveal' }
  | { kind: 'help' }
  | { kind: 'unknown'; text: string; problem: string };

export const HELP = [
  'Commands, one a line, by people with write access:',
  '`/patchwork draft`, `redraft <what to change>`, `merge #<issue>`, `split <report>`, `severity <critical|high|medium|low|auto>`,',
  '`workaround <text>`, `fixed-in <version>`, `park <why>`, `unpark`, `reveal`, `help`.',
].join(' ');

const MOST_COMMANDS = 10;
const LONGEST_TEXT = 2000;
const LONGEST_UNKNOWN = 60;

// Only what decides whether a line is a person's own plain words: the structure of blocks, code spans and HTML.
const markdown = markdownIt({ html: true });
markdown.block.ruler.disable(['lheading', 'table', 'reference']);
markdown.inline.ruler.enableOnly(['text', 'newline', 'backticks', 'html_inline']);
markdown.inline.ruler2.enableOnly([]);

/**
 * The commands in a comment: lines of plain paragraphs that begin with `/patchwork`. What stands in code, quotes, lists or HTML
 * is about commands, and is none. The first ten count; the same command twice is one.
 */
export function parseCommands(body: string): Command[] {
  const commands = new Map<string, Command>();
  for (const line of plainLines(body)) {
    const rest = /^\/patchwork(?:\s+(.*))?$/is.exec(line);
    if (!rest || commands.size === MOST_COMMANDS) continue;
    const command = readCommand((rest[1] ?? '').trim());
    const text = renderCommand(command);
    if (!commands.has(text)) commands.set(text, command);
  }
  return [...commands.values()];
}

/** The commands that an edit of a comment added. */
export function addedCommands(before: string, after: string): Command[] {
  const had = new Set(parseCommands(before).map(renderCommand));
  return parseCommands(after).filter((command) => !had.has(renderCommand(command)));
}

/** The line that says it. */
export function renderCommand(command: Command): string {
  return `/patchwork ${words(command)}`.trim();
}

function words(command: Command): string {
  switch (command.kind) {
    case 'merge':
      return `merge #${command.into}`;
    case 'split':
      return `split ${command.report}`;
    case 'severity':
      return `severity ${command.severity}`;
    case 'workaround':
      return `workaround ${command.text || 'none'}`;
    case 'fixed-in':
      return `fixed-in ${command.version || 'none'}`;
    case 'park':
      return `park ${command.why ?? ''}`;
    case 'draft':
    case 'redraft':
      return `${command.kind} ${command.guidance ?? ''}`;
    case 'unknown':
      return command.text;
    default:
      return command.kind;
  }
}

/** How many elements that hold others HTML opens and does not close. */
function balance(html: string): number {
  const tags = html.matchAll(
    /<(\/?)(?:details|blockquote|div|section|article|aside|table|tbody|tr|td|ul|ol|li|pre)\b/gi,
  );
  return [...tags].reduce((sum, [, slash]) => sum + (slash ? -1 : 1), 0);
}

function plainLines(body: string): string[] {
  const lines: string[] = [];
  const tokens = markdown.parse(body, {});
  let open = 0;
  tokens.forEach((token, i) => {
    // A blank line ends a block of HTML, but not the element that it opened: what is folded away in it is quoted as well.
    if (token.type === 'html_block') open = Math.max(0, open + balance(token.content));
    if (open > 0 || token.type !== 'inline' || tokens[i - 1]?.type !== 'paragraph_open' || tokens[i - 1]?.level !== 0)
      return;
    let line = '';
    let plain = true;
    const end = () => {
      if (plain) lines.push(line.trim());
      line = '';
      plain = true;
    };
    for (const { type, content, markup } of token.children ?? []) {
      if (type === 'softbreak' || type === 'hardbreak') end();
      else if (type === 'code_inline') line += `${markup}${content}${markup}`;
      else line += content;
      if (type === 'html_inline' && line === content) plain = false;
    }
    end();
  });
  return lines;
}

function readCommand(rest: string): Command {
  const [, word = '', given = ''] = /^(\S*)\s*(.*)$/s.exec(rest) ?? [];
  const kind = word.toLowerCase();
  const text = cleanLine(given, LONGEST_TEXT);
  const unclear = (problem: string): Command => ({ kind: 'unknown', text: cleanLine(rest, LONGEST_UNKNOWN), problem });
  const lacks = (what: string) => unclear(`\`${kind}\` needs ${what}.`);
  const none = text.toLowerCase() === 'none';
  switch (kind) {
    case 'help':
    case '':
      return { kind: 'help' };
    case 'draft':
    case 'redraft':
      return { kind, ...(text ? { guidance: text } : {}) };
    case 'merge': {
      const number = /^#?([1-9]\d{0,8})$/.exec(text)?.[1];
      return number ? { kind, into: Number(number) } : lacks('the number of an issue, like `merge #12`');
    }
    case 'split': {
      const report = /^[0-9A-HJKMNP-TV-Z]{26}$/i.exec(text)?.[0];
      return report ? { kind, report: report.toUpperCase() } : lacks('the id of a report (26 characters)');
    }
    case 'severity': {
      const severity = [...SEVERITIES, 'auto' as const].find((level) => level === text.toLowerCase());
      return severity ? { kind, severity } : lacks('one of critical, high, medium, low and auto');
    }
    case 'workaround':
      return text ? { kind, text: none ? '' : text } : lacks('a text, or `none`');
    case 'fixed-in':
      if (none) return { kind, version: '' };
      return /^v?\d[\w.+-]{0,63}$/.test(text) ? { kind, version: text } : lacks('a version like `1.4.0`, or `none`');
    case 'park':
      return { kind, ...(text ? { why: text } : {}) };
    case 'unpark':
    case 'reveal':
      return { kind };
    default:
      return unclear('There is no such command.');
  }
}
