import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from '../support/product.ts';

describe('what is asked oddly', () => {
  let product: Product;
  let gap: number;
  beforeAll(async () => {
    product = await startProduct();
    const { id } = await product.report();
    gap = (await product.until(id, (item) => item.gap !== null)).gap as number;
  });
  afterAll(() => product.stop());

  it('a stream of a draft that does not exist says so and ends', async () => {
    const reply = await fetch(`${product.url}/api/feedback/${gap}/draft-pr`, {
      method: 'POST',
      headers: { 'last-event-id': 'no-such-request/3' },
    });
    expect(await reply.text()).toContain('There is no such draft of this gap.');
  });

  it('a note keeps no secret', async () => {
    const token = ['gh', 'p_', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'].join('');
    await product.ask('POST', `/api/feedback/${gap}/notes`, { content: `Use **${token}** for it.` });
    await product.settled();
    const comments = JSON.stringify(await product.as('stranger', 'GET', `/issues/${gap}/comments`));
    expect(comments).toContain('Use **[redacted GitHub token]** for it.');
    expect(comments).not.toContain(token);
  });

  it('a batch of many MCP requests is refused, one of few is answered', async () => {
    const call = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'list_reports', arguments: {} } };
    const batch = (length: number) => Array.from({ length }, (_, id) => ({ ...call, id: id + 1 }));
    expect(await product.ask('POST', '/mcp', batch(5000))).toMatchObject({
      status: 400,
      json: { error: { code: -32600 } },
    });
    expect((await product.ask('POST', '/mcp', batch(3))).json).toHaveLength(3);
  });
});
