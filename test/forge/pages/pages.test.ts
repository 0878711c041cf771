import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browser } from './browser.ts';
import { served } from './served.ts';

let chromium: Awaited<ReturnType<typeof browser>>;
let forge: Awaited<ReturnType<typeof served>>;
beforeAll(async () => {
  [chromium, forge] = await Promise.all([browser(), served()]);
  await forge.as('owner', 'POST', '/labels', { name: 'draft it', color: '5319e7', description: 'Ask for a draft' });
  await forge.as('owner', 'POST', '/labels', { name: 'bug', color: 'd73a4a', description: '' });
});
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await forge?.[Symbol.asyncDispose]();
});

async function open(path: string, options: Parameters<typeof chromium.open>[0] = {}): Promise<[Page, BrowserContext]> {
  const context = await chromium.open({ javaScriptEnabled: false, ...options });
  const page = await context.newPage();
  await page.goto(`${forge.url}${forge.repository}${path}`);
  return [page, context];
}

/** Presses Tab until the control with this name has the focus. */
async function tabTo(
  page: Page,
  role: 'button' | 'checkbox' | 'textbox' | 'link' | 'group',
  name: string | RegExp,
): Promise<void> {
  const wanted = role === 'group' ? page.locator('summary', { hasText: name }) : page.getByRole(role, { name });
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    if ((await wanted.and(page.locator(':focus')).count()) > 0) return;
  }
  throw new Error(`Tab never reached ${name}`);
}

test('an issue is labelled, commented on and closed with the keyboard alone and without JavaScript', async () => {
  const issue = await forge.as('stranger', 'POST', '/issues', { title: 'Ten days', body: 'Please.' });
  const [page, context] = await open(`/issues/${issue.number}`);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');

  await tabTo(page, 'group', 'Change labels');
  await page.keyboard.press('Enter');
  await tabTo(page, 'checkbox', 'draft it');
  await page.keyboard.press('Space');
  await tabTo(page, 'button', 'Apply labels');
  await Promise.all([page.waitForLoadState(), page.keyboard.press('Enter')]);
  await page.waitForSelector('.side .chips .chip');
  expect(await page.locator('.side .chips').innerText()).toBe('draft it');
  expect(await page.locator('.event').innerText()).toContain('owner added draft it');

  await tabTo(page, 'textbox', 'Add a comment');
  await page.keyboard.type('On **it**, see #1.');
  await tabTo(page, 'button', 'Comment');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#issuecomment-\d+$/);
  expect(await page.locator('.post strong').innerText()).toBe('it');

  await tabTo(page, 'button', 'Close issue');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Reopen issue');
  expect(await page.locator('.pill').innerText()).toBe('Closed');
  const after = await forge.as('owner', 'GET', `/issues/${issue.number}`);
  expect([after.state, after.state_reason, after.comments]).toEqual(['closed', 'completed', 1]);
  await context.close();
});

test('a check box of the text is ticked with one press of the space bar, without JavaScript', async () => {
  const body = 'Left:\r\n\r\n- [x] days\r\n- [ ] units\r\n'.replaceAll('\r\n', '\n');
  const issue = await forge.as('owner', 'POST', '/issues', { title: 'Release', body });
  const [page, context] = await open(`/issues/${issue.number}`);
  await tabTo(page, 'checkbox', 'units');
  await page.keyboard.press('Space');
  await page.waitForSelector('[aria-label="units"][aria-checked="true"]');
  expect((await forge.as('owner', 'GET', `/issues/${issue.number}`)).body).toBe(body.replace('[ ] units', '[x] units'));
  await context.close();
});

test('a text that changed meanwhile is not overwritten by a tick or an edit', async () => {
  const issue = await forge.as('owner', 'POST', '/issues', { title: 'Race', body: '- [ ] one' });
  const [page, context] = await open(`/issues/${issue.number}`);
  await forge.as('owner', 'PATCH', `/issues/${issue.number}`, { body: '- [ ] zero\n- [ ] one' });
  await page.getByRole('checkbox', { name: 'one' }).click();
  expect(await page.getByRole('alert').innerText()).toContain('Somebody changed this text in the meantime');
  expect((await forge.as('owner', 'GET', `/issues/${issue.number}`)).body).toBe('- [ ] zero\n- [ ] one');
  await context.close();
});

