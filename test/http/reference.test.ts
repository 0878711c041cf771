import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browser } from '../forge/pages/browser.ts';
import { bareApp } from '../support/bare-app.ts';

describe('the reference page', () => {
  let chromium: Awaited<ReturnType<typeof browser>>;
  let server: ReturnType<typeof serve>;
  let url: string;
  beforeAll(async () => {
    const app = bareApp({ outbox: undefined as never });
    url = await new Promise((resolve) => {
      server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }: AddressInfo) =>
        resolve(`http://localhost:${port}`),
      );
    });
    chromium = await browser();
  });
  afterAll(async () => {
    await chromium[Symbol.asyncDispose]();
    server.close();
  });

  it('is read with the keyboard alone, under a policy that lets nothing else in', async () => {
    const page = await (await chromium.open()).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const reply = await page.goto(`${url}/docs`);
    expect(reply?.headers()['content-security-policy']).toContain("default-src 'none'");

    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the operations');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toContain('/api/feedback');
    await page.keyboard.press('Enter');
    const open = page.locator('details[open]');
    await open.getByText('Needs a key with report:write.').waitFor();
    expect(await open.getByText('It is on disk.').isVisible()).toBe(true);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Report');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    expect(await open.count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has enough contrast in the %s theme', async (colorScheme) => {
    const page = await (await chromium.open()).newPage();
    await page.emulateMedia({ colorScheme });
    await page.goto(`${url}/docs`);
    const style = async (selector: string, property: 'color' | 'backgroundColor') =>
      lightness(
        await page
          .locator(selector)
          .first()
          .evaluate(
            (element: any, name) => element.ownerDocument.defaultView.getComputedStyle(element)[name],
            property,
          ),
      );
    const under = await style('body', 'backgroundColor');
    for (const selector of ['body', 'nav a', '.soft', 'summary > span:last-child']) {
      const over = await style(selector, 'color');
      const ratio = (Math.max(over, under) + 0.05) / (Math.min(over, under) + 0.05);
      expect([selector, ratio > 4.5]).toEqual([selector, true]);
    }
  });
});

/** Relative luminance of `rgb(…)`, as WCAG 2 defines it. */
function lightness(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
