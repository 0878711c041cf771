import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { markdown } from '../../../src/forge/pages/markdown.ts';
import type { Visit } from '../../../src/forge/pages/visit.ts';
import { browser } from './browser.ts';
import { hostile } from './hostile.ts';
import { served } from './served.ts';

// Every payload in a real browser; two busy cores need their time.
vi.setConfig({ testTimeout: 120_000 });

let chromium: Awaited<ReturnType<typeof browser>>;
let forge: Awaited<ReturnType<typeof served>>;
beforeAll(async () => {
  [chromium, forge] = await Promise.all([browser(), served()]);
});
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await forge?.[Symbol.asyncDispose]();
});

/** What a page tried: scripts run, dialogs, blocked attempts, requests to anywhere but the forge. */
async function watched(context: BrowserContext): Promise<{ page: Page; tried: string[] }> {
  const tried: string[] = [];
  await context.exposeFunction('tried', (what: string) => tried.push(what));
  await context.addInitScript(`
    addEventListener('securitypolicyviolation', (event) => tried('blocked: ' + event.violatedDirective + ' ' + event.blockedURI));
    Object.defineProperty(window, 'pwned', { set: () => tried('ran a script on ' + location.href) });
  `);
  const page = await context.newPage();
  page.on('dialog', async (dialog) => {
    tried.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  context.on('request', (request) => {
    if (!request.url().startsWith(forge.url) && request.url() !== 'about:blank')
      tried.push(`request: ${request.url()}`);
  });
  return { page, tried };
}

/** Clicks, hovers and focuses everything that is not a control of the page itself. */
async function provoke(page: Page): Promise<void> {
  await page.evaluate(`
    for (const element of document.querySelectorAll('.prose *, .chip, h1')) {
      for (const type of ['mouseover', 'focus', 'toggle', 'load', 'error', 'animationstart'])
        element.dispatchEvent(new Event(type, { bubbles: true }));
      if (/^\\s*(javascript|data|vbscript)/i.test(element.getAttribute('href') ?? '')) element.click();
    }
  `);
}

interface Found {
  elements: { tag: string; attributes: [string, string][] }[];
  roots: number;
  outside: number;
}

const tags = new Set(
  (
    'a b blockquote br button code del details div em figure figcaption h1 h2 h3 h4 h5 h6 hr i kbd li mark ol p pre span strong sub ' +
    'summary sup table tbody td th thead tr ul svg g path rect circle text'
  ).split(' '),
);
const attributes =
  /^(href|rel|title|class|align|open|start|dir|lang|form|name|value|role|aria-[a-z]+|colspan|rowspan|viewBox|[dxyr]|cx|cy|rx|width|height|text-anchor|transform)$/;

test('no hostile text leaves anything in the page that could run, load or submit, even without a policy', async () => {
  const visit = {
    site: forge.url,
    lookup: { issue: async () => undefined, commit: async () => undefined, person: () => undefined },
  };
  const context = await chromium.open();
  const { page, tried } = await watched(context);
  expect(hostile.length).toBeGreaterThanOrEqual(40);
  for (const payload of hostile) {
    const forms = [
      payload,
      `> ${payload}`,
      `- ${payload}`,
      `a ${payload} b`,
      `<div>\n${payload}\n</div>`,
      `| a |\n|-|\n| ${payload} |`,
    ];
    const markup = await Promise.all(
      forms.map((text) => markdown(visit as unknown as Visit, text, { owner: 'o', name: 'r', ticks: 'f' })),
    );
    await page.setContent(`<!doctype html><main>${markup.join('')}</main><footer></footer>`);
    await provoke(page);
    const found: Found = await page.evaluate(`({
      elements: [...document.querySelectorAll('main *')].map((element) => ({
        tag: element.localName,
        attributes: [...element.attributes].map(({ name, value }) => [name, value]),
      })),
      roots: document.querySelectorAll('main > .prose').length,
      outside: document.querySelectorAll('body > :not(main, footer), head > *').length,
    })`);
    expect(found.outside, payload).toBe(0);
    expect(found.roots, payload).toBe(forms.length);
    for (const element of found.elements) {
      expect(tags, payload).toContain(element.tag);
      for (const [name, value] of element.attributes) {
        expect(name, payload).toMatch(attributes);
        if (name === 'href') expect(new URL(value, 'http://page/').protocol, payload).toMatch(/^(https?|mailto):$/);
        if (element.tag === 'button' && name === 'form') expect(value).toBe('f');
      }
    }
  }
  expect(tried).toEqual([]);
  await context.close();
});

test('hostile texts in titles, bodies, comments and label names are shown, and nothing else happens', async () => {
  const issue = await forge.as('stranger', 'POST', '/issues', {
    title: 'Everything at once',
    body: hostile.join('\n\n'),
  });
  for (const payload of hostile)
    await forge.as('stranger', 'POST', `/issues/${issue.number}/comments`, { body: payload });
  const short = hostile.map((payload) => payload.replace(/[\n,]/g, ' ').trim().slice(0, 50)).filter(Boolean);
  const titles = await Promise.all(
    hostile
      .slice(0, 40)
      .map((title) => forge.as('stranger', 'POST', '/issues', { title: title.slice(0, 256), body: '' })),
  );
  const names = new Map(short.map((name) => [name.toLowerCase(), name])).values();
  for (const [i, name] of [...names].entries())
    await forge.as('owner', 'POST', '/labels', {
      name,
      color: 'd73a4a',
      description: (hostile[i] ?? '').slice(0, 100),
    });
  for (const name of short.slice(0, 20))
    await forge.as('owner', 'POST', `/issues/${issue.number}/labels`, { labels: [name] });
  const pull = await forge.pull('<img src=x onerror=pwned=1>', hostile.join('\n\n'));

  const context = await chromium.open();
  const { page, tried } = await watched(context);
  for (const path of [
    '/issues',
    '/issues?q=%22%3E%3Cscript%3Epwned%3D1%3C%2Fscript%3E',
    `/issues/${issue.number}`,
    `/issues/${issue.number}?edit=issue`,
    ...titles.slice(0, 5).map(({ number }) => `/issues/${number}`),
    `/issues/${titles[0].number}?edit=title`,
    '/issues/new?title=%22%3E%3Cscript%3Epwned%3D1%3C%2Fscript%3E&body=%3C%2Ftextarea%3E%3Cscript%3Epwned%3D1%3C%2Fscript%3E',
    '/labels',
    '/pulls',
    `/pull/${pull.number}`,
    `/pull/${pull.number}/files`,
    '/tree/main/%3Cscript%3Epwned=1%3C%2Fscript%3E',
    '/%3Cscript%3Epwned=1%3C%2Fscript%3E',
  ]) {
    await page.goto(`${forge.url}${forge.repository}${path}`);
    await provoke(page);
    expect(await page.locator('footer.foot').count(), path).toBe(1);
    expect(await page.locator('main form form, main iframe, main object, main img, main style').count(), path).toBe(0);
  }
  expect(tried).toEqual([]);
  await context.close();
});
