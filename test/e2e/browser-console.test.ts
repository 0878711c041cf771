import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browser } from '../forge/pages/browser.ts';
import { draftAnswer, type Product, startProduct } from '../support/product.ts';

/** Where to put pictures of the pages, for people who want to look at them. */
const PICTURES = process.env.PICTURES;
const NEEDS = [
  ['missing_parameter', 'get_costs: a filter by run', 'blocked', 6],
  ['incomplete_results', 'list_runs stops after 50 rows and says nothing', 'partial', 3],
  ['missing_tool', 'A tool that deletes a budget', 'blocked', 2],
  ['wrong_format', 'Amounts as numbers instead of text with a currency', 'worked_around', 1],
] as const;

describe('a maintainer with nothing but a browser', () => {
  let product: Product;
  let chromium: Awaited<ReturnType<typeof browser>>;
  beforeAll(async () => {
    product = await startProduct({
      dashboard: true,
      drafts: [draftAnswer([{ kind: 'write', path: 'NOTES.md', content: 'Drafted.\n' }])],
    });
    chromium = await browser();
    if (PICTURES) await mkdir(PICTURES, { recursive: true });
  });
  afterAll(async () => {
    await chromium[Symbol.asyncDispose]();
    await product.stop();
  });

  it('ticks a box of the pinned dashboard and sees the draft; gives a command and sees the answer', async () => {
    let gap = 0;
    for (const [gap_type, what_i_needed, resolution, sessions] of NEEDS) {
      for (let session = 0; session < sessions; session += 1) {
        const { id } = await product.report({
          ...{ gap_type, what_i_needed, resolution, server_version: '1.3.2' },
          ...{ session_id: `${gap_type} ${session}`, client_type: `client ${session % 2}` },
        });
        const item = await product.until(id, (found) => found.gap !== null);
        gap ||= item.gap as number;
      }
    }
    await product.ask('POST', '/api/v1/heartbeat/', {
      ...{ server_slug: 'cost-server', tool_count: 3, tool_names: ['get_costs', 'list_runs', 'list_services'] },
    });
    await product.settled();

    const context = await chromium.open({ viewport: { width: 1200, height: 1600 } });
    const page = await context.newPage();
    const picture = async (name: string) => {
      if (!PICTURES) return;
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}.png`, fullPage: true });
      }
      await page.emulateMedia({ colorScheme: null });
    };
    const found = (await product.as('owner', 'GET', '/issues')).find(
      ({ title }: { title: string }) => title === 'Gaps: the dashboard',
    );
    // A tick on a page that is being written anew would be refused, as on GitHub.
    for (let body = ''; ; await sleep(1500)) {
      await product.settled();
      const now = (await product.as('owner', 'GET', `/issues/${found.number}`)).body;
      if (now === body) break;
      body = now;
    }
    await page.goto(`${product.url}/${product.repository}/issues/${found.number}`);
    await page.getByRole('heading', { name: 'Gaps, what matters most first' }).waitFor();
    await picture('dashboard');
    await page.getByRole('checkbox', { name: 'draft this' }).first().click();
    const item = await product.until(gap, (one) => one.drafts[0]?.outcome !== undefined);
    expect(item.drafts[0]).toMatchObject({ by: 'dashboard', actor: 'owner', pull: { number: expect.any(Number) } });
    const answered = () =>
      page
        .getByRole('row')
        .filter({ hasText: `draft ${gap}` })
        .filter({ hasText: /unverified|plausible/ });
    for (let i = 0; i < 40 && !(await answered().count()); i += 1) {
      await product.settled();
      await page.reload();
    }
    expect(await answered().innerText()).toContain('owner');
    await picture('dashboard-answered');

    await page.goto(`${product.url}/${product.repository}/issues/${gap}`);
    await page.getByRole('textbox', { name: /comment/i }).fill('Agreed.\n\n/patchwork severity critical');
    await page.getByRole('button', { name: /^comment$/i }).click();
    await product.settled();
    await page.reload();
    await page.getByRole('cell', { name: 'Its severity stays critical.' }).waitFor();
    await page.getByText('severity:critical').first().waitFor();
    await picture('command');
    await context.close();
  });
});
