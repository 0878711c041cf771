import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readKey } from '../../src/http/index.ts';
import { seal } from '../../src/http/setup/session.ts';
import { snippets } from '../../src/http/setup/snippets.ts';
import { browser } from '../forge/pages/browser.ts';
import { type Product, startProduct } from '../support/product.ts';

const SECRET = 'a secret of at least sixteen characters';

/** What somebody who cannot see hears of what has the focus; runs in the browser. */
const FOCUSED = `(() => {
  const at = document.activeElement === document.body ? null : document.activeElement;
  return [at?.getAttribute('aria-label'), at?.labels?.[0]?.textContent, at?.textContent].join(' ');
})()`;

describe('the set-up page', () => {
  let product: Product;
  let chromium: Awaited<ReturnType<typeof browser>>;
  beforeAll(async () => {
    product = await startProduct({ env: { PATCHWORK_SECRET: SECRET, FEEDBACK_API_KEY: 'shared-key' } });
    chromium = await browser();
  });
  afterAll(async () => {
    await chromium[Symbol.asyncDispose]();
    await product.stop();
  });

  /** Presses Tab until what is wanted has the focus, as somebody without a mouse does. */
  async function tabTo(page: Page, name: RegExp): Promise<void> {
    for (let i = 0; i < 40; i++) {
      const said = await page.evaluate<string>(FOCUSED);
      if (name.test(said)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not lead to ${name}`);
  }
  const signIn = async (page: Page, login: string) => {
    await page.goto(`${product.url}/setup`);
    await tabTo(page, /Continue with GitHub/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: `Authorize as ${login}` }).waitFor();
    await tabTo(page, new RegExp(`Authorize as ${login}`));
    await page.keyboard.press('Enter');
    await page.waitForURL(`${product.url}/setup`);
  };

  it.each(['light', 'dark'] as const)(
    'gives an administrator a key with the keyboard alone (%s)',
    async (colorScheme) => {
      const context = await chromium.open({ colorScheme, permissions: ['clipboard-read', 'clipboard-write'] });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(error.message));
      await signIn(page, 'owner');
      if (process.env.SCREENSHOTS)
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/setup-form-${colorScheme}.png`, fullPage: true });
      await tabTo(page, /Name of the MCP server/);
      await page.keyboard.type('cost-server');
      await tabTo(page, /Make a key/);
      await page.keyboard.press('Enter');
      await page.getByText('It is shown only now').waitFor();
      await tabTo(page, /Copy the environment/);
      await page.keyboard.press('Enter');
      await page.getByText('Copied the environment').waitFor();
      if (process.env.SCREENSHOTS)
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/setup-key-${colorScheme}.png`, fullPage: true });
      const lines = await page.evaluate<string>('navigator.clipboard.readText()');
      expect(lines.split('\n').map((line) => line.replace(/=pw_.*/, '=pw_'))).toEqual([
        `PATCHWORKMCP_URL=${product.url}`,
        'PATCHWORKMCP_API_KEY=pw_',
        'PATCHWORKMCP_SERVER_SLUG=cost-server',
      ]);
      const key = /pw_\S+/.exec(lines)?.[0] ?? '';
      expect(await readKey([SECRET], key)).toMatchObject({
        repo: product.repository,
        server: 'cost-server',
        scopes: ['report:write'],
      });
      const report = { server_slug: 'x', what_i_needed: 'A way', what_i_tried: 'Nothing', gap_type: 'other' };
      const sent = await product.ask('POST', '/api/v1/feedback/', report, { authorization: `Bearer ${key}` });
      expect(sent.status).toBe(201);

      await page.goto(`${product.url}/setup`);
      await tabTo(page, /The key/);
      await page.keyboard.type(key);
      await tabTo(page, /Show how/);
      await page.keyboard.press('Enter');
      await page.getByText(/^revoked_keys:/).waitFor();
      expect(await page.locator('main').innerText()).toContain(`- ${(await readKey([SECRET], key))?.kid}`);
      expect(problems).toEqual([]);
      await context.close();
    },
  );

  it('lists nothing for people who administer nothing, and makes them no key', async () => {
    const context = await chromium.open();
    const page = await context.newPage();
    await signIn(page, 'writer');
    expect(await page.locator('main').innerText()).toContain('You administer no repository');
    const cookies = await context.cookies();
    const cookie = cookies.find(({ name }) => name === 'patchwork-setup');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(cookie?.value).not.toMatch(/ghu_|writer/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Continue with GitHub' }).waitFor();
    await context.close();
  });

  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${product.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: product.url, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields),
    });
  const cookieOf = (answer: Response) => /^([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '';

  it('accepts no form from elsewhere, and no session but its own', async () => {
    const visitor = { kind: 'visitor' as const, login: 'owner', token: 'ghu_none', guard: 'guard' };
    const session = `patchwork-setup=${await seal(SECRET, visitor)}`;
    const make = { repo: product.repository, server: 'x', scope: 'report:write' };
    const status = async (fields: Record<string, string>, headers: Record<string, string>) =>
      (await post('/setup/keys', { ...make, ...fields }, headers)).status;
    expect(await status({ guard: 'guard' }, {})).toBe(401);
    expect(await status({ guard: 'guard' }, { cookie: session, origin: 'https://evil.example' })).toBe(403);
    expect(await status({ guard: 'wrong' }, { cookie: session })).toBe(400);
    const foreign = `patchwork-setup=${await seal('another secret entirely', visitor)}`;
    expect(await status({ guard: 'guard' }, { cookie: foreign })).toBe(401);
    // The token in it is none of GitHub's.
    expect(await status({ guard: 'guard' }, { cookie: session })).toBe(401);
  });

  it('finishes no sign-in that was not begun in the same browser, nor one whose code was caught', async () => {
    const begun = await post('/setup/login', {});
    expect(begun.status).toBe(303);
    const to = new URL(begun.headers.get('location') ?? '');
    expect(to.searchParams.get('code_challenge_method')).toBe('S256');
    const state = to.searchParams.get('state') ?? '';
    const callback = (query: string, cookie = '') =>
      fetch(`${product.url}/setup/callback?${query}`, { redirect: 'manual', headers: { cookie } });
    expect((await callback(`code=x&state=${state}`)).status).toBe(400);
    expect((await callback('code=x&state=guessed', cookieOf(begun))).status).toBe(400);
    expect((await callback(`error=access_denied&state=${state}`, cookieOf(begun))).status).toBe(400);
    expect((await callback(`code=x&state=${state}`, cookieOf(begun))).status).toBe(400);

    // A code of this App that was made for another verifier.
    const own = new URL(to);
    own.searchParams.set('code_challenge', 'A'.repeat(43));
    const authorized = await fetch(`${product.url}/login/oauth/authorize`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: product.url, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...Object.fromEntries(own.searchParams), login: 'owner' }),
    });
    const caught = new URL(authorized.headers.get('location') ?? '').searchParams.get('code');
    expect((await callback(`code=${caught}&state=${state}`, cookieOf(begun))).status).toBe(400);
  });

  it('shows the lines that the drop-ins’ own page shows', async () => {
    const readme = await readFile(new URL('../../dropins/README.md', import.meta.url), 'utf8');
    for (const { text } of snippets('my-server')) for (const line of text.split('\n')) expect(readme).toContain(line);
  });
});
