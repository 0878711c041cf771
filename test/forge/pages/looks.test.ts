import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { contrast } from '../../../src/forge/pages/colour.ts';
import { browser } from './browser.ts';
import { served } from './served.ts';

// Every page in a real browser; two busy cores need their time.
vi.setConfig({ testTimeout: 120_000 });

let chromium: Awaited<ReturnType<typeof browser>>;
let forge: Awaited<ReturnType<typeof served>>;
const paths: string[] = [];
beforeAll(async () => {
  [chromium, forge] = await Promise.all([browser(), served()]);
  const colours = ['ffffff', '000000', 'ededed', 'fef2c0', 'fbca04', 'd73a4a', '0e8a16', '5319e7', 'c5def5', '808080'];
  for (const color of colours)
    await forge.as('owner', 'POST', '/labels', { name: `like ${color}`, color, description: color });
  const body = `Text with \`code\`, a [link](https://example.com), #1 and @writer.\n\n> quoted\n\n> [!WARNING]\n> mind\n\n- [ ] open\n- [x] done\n\n| a | b |\n|---|---|\n| ${'long '.repeat(20)} | ${'x'.repeat(80)} |\n\n\`\`\`\n${'wide '.repeat(60)}\n\`\`\`\n\n\`\`\`mermaid\nflowchart LR\nA[one] -->|why| B{two} --> C(three)\n\`\`\`\n\n${'unbroken'.repeat(30)}`;
  const issue = await forge.as('owner', 'POST', '/issues', {
    title: `A title that is long ${'and longer '.repeat(8)}${'x'.repeat(90)}`,
    body,
    labels: colours.map((color) => `like ${color}`),
  });
  await forge.as('writer', 'POST', `/issues/${issue.number}/comments`, { body });
  const closed = await forge.as('writer', 'POST', '/issues', { title: 'Not now', body: '' });
  await forge.as('owner', 'PATCH', `/issues/${closed.number}`, { state: 'closed', state_reason: 'not_planned' });
  const pull = await forge.pull('More days', 'Text');
  paths.push(
    '/',
    '/demo',
    ...[
      '',
      '/tree/main/src',
      '/blob/main/src/server.ts',
      '/blob/main/README.md',
      '/issues',
      '/issues?q=is:closed',
      '/issues/new',
      `/issues/${issue.number}`,
      `/issues/${issue.number}?edit=issue`,
      `/issues/${closed.number}`,
      '/pulls',
      `/pull/${pull.number}`,
      `/pull/${pull.number}/files`,
      `/pull/${pull.number}/commits`,
      `/pull/${pull.number}/checks`,
      '/labels',
      '/commits/main',
      '/issues/9999',
    ].map((path) => forge.repository + path),
  );
});
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await forge?.[Symbol.asyncDispose]();
});

/** Runs in the page: every visible text with its colour and the first opaque colour behind it. */
const textsAndColours = `(() => {
  const opaque = (colour) => !/rgba\\(.*, 0\\)|transparent/.test(colour);
  const back = (element) => {
    for (let at = element; at; at = at.parentElement)
      if (opaque(getComputedStyle(at).backgroundColor)) return getComputedStyle(at).backgroundColor;
    return getComputedStyle(document.body).backgroundColor;
  };
  for (const details of document.querySelectorAll('details')) details.open = true;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const drawn = element instanceof SVGElement;
    found.push({ text: text.slice(0, 40), colour: drawn ? style.fill : style.color, back: back(drawn ? element.closest('figure') : element) });
  }
  return found;
})()`;

/** Runs in the page: what is missing of its structure. */
const structure = `(() => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  const all = (selector) => [...document.querySelectorAll(selector)];
  return {
    landmarks: ['header.top', 'main#main', 'footer'].filter((one) => all(one).length !== 1),
    headings: all('main h1').length - all('main .prose h1').length,
    ids: all('[id]').map(({ id }) => id).filter((id, i, ids) => ids.indexOf(id) !== i),
    unnamed: all('main input:not([type=hidden]), main textarea, main select')
      .filter((one) => !one.labels?.length && !one.ariaLabel)
      .map((one) => one.outerHTML),
    mute: all('button, a[href]').filter((one) => !one.textContent.trim() && !one.ariaLabel).map((one) => one.outerHTML),
    lang: document.documentElement.lang,
  };
})()`;

test.each(['light', 'dark'] as const)(
  'all text has the contrast that WCAG AA asks for in the %s theme',
  async (colorScheme) => {
    const context = await chromium.open({ colorScheme });
    const page = await context.newPage();
    for (const path of paths) {
      await page.goto(forge.url + path);
      const texts: { text: string; colour: string; back: string }[] = await page.evaluate(textsAndColours);
      expect(texts.length).toBeGreaterThan(5);
      const hex = (colour: string) =>
        `#${(colour.match(/\d+/g) ?? [])
          .slice(0, 3)
          .map((part) => Number(part).toString(16).padStart(2, '0'))
          .join('')}`;
      const weak = texts.filter(({ colour, back }) => contrast(hex(colour), hex(back)) < 4.5);
      expect(weak, path).toEqual([]);
    }
    await context.close();
  },
);

test('no page is wider than a phone of 375 pixels', async () => {
  const context = await chromium.open({ viewport: { width: 375, height: 700 } });
  const page = await context.newPage();
  for (const path of paths) {
    await page.goto(forge.url + path);
    expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(375);
  }
  await context.close();
});

test('every page has its landmarks, one first heading, and a name for every control', async () => {
  const context = await chromium.open({ javaScriptEnabled: true });
  const page = await context.newPage();
  for (const path of paths) {
    await page.goto(forge.url + path);
    const found = await page.evaluate(structure);
    expect(found, path).toEqual({ landmarks: [], headings: 1, ids: [], unnamed: [], mute: [], lang: 'en' });
  }
  await context.close();
});
