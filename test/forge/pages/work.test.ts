import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browser } from './browser.ts';
import { served } from './served.ts';

let chromium: Awaited<ReturnType<typeof browser>>;
let forge: Awaited<ReturnType<typeof served>>;
beforeAll(async () => {
  [chromium, forge] = await Promise.all([browser(), served()]);
});
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await forge?.[Symbol.asyncDispose]();
});

async function open(path: string): Promise<[Page, BrowserContext]> {
  const context = await chromium.open({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${forge.url}${forge.repository}${path}`);
  return [page, context];
}

test('a title, a text and a comment are edited, and a comment is deleted', async () => {
  const issue = await forge.as('writer', 'POST', '/issues', { title: 'Old title', body: 'Old text' });
  const comment = await forge.as('triager', 'POST', `/issues/${issue.number}/comments`, { body: 'Old comment' });
  const [page, context] = await open(`/issues/${issue.number}`);

  await page.getByRole('link', { name: 'Edit the title' }).click();
  await page.getByLabel('Title').fill('New title');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('New title');
  expect(await page.locator('.event').innerText()).toContain('changed the title from Old title to New title');

  await page.getByRole('article', { name: 'Description' }).getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Text').fill('New text\nin two lines');
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await forge.as('owner', 'GET', `/issues/${issue.number}`)).body).toBe('New text\nin two lines');

  const article = page.locator(`#issuecomment-${comment.id}`);
  await article.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Text').fill('New comment');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await article.locator('.prose').innerText()).toBe('New comment');
  await article.getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Delete comment' }).click();
  expect(await article.count()).toBe(0);
  await context.close();
});

test('a label is made, renamed, seen on the issue and deleted; a refusal keeps what was typed', async () => {
  const [page, context] = await open('/labels');
  const make = async (name: string) => {
    await page.getByText('New label').click();
    await page.locator('#new-name').fill(name);
    await page.locator('#new-color').fill('#fbca04');
    await page.getByRole('button', { name: 'Create label' }).click();
  };
  await make('needs: more');
  await make('Needs: More');
  expect(await page.getByRole('alert').innerText()).toContain('already exists');
  expect(await page.locator('#new-name').inputValue()).toBe('Needs: More');

  const issue = await forge.as('owner', 'POST', '/issues', { title: 'Labelled', body: '', labels: ['needs: more'] });
  const row = page.locator('.label-row', { hasText: 'needs: more' });
  await row.locator('summary').click();
  await row.getByLabel('Name').fill('needs: less');
  await row.getByRole('button', { name: 'Save' }).click();
  await page.goto(`${forge.url}${forge.repository}/issues/${issue.number}`);
  expect(await page.locator('.side .chips').innerText()).toBe('needs: less');
  await page.goto(`${forge.url}${forge.repository}/labels`);
  await page.locator('.label-row', { hasText: 'needs: less' }).locator('summary').click();
  await page.locator('.label-row', { hasText: 'needs: less' }).getByRole('button', { name: 'Delete' }).click();
  expect(await page.locator('.chip', { hasText: 'needs: less' }).count()).toBe(0);
  await context.close();
});

test('a label that somebody else set meanwhile stays when labels are changed', async () => {
  for (const name of ['one', 'two']) await forge.as('owner', 'POST', '/labels', { name, color: 'ededed' });
  const issue = await forge.as('owner', 'POST', '/issues', { title: 'Labels', body: '' });
  const [page, context] = await open(`/issues/${issue.number}`);
  await forge.as('writer', 'POST', `/issues/${issue.number}/labels`, { labels: ['two'] });
  await page.getByText('Change labels').click();
  await page.getByRole('checkbox', { name: 'one' }).check();
  await page.getByRole('button', { name: 'Apply labels' }).click();
  expect(await page.locator('.side .chips').innerText()).toMatch(/^one\s+two$/);
  await context.close();
});

test('a locked conversation is closed to a stranger, in words and in fact', async () => {
  const issue = await forge.as('owner', 'POST', '/issues', { title: 'Heated', body: '' });
  await forge.as('owner', 'PUT', `/issues/${issue.number}/lock`, { lock_reason: 'too heated' });
  const [page, context] = await open(`/issues/${issue.number}`);
  await context.addCookies([{ name: 'forge_person', value: 'stranger', url: forge.url }]);
  await page.reload();
  expect(await page.locator('.banner').innerText()).toContain('This conversation is locked');
  expect(await page.locator('#comment').count()).toBe(0);
  const answer = await page.request.post(page.url(), {
    headers: { origin: forge.url },
    form: { do: 'comment', body: 'Still' },
  });
  expect(answer.status()).toBe(403);
  await context.close();
});

test('files are browsed on a branch with slashes in its name, down to a line and its history', async () => {
  await forge.pull('More days', 'Text');
  const [page, context] = await open('');
  expect(await page.locator('.readme h1').innerText()).toBe('weather');
  await page.getByRole('link', { name: 'the server' }).click();
  expect(page.url()).toBe(`${forge.url}${forge.repository}/blob/main/src/server.ts`);
  await page.goto(`${forge.url}${forge.repository}`);
  await page.locator('.bar summary').click();
  await page.getByRole('link', { name: 'patchwork/1-days' }).click();
  await page.getByRole('link', { name: 'src', exact: true }).click();
  await page.getByRole('link', { name: 'server.ts' }).click();
  expect(page.url()).toBe(`${forge.url}${forge.repository}/blob/patchwork/1-days/src/server.ts`);
  expect(await page.locator('#L1 .text').innerText()).toBe('export const days = 14;');
  await page.getByRole('link', { name: 'History' }).click();
  expect(await page.locator('.row-title').allInnerTexts()).toHaveLength(2);
  await page.getByRole('link', { name: 'Let callers choose the number of days' }).click();
  expect(await page.locator('.lines .del .text').innerText()).toBe('export const days = 3;');
  await context.close();
});

test('a list of more than one page has its neighbours', async () => {
  for (let i = 0; i < 60; i++) await forge.as('owner', 'POST', '/issues', { title: `Paged ${i}`, body: '' });
  const [page, context] = await open('/issues?q=is%3Aopen+paged+sort%3Acreated-asc');
  expect(await page.locator('.row').count()).toBe(25);
  await page.getByRole('link', { name: 'Next' }).click();
  expect(await page.locator('.row-title').first().innerText()).toBe('Paged 25');
  expect(await page.locator('.pager [aria-current]').innerText()).toMatch(/2$/);
  await page.getByRole('link', { name: 'Page 3' }).click();
  expect(await page.locator('.row').count()).toBe(10);
  await context.close();
});

test('an issue that cannot be found by search says what GitHub said', async () => {
  const [page, context] = await open(`/issues?q=${'long+'.repeat(80)}`);
  expect(await page.getByRole('alert').innerText()).toContain('Refused (422): Validation Failed');
  await context.close();
});
