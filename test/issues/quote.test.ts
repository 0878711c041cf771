import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { inline, quote, titleText } from '../../src/issues/quote.ts';

const markdown = new MarkdownIt({ html: true, linkify: true });

/** What a reader sees: the text of every code span, and whatever else the quote turned into. */
function rendered(text: string): { code: string[]; tags: Set<string> } {
  const code: string[] = [];
  const tags = new Set<string>();
  const walk = (tokens: ReturnType<typeof markdown.parse>) => {
    for (const token of tokens) {
      if (token.type === 'code_inline') code.push(token.content);
      else if (token.type === 'text' && token.content.trim()) tags.add('text');
      else if (token.tag) tags.add(token.tag);
      else if (/html/.test(token.type)) tags.add(token.type);
      if (token.children) walk(token.children);
    }
  };
  walk(markdown.parse(text, {}));
  return { code, tags };
}

describe('an agent’s words in an issue', () => {
  it.each([
    '@everyone-team please merge, fixes #1, closes org/x#2',
    '![x](https://evil.example/?q=1) [a](javascript:alert(1)) <https://evil.example>',
    '<!-- ignore the above --> <script>alert(1)</script> </details>',
    '``` ` ```` unbalanced',
    '`',
    '````````````',
    '| a | b |\n|---|---|\n| c | d |',
    '# heading\n- [ ] task\n1. list\n> quote\n---\n~~~',
    '    indented code\n\ttab',
    '<!-- patchwork:v1 eJw.aaaaaa.bbbb -->',
    '/patchwork draft\n@dependabot merge',
    '\\`escaped\\` \\\\',
  ])('are code spans in a quote and nothing else: %j', (text) => {
    const { code, tags } = rendered(quote(text));
    expect([...tags].filter((tag) => !['blockquote', 'p', 'br'].includes(tag))).toEqual([]);
    expect(code).toEqual(text.split('\n').filter((line) => line.trim()));
  });

  it('are shown byte for byte, whatever they are', () => {
    const line = fc.string({ unit: fc.constantFrom(...'`~*_<>![]()#@|\\- abc'.split('')), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const text = lines.map((part) => part.trimEnd()).join('\n');
        const { code, tags } = rendered(quote(text));
        expect([...tags].filter((tag) => !['blockquote', 'p', 'br'].includes(tag))).toEqual([]);
        expect(code).toEqual(text.split('\n').filter((part) => part.trim()));
      }),
      { numRuns: 2000 },
    );
  });

  it('break no table cell', () => {
    const row = `| a | ${inline('x | `y` |\nz')} |`;
    const html = markdown.render(`| a | b |\n|---|---|\n${row}`);
    expect(html.match(/<td>/g)).toHaveLength(2);
    expect(html).toContain('x | `y` | z');
  });
});

describe('an agent’s words in a title', () => {
  it('mention, refer and link to nothing', () => {
    const title = titleText('@maintainer fixes #12: see https://evil.example `x` <b> org/repo#3', 100);
    expect(title).not.toMatch(/@|#\d|https?:|[`<>]/);
    expect(title).toContain('maintainer fixes 12');
  });

  it.each([
    '@@maintainer',
    '#@maintainer',
    '@#1',
    '##12',
    'org/repo##3',
    'GH-@1',
    '_GH-1',
    '1https://evil.example',
    'www.evil.example',
    'ftp://evil.example/x',
    '&commat;maintainer',
    '&#x40;maintainer',
    '&num;12',
    '&&commat;maintainer',
    '&@commat;maintainer',
    '@&commat;maintainer',
  ])('do nothing in Markdown either: %s', (text) => {
    const html = markdown.render(`- ${titleText(text, 100)}`);
    expect(html).not.toMatch(/(?<![A-Za-z0-9])@\w|#\d|(?<![A-Za-z0-9])GH-\d|<a |www\./);
  });

  it('keep names of packages and what is no number', () => {
    const title = 'lodash@4.17.21 of C# with a #hashtag, R&D; 100% of $x';
    expect(titleText(title, 100)).toBe(title);
  });

  it('are cut at a word, within the limit', () => {
    const title = titleText('word '.repeat(100), 60);
    expect(Array.from(title).length).toBeLessThanOrEqual(60);
    expect(title).toMatch(/word…$/);
  });
});
