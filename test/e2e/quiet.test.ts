import { afterAll, beforeAll, expect, it } from 'vitest';
import { draftAnswer, type Product, startProduct } from '../support/product.ts';

/** A thousand where there is time: `REPEATS=1000`. */
const REPEATS = Number(process.env.REPEATS ?? 200);

let product: Product;
beforeAll(async () => {
  product = await startProduct({
    drafts: [draftAnswer([{ kind: 'write', path: 'NOTES.md', content: 'Drafted.\n' }])],
  });
});
afterAll(() => product.stop());

/** Creating an issue or a comment notifies people, as closing and reopening do; editing does not. */
it(`${REPEATS} repeats, a draft and a re-draft notify people six times at most`, async () => {
  const { id } = await product.report();
  const { gap } = await product.until(id, (item) => item.gap !== null);
  for (let sent = 1; sent < REPEATS; sent += 50) {
    const batch = Math.min(50, REPEATS - sent);
    await Promise.all(
      Array.from({ length: batch }, (_, i) =>
        product.report({ session_id: `session ${sent + i}`, client_type: `client ${(sent + i) % 3}` }),
      ),
    );
  }
  await product.until(id, (item) => item.seen === REPEATS);
  await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
  await product.until(gap as number, (item) => item.drafts[0]?.outcome !== undefined);
  await product.as('owner', 'POST', `/issues/${gap}/comments`, { body: '/patchwork redraft With a test, please.' });
  await product.until(gap as number, (item) => item.drafts[1]?.outcome !== undefined);
  await product.settled();

  const comments = await product.as('owner', 'GET', `/issues/${gap}/comments?per_page=100`);
  const ours = comments.filter(({ user }: { user: { login: string } }) => user.login === 'patchwork[bot]');
  const events = await product.as('owner', 'GET', `/issues/${gap}/events?per_page=100`);
  const states = events.filter(({ event }: { event: string }) => ['closed', 'reopened'].includes(event));
  const steps = ours.find(({ body }: { body: string }) => body.startsWith('### Draft #')).body.match(/- ✓/g).length;
  console.info(
    `${REPEATS} repeats: 1 issue, ${ours.length} comments, ${states.length} changes of state; ${steps} steps a draft`,
  );
  expect(1 + ours.length + states.length).toBeLessThanOrEqual(6);
}, 240_000);