test('an edit of a text that changed meanwhile shows both texts, and saves when asked again', async () => {
  const issue = await forge.as('owner', 'POST', '/issues', { title: 'Two editors', body: 'first' });
  const [page, context] = await open(`/issues/${issue.number}?edit=issue`);
  await forge.as('writer', 'PATCH', `/issues/${issue.number}`, { body: 'theirs' });
  await page.getByLabel('Text').fill('mine');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await page.locator('.now pre').innerText()).toBe('theirs');
  expect(await page.getByLabel('Text').inputValue()).toBe('mine');
  expect((await forge.as('owner', 'GET', `/issues/${issue.number}`)).body).toBe('theirs');
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await forge.as('owner', 'GET', `/issues/${issue.number}`)).body).toBe('mine');
  await context.close();
});

test.each(['constructor', '__proto__', 'toString', '', 'merge'])(
  'a form that asks for "%s" on an issue gets a 404',
  async (deed) => {
    const init = { method: 'POST', headers: { origin: forge.url, host: new URL(forge.url).host }, body: `do=${deed}` };
    expect((await forge.ask('/demo/weather/issues/1', init)).status).toBe(404);
  },
);

test('who one is decides what one may do, and a refusal shows what GitHub said', async () => {
  const issue = await forge.as('owner', 'POST', '/issues', { title: 'Rights', body: '- [ ] mine' });
  const [page, context] = await open(`/issues/${issue.number}`);
  await page.locator('.person summary').click();
  await page.getByRole('button', { name: 'stranger' }).click();
  expect(page.url()).toMatch(/\/issues\/\d+$/);
  expect(await page.locator('.person summary').innerText()).toContain('stranger');
  expect(await page.getByRole('button', { name: 'Close issue' }).count()).toBe(0);
  expect(await page.getByText('Changing labels takes triage access.').count()).toBe(1);
  expect(await page.locator('button.tick').count()).toBe(0);

  const answer = await page.request.post(`${forge.url}${forge.repository}/issues/${issue.number}`, {
    headers: { origin: forge.url },
    form: { do: 'close', body: '' },
    maxRedirects: 0,
  });
  expect(answer.status()).toBe(403);
  expect(await answer.text()).toContain('Must have admin rights to Repository.');
  await context.close();
});

test('a refused comment keeps what was typed', async () => {
  const [page, context] = await open('/issues/new');
  await page.getByLabel('Title').fill('x'.repeat(257));
  await page.getByLabel('Text').fill('My text');
  await page.getByRole('button', { name: 'Create issue' }).click();
  expect(await page.getByRole('alert').innerText()).toContain('title is too long (maximum is 256 characters)');
  expect(await page.getByLabel('Text').inputValue()).toBe('My text');
  await context.close();
});

test('the list filters by state, label and words', async () => {
  await forge.as('owner', 'POST', '/issues', { title: 'Umlauts crash', body: '', labels: ['bug'] });
  const [page, context] = await open('/issues');
  const titles = () => page.locator('.row-title').allInnerTexts();
  expect(await titles()).toContain('Umlauts crash');
  await page.locator('.filters summary', { hasText: 'Label' }).click();
  await page.locator('.filters a', { hasText: 'bug' }).click();
  expect(await titles()).toEqual(['Umlauts crash']);
  expect(await page.getByRole('searchbox').inputValue()).toBe('is:open label:bug ');
  await page.getByRole('link', { name: /Closed/ }).click();
  expect(await page.locator('.empty').innerText()).toContain('Nothing matches');
  await page.getByRole('searchbox').fill('is:open umlauts');
  await Promise.all([page.waitForURL(/umlauts/), page.keyboard.press('Enter')]);
  expect(await titles()).toEqual(['Umlauts crash']);
  await context.close();
});

test('a draft pull request is read, made ready and merged', async () => {
  const { number } = await forge.pull('More days', 'Closes #1');
  const [page, context] = await open(`/issues/${number}`);
  expect(page.url()).toBe(`${forge.url}${forge.repository}/pull/${number}`);
  expect(await page.locator('.pill').innerText()).toBe('Draft');
  await page.getByRole('link', { name: /Files changed/ }).click();
  expect(await page.locator('.lines .add .text').innerText()).toBe('export const days = 14;');
  expect(await page.locator('.lines .add .sign .hidden').innerText()).toBe('added');
  await page
    .getByRole('link', { name: /^Commits/ })
    .last()
    .click();
  expect(await page.locator('.row-title').innerText()).toBe('Let callers choose the number of days');
  await page.getByRole('link', { name: 'Edit the title' }).click();
  await page.getByLabel('Title').fill('Many days');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Many days');
  await page.getByRole('button', { name: 'Ready for review' }).click();
  await page.getByRole('radio', { name: /Squash/ }).check();
  await page.getByRole('button', { name: 'Merge pull request' }).click();
  expect(await page.locator('.pill').innerText()).toBe('Merged');
  await context.close();
});

