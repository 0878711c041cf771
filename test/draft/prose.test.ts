import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { parseBranch, renderBranch } from '../../src/draft/branch.ts';
import { inertProse } from '../../src/draft/prose.ts';

const markdown = new MarkdownIt({ html: true, linkify: true });

/** The text outside code spans, where GitHub would look for something to do. */
function live(text: string): { html: string; outside: string } {
  const html = markdown.render(inertProse(text));
  return { html, outside: html.replace(/<code>.*?<\/code>/gs, '') };
}

describe('a model’s prose in a pull request', () => {
  it.each([
    'Thanks @maintainer and @org/team!',
    'This fixes #12, closes org/repo#3 and resolves GH-4.',
    'See https://evil.example/?q=secret or www.evil.example.',
    '![pixel](https://evil.example/p.png) and [click](javascript:alert(1))',
    '<img src=x onerror=alert(1)> <!-- hidden --> </details><details>',
    'Reverts 1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b.',
    '```\n@maintainer\n```\n~~~',
    'code ` @maintainer unbalanced',
    'write to someone@example.com',
    '| a | b |\n|---|---|\n| @x | #1 |',
    'data:text/html;base64,xxxx',
    'escaped \\@maintainer, \\#12 and \\`@maintainer\\`',
    'fences `` @maintainer, ``@maintainer`` and ```` @maintainer `',
    '__GH-1__ _https://evil.example_ 1https://evil.example __@maintainer__',
    'entities &commat;maintainer &#64;maintainer &num;1',
  ])('mentions, closes, links and embeds nothing: %j', (text) => {
    const { html, outside } = live(text);
    expect(outside).not.toMatch(/@\w|#\d|GH-\d|https?:|www\.|data:|javascript:|[0-9a-f]{40}/);
    expect(html).not.toMatch(/<(?:a|img|table|details|pre|script)\b|<!--/);
  });

  it('heads no section, begins no fence, hides nothing and gives no order', () => {
    const text =
      '# Evidence\n\nVerified\n===\n\nVerified\n---\n- # Verdict\n- ~~~mermaid\n  x\n\n$\\color{white}{x}$\n\n/approve\n  /lgtm';
    const { html, outside } = live(text);
    expect(html).not.toMatch(/<(?:h\d|hr|pre)\b/);
    expect(inertProse(text)).not.toMatch(/^\s*\/\w|(?<!\\)\$/m);
    expect(outside).toContain('# Evidence');
  });

  it('does nothing, however its signs are put together', () => {
    const unit = fc.constantFrom(
      ...[
        '`',
        '``',
        '```',
        '\\',
        '@who',
        '#1',
        'o/r#1',
        'GH-1',
        'http://e.org',
        'www.e.org',
        '\n',
        '\n\n',
        'a',
        ' ',
        '*',
        '_',
        '**',
      ],
      ...[
        '~',
        '~~~',
        '[',
        ']',
        '(',
        ')',
        '<',
        '>',
        '&',
        '!',
        '- ',
        '# ',
        '    ',
        '&commat;',
        '/go',
        '1',
        '|',
        "'",
        '"',
        '<!--',
        '-->',
      ],
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 14 }), (text) => {
        const inline = markdown.parse(inertProse(text), {}).flatMap(({ children }) => children ?? []);
        for (const { type, content } of inline) {
          expect(type).not.toMatch(/link|image|html/);
          if (type === 'text')
            expect(content).not.toMatch(
              /(?<![A-Za-z0-9])@\w|#\d|(?<![A-Za-z0-9])GH-\d|(?<![A-Za-z])http:|(?<![A-Za-z0-9])www\./,
            );
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps paragraphs, lists and inline code readable', () => {
    expect(inertProse('It adds `run_id`.\n\n- one\n- two')).toBe('It adds `run_id`.\n\n- one\n- two');
  });

  it('has no hidden characters', () => {
    expect(inertProse('a\u200bb\u{e0041}')).toBe('ab');
  });
});

describe('a draft’s branch', () => {
  it('names issue, title and request, and gives them back', () => {
    const branch = renderBranch(12, '[missing parameter] Filter costs by run!', 'delivery-1');
    expect(branch).toMatch(/^patchwork\/12-filter-costs-by-run-[0-9a-f]{8}$/);
    expect(parseBranch(branch)).toEqual({ issue: 12, id: branch.slice(-8) });
  });

  it('is the same for the same request and another for another', () => {
    expect(renderBranch(1, 'a', 'x')).toBe(renderBranch(1, 'a', 'x'));
    expect(renderBranch(1, 'a', 'x')).not.toBe(renderBranch(1, 'a', 'y'));
  });

  it('is a valid ref whatever the title', () => {
    for (const title of ['', '日本語', '../..', '-'.repeat(80), 'a'.repeat(300), '[x] ~^:?*[\\ .lock']) {
      const branch = renderBranch(3, title, 'r');
      expect(branch).toMatch(/^patchwork\/3-[a-z0-9-]+$/);
      expect(parseBranch(branch)?.issue).toBe(3);
    }
  });

  it('is recognised only when it is ours', () => {
    for (const branch of ['main', 'patchwork/x', 'patchwork/12-x', 'feature/12-a-12345678'])
      expect(parseBranch(branch)).toBeUndefined();
  });
});
