import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browser } from '../forge/pages/browser.ts';
import { type Product, startProduct } from '../support/product.ts';

const { draft } = JSON.parse(
  await readFile(new URL('../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);

describe('a maintainer in the browser', () => {
  let product: Product;
  let chromium: Awaited<ReturnType<typeof browser>>;
  beforeAll(async () => {
    product = await startProduct({ drafts: draft });
    chromium = await browser();
  });
  afterAll(async () => {
    await chromium[Symbol.asyncDispose]();
    await product.stop();
  });

  it('finds the gap, writes a note, applies the label, and reads the draft’s diff', async () => {
    const { id } = await product.report();
    await product.until(id, (item) => item.gap !== null);
    const context = await chromium.open();
    const page = await context.newPage();
    await page.goto(`${product.url}/${product.repository}/issues`);
    await page
      .getByRole('link', { name: /The costs of one run/ })
      .first()
      .click();
    await page.getByRole('heading', { name: /The costs of one run/ }).waitFor();
    await page
      .getByText('No way to filter', { exact: false })
      .or(page.getByText('get_costs has no way to filter by run_id'))
      .first()
      .waitFor();

    await page.getByRole('textbox', { name: /comment/i }).fill('Name the parameter run_id.');
    await page.getByRole('button', { name: /^comment$/i }).click();
    await page.getByText('Name the parameter run_id.').first().waitFor();

    await page.getByText('Change labels').click();
    await page.getByRole('checkbox', { name: 'patchwork:draft', exact: true }).check();
    await page.getByRole('button', { name: 'Apply labels' }).click();
    const item = await product.until(id, (found) => found.drafts.at(-1)?.outcome !== undefined);
    await product.settled();
    await page.reload();
    await page.getByRole('heading', { name: /Draft #\d+: plausible/ }).waitFor();

    await page.goto(item.pr_url);
    await page.getByText('Closes').first().waitFor();
    await page.getByRole('link', { name: /files/i }).first().click();
    await page.getByText('run_id').first().waitFor();
    expect(await page.locator('body').innerText()).toContain('src/costs.ts');
    await context.close();
  });
});
