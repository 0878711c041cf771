import { expect, test } from 'vitest';
import { markdown } from '../../../src/forge/pages/markdown.ts';
import type { Lookup } from '../../../src/forge/pages/references.ts';
import type { Visit } from '../../../src/forge/pages/visit.ts';

const lookup: Lookup = {
  issue: async (owner, repo, number) =>
    Number(number) <= 20 ? { href: `/${owner}/${repo}/issues/${number}`, title: `Title of ${number}` } : undefined,
  commit: async (owner, repo, sha) =>
    sha.startsWith('8cfc2f2') ? { href: `/${owner}/${repo}/commit/${sha}`, title: 'Subject' } : undefined,
  person: (login) => (login === 'writer' ? { href: '/writer', title: 'writer' } : undefined),
};
const visit = { site: 'http://localhost:8099', lookup } as unknown as Visit;
const place = { owner: 'o', name: 'r' };

async function comment(text: string, ticks?: string): Promise<string> {
  return String(await markdown(visit, text, { ...place, ...(ticks ? { ticks } : {}) }));
}

async function file(text: string): Promise<string> {
  return String(await markdown(visit, text, { ...place, file: { ref: 'main', path: 'docs/guide.md' } }));
}

test('a mention of an issue becomes a link when there is such an issue', async () => {
  expect(await comment('see #12, (#7) and #999')).toContain(
    'see <a href="/o/r/issues/12" class="issue" title="Title of 12">#12</a>, (<a href="/o/r/issues/7" class="issue" title="Title of 7">#7</a>) and #999',
  );
  expect(await comment('a/b#3')).toContain('<a href="/a/b/issues/3" class="issue" title="Title of 3">a/b#3</a>');
});

test('a mention of a person becomes a link when the person is known, an e-mail address does not', async () => {
  expect(await comment('thanks @writer and @nobody')).toContain(
    '<a href="/writer" class="person" title="writer">@writer</a> and @nobody',
  );
  expect(await comment('me@writer.example')).not.toContain('class="person"');
});

test('a commit hash becomes a short link, a number of seven digits does not', async () => {
  expect(await comment('in 8cfc2f235869a79f41ae2d66195262729425b88c')).toContain('title="Subject">8cfc2f2</a>');
  expect(await comment('in 1234567')).not.toContain('<a');
  expect(await comment('in a/b@8cfc2f2')).toContain(
    'href="/a/b/commit/8cfc2f2" class="commit" title="Subject">a/b@8cfc2f2</a>',
  );
});

test.each([
  '`#12`',
  '```\n#12\n```',
  '    #12',
  '[text #12](https://example.com)',
  '<code>#12</code>',
  '<a href="https://example.com">#12</a>',
  'x#12',
  'https://example.com/#12',
])('%s holds no mention', async (text) => {
  expect(await comment(text)).not.toContain('class="issue"');
});

test('the address of one of our own issues reads as its number', async () => {
  expect(await comment('http://localhost:8099/o/r/pull/4')).toContain('<a href="/o/r/pull/4">#4</a>');
  expect(await comment('http://localhost:8099/a/b/issues/4#issuecomment-9')).toContain('>a/b#4 (comment)</a>');
});

test('full addresses become links, bare host names do not', async () => {
  expect(await comment('https://example.com/a?b=c, and example.com')).toContain(
    '<a href="https://example.com/a?b=c" rel="nofollow noopener">https://example.com/a?b=c</a>, and example.com',
  );
  expect(await comment('www.example.com/x.')).toContain('href="http://www.example.com/x"');
});

test('comments keep their line breaks, files do not', async () => {
  expect(await comment('one\ntwo')).toContain('<br');
  expect(await file('one\ntwo')).not.toContain('<br');
});

test('comments in HTML are invisible', async () => {
  expect(await comment('before <!-- secret --> after\n\n<!-- patchwork:v1 abc -->')).not.toMatch(/secret|patchwork/);
});

test('a table keeps its alignment without a style', async () => {
  const table = await comment('| a | b |\n|:-:|--:|\n| 1 | 2 |');
  expect(table).toContain('<th align="center">a</th>');
  expect(table).not.toContain('style');
});

test('a box can be ticked where there is a form for it, and is only shown elsewhere', async () => {
  const text = '- [ ] write *it*\n- [x] ship it';
  expect(await comment(text, 'tick-1')).toContain(
    '<button class="tick" form="tick-1" name="task" value="0" role="checkbox" aria-checked="false" aria-label="write *it*"></button>',
  );
  expect(await comment(text)).toContain(
    '<span class="tick" role="checkbox" aria-checked="true" aria-disabled="true" aria-label="ship it"></span>',
  );
});

test('details can be folded, and a note is told apart', async () => {
  expect(await comment('<details open><summary>More</summary>\n\n**text**\n\n</details>')).toContain(
    '<details open><summary>More</summary>',
  );
  expect(await comment('> [!WARNING]\n> Mind the gap')).toContain(
    '<blockquote class="callout warning">\n<p><strong class="kind">Warning</strong>Mind the gap</p>',
  );
});

test('a picture is a link, so that nothing is fetched', async () => {
  expect(await comment('![a chart](https://example.com/c.png)')).toContain(
    '<a href="https://example.com/c.png" class="image" rel="nofollow noopener">Image: a chart</a>',
  );
  expect(await comment('[![badge](https://x.example/b.svg)](https://example.com)')).toContain(
    '<a href="https://example.com" rel="nofollow noopener"><span>Image: badge</span></a>',
  );
});

test('links of a file lead to its neighbours and its headings, and never out of the repository', async () => {
  expect(await file('[a](../src/a.ts#L3)')).toContain('href="/o/r/blob/main/src/a.ts#L3"');
  expect(await file('[a](/README.md)')).toContain('href="/o/r/blob/main/README.md"');
  expect(await file('[a](../../../../etc/passwd)')).toContain('href="/o/r/blob/main/etc/passwd"');
  expect(await file('[a](#the-end)\n\n# The end!\n\n# The end!')).toMatch(
    /href="#user-content-the-end".*<h1 id="user-content-the-end">.*<h1 id="user-content-the-end-1">/s,
  );
});

test('a writer can take no class, id or name of the page', async () => {
  const text = await comment(
    '<p class="notice tick" id="main" name="do">x</p><div class="x0123456789abcdef issue">y</div>',
  );
  expect(text).toBe('<div class="prose"><p>x</p><div>y</div></div>');
});

// Most take tens of milliseconds; the bound only tells a slow machine from a search that never ends.
test('a text as long as GitHub allows is rendered without delay, whatever it repeats', async () => {
  for (const part of [
    '[',
    '![',
    '> ',
    '- [ ] ',
    '<a href="',
    '`',
    '*_',
    '#1 ',
    '@writer ',
    '<div>',
    '|a',
    '&',
    'www.',
    'http://',
    '<!--',
    '\\',
    '<details>',
    'a@b.',
    '8cfc2f2 ',
    '~~',
    '[a](',
    '<svg ',
    'e'.repeat(39),
    '- - - ',
  ]) {
    const began = performance.now();
    await comment(part.repeat(Math.ceil(65_536 / part.length)).slice(0, 65_536));
    expect(performance.now() - began, part).toBeLessThan(5000);
  }
});
