import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from '../support/product.ts';

describe('a brief', () => {
  let product: Product;
  let gap: number;
  let report: string;
  beforeAll(async () => {
    product = await startProduct();
    report = (await product.report()).id;
    gap = (await product.until(report, (item) => item.gap !== null)).gap as number;
    await product.as('writer', 'POST', `/issues/${gap}/comments`, { body: 'Call the parameter `run_id`.' });
  });
  afterAll(() => product.stop());

  const read = async (id: number | string, query = '') => {
    const reply = await fetch(`${product.url}/api/feedback/${id}/brief${query}`);
    return { status: reply.status, text: await reply.text() };
  };

  it('holds the evidence, the notes, the code, a check that would show the gap, and how to verify', async () => {
    const { status, text } = await read(gap);
    expect(status).toBe(200);
    expect(text).toContain('> `The costs of one run: get_costs has no way to filter by run_id.`');
    expect(text).toMatch(/> ``writer: Call the parameter `run_id`\.``/);
    expect(text).toMatch(/- `get_costs` in `src\/\w+\.ts:\d+`/);
    expect(text).toContain('"kind": "param_present"');
    expect(text).toContain('"tool": "get_costs"');
    expect(text).toContain('start: `node src/server.ts`');
    expect(text).toContain('has to pass: `node --test`');
    expect(text).toMatch(/```ts\n[\s\S]*get_costs/);
    expect((await read(report)).text).toBe(text);
  });

  it('keeps within its budget, and says what it leaves out', async () => {
    for (const budget of [1500, 3000, 20_000]) {
      const { text } = await read(gap, `?budget=${budget}`);
      expect(text.length).toBeLessThan(4 * budget + 100);
      expect(text).toContain('**How to verify**');
      if (budget === 1500) expect(text).toContain('Left out of 1500 tokens:');
    }
    expect((await read(gap, '?budget=1')).status).toBe(422);
  });
});
