import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

/** The installed Chromium; end it with `await using`. */
export async function browser(): Promise<
  AsyncDisposable & { open(options?: BrowserContextOptions): Promise<BrowserContext> }
> {
  const process: Browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  return { open: (options) => process.newContext(options), [Symbol.asyncDispose]: () => process.close() };
}
