import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from '../support/product.ts';

describe('what people do to our texts', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct();
  });
  afterAll(() => product.stop());

  const evidence = async (gap: number | null) =>
    (await product.as('stranger', 'GET', `/issues/${gap}/comments`)).filter(
      (comment: { user: { login: string } }) => comment.user.login === 'patchwork[bot]',
    );

  it('an evidence comment that someone deleted is begun anew, and nothing gets stuck', async () => {
    const first = await product.report({ what_i_needed: 'Deleted evidence.' });
    const { gap } = await product.until(first.id, (item) => item.gap !== null);
    const second = await product.report({ what_i_needed: 'Deleted evidence.', session_id: 'b' });
    await product.until(second.id, (item) => item.seen === 2);
    const [comment] = await evidence(gap);
    await product.as('owner', 'DELETE', `/issues/comments/${comment.id}`);
    await product.settled();
    const third = await product.report({ what_i_needed: 'Deleted evidence.', session_id: 'c' });
    await product.until(third.id, (item) => item.gap === gap);
    await product.settled();
    expect(await evidence(gap)).toHaveLength(1);
  });

  it('a title, a preface and removed labels of a maintainer stay as they are when more reports come', async () => {
    const first = await product.report({ what_i_needed: 'Edited by hand.' });
    const { gap } = await product.until(first.id, (item) => item.gap !== null);
    const issue = await product.as('owner', 'GET', `/issues/${gap}`);
    await product.as('owner', 'PATCH', `/issues/${gap}`, {
      title: 'A better title',
      body: `A preface.\n\n${issue.body}`,
    });
    await product.as('owner', 'DELETE', `/issues/${gap}/labels/impact:blocked`);
    await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['severity:critical'] });
    await product.as('owner', 'DELETE', `/issues/${gap}/labels/severity:low`);
    await product.settled();
    for (const session of ['b', 'c']) await product.report({ what_i_needed: 'Edited by hand.', session_id: session });
    await product.until(first.id, (item) => item.seen === 3);
    await product.settled();
    const after = await product.as('owner', 'GET', `/issues/${gap}`);
    expect(after.title).toBe('A better title');
    expect(after.body).toMatch(/^A preface\./);
    expect(after.body).toContain('| Reports | 3 |');
    const names = after.labels.map((label: { name: string }) => label.name);
    expect(names).toContain('severity:critical');
    expect(names.filter((name: string) => name.startsWith('severity:'))).toHaveLength(1);
    expect(names).not.toContain('impact:blocked');
  });

  it('an issue by someone else with our marker and labels is none of ours', async () => {
    const first = await product.report({ what_i_needed: 'Copied by a stranger.' });
    const { gap } = await product.until(first.id, (item) => item.gap !== null);
    const { body, title } = await product.as('stranger', 'GET', `/issues/${gap}`);
    const copy = await product.as('stranger', 'POST', '/issues', { title, body });
    await product.as('owner', 'POST', `/issues/${copy.number}/labels`, { labels: ['patchwork', 'patchwork:draft'] });
    await product.settled();
    expect((await product.ask('GET', `/api/feedback/${copy.number}`)).status).toBe(404);
    expect(await product.as('stranger', 'GET', `/issues/${copy.number}/comments`)).toEqual([]);
    expect((await product.ask('GET', `/api/feedback/${first.id}`)).json.gap).toBe(gap);
  });
});
