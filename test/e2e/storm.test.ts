import { expect, it } from 'vitest';
import { startProduct } from '../support/product.ts';

it('makes of a thousand repeats one issue, one comment and few writes', { timeout: 240_000 }, async () => {
  let writes = 0;
  const product = await startProduct({
    fault: (request, pass) => {
      if (request.method !== 'GET' && /\/(?:issues|labels)\b/.test(new URL(request.url).pathname)) writes += 1;
      return pass();
    },
  });
  const first = await product.report({ session_id: 'first' });
  const { gap } = await product.until(first.id, (item) => item.gap !== null);
  const before = writes;
  for (let sent = 1; sent < 1000; sent += 37) {
    const batch = Array.from({ length: Math.min(37, 1000 - sent) }, (_, n) => sent + n);
    await Promise.all(batch.map((n) => product.report({ session_id: `session ${n}` })));
  }
  // Each further edit waits for up to 35 s when so many are held, and the last reports may need two.
  await product.settled(150_000);
  expect((await product.until(gap as number, (item) => item.seen === 1000)).gap).toBe(gap);
  expect(await product.as('owner', 'GET', '/issues?state=all')).toHaveLength(1);
  expect(await product.as('owner', 'GET', `/issues/${gap}/comments`)).toHaveLength(1);
  expect(writes - before).toBeLessThanOrEqual(30);
  await product.stop();
});