test('a page follows what others do while it is open', async () => {
  const issue = await forge.as('owner', 'POST', '/issues', { title: 'Live', body: 'Text' });
  const [page, context] = await open(`/issues/${issue.number}`, { javaScriptEnabled: true });
  await page.getByLabel('Add a comment').fill('half a sentence');
  await forge.as('writer', 'POST', `/issues/${issue.number}/comments`, { body: 'Seen **live**' });
  await forge.as('writer', 'POST', `/issues/${issue.number}/labels`, { labels: ['bug'] });
  await page.waitForSelector('.post strong');
  expect(await page.locator('.side .chips').innerText()).toBe('bug');
  expect(
    await page.locator('.side .chips .chip').evaluate('(chip) => getComputedStyle(chip).backgroundColor'),
  ).not.toBe('rgba(0, 0, 0, 0)');
  expect(await page.getByLabel('Add a comment').inputValue()).toBe('half a sentence');
  await context.close();
});

test('an unknown address is a real 404, for pages as for what they show', async () => {
  for (const path of [
    '/nobody',
    '/demo/nothing',
    '/demo/weather/issues/9999',
    '/demo/weather/tree/main/nothing',
    '/demo/weather/x/y/z',
    '/demo/weather/commit/1234567',
  ])
    expect((await forge.ask(path)).status, path).toBe(404);
});

test('every page carries the strict policy and its style sheet may be kept for ever', async () => {
  const answer = await forge.ask('/demo/weather/issues');
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
  expect(answer.headers.get('referrer-policy')).toBe('same-origin');
  const style = /href="(\/-\/[\w-]+\.css)"/.exec(await answer.text())?.[1] ?? '';
  const sheet = await forge.ask(style);
  expect(sheet.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(sheet.headers.get('cache-control')).toContain('immutable');
});

test.each([
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another port of this machine', { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }],
  ['a page without an origin', { origin: 'null' }],
  ['a browser that hides where it came from', {}],
])('a form sent by %s is refused', async (_, headers: Record<string, string>) => {
  const before = (await forge.as('owner', 'GET', '/issues/1')).comments;
  const answer = await forge.ask('/demo/weather/issues/1', {
    method: 'POST',
    headers: { ...headers, host: new URL(forge.url).host, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'do=comment&body=pwned',
  });
  expect(answer.status).toBe(403);
  expect((await forge.as('owner', 'GET', '/issues/1')).comments).toBe(before);
});

test('a name that somebody pointed at this machine is refused', async () => {
  const ask = (host: string) => forge.ask('/', { headers: { host } });
  expect((await ask('evil.example')).status).toBe(421);
  expect((await ask('localhost.evil.example')).status).toBe(421);
  expect((await ask('127.0.0.1:9')).status).toBe(200);
  expect((await ask('[::1]:9')).status).toBe(200);
});

test('the person is chosen from the list, kept in a strict cookie, and the way back stays on this site', async () => {
  const choose = (body: string) =>
    forge.ask('/-/person', {
      method: 'POST',
      headers: { origin: forge.url, host: new URL(forge.url).host },
      body,
    });
  const chosen = await choose('login=triager&back=/demo/weather/issues');
  expect(chosen.headers.get('set-cookie')).toMatch(/^forge_person=triager;.*HttpOnly; SameSite=Strict/);
  expect(chosen.headers.get('location')).toBe('/demo/weather/issues');
  for (const back of ['https://evil.example', '//evil.example', '/\\evil.example', '/%0d%0aX: y'])
    expect((await choose(`login=owner&back=${encodeURIComponent(back)}`)).headers.get('location')).toMatch(
      /^\/(%0d%0aX:)?$/,
    );
  expect((await choose('login=admin')).headers.get('set-cookie')).toBeNull();
});
