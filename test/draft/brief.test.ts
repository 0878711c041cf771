import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRepositoryConfig } from '../../src/config/index.ts';
import { renderBrief } from '../../src/draft/brief.ts';
import type { Gap, Note } from '../../src/issues/index.ts';
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
    for (const budget of [500, 1500, 3000, 20_000]) {
      const { text } = await read(gap, `?budget=${budget}`);
      expect(text.length).toBeLessThanOrEqual(4 * budget);
      for (const important of [
        'no way to filter by run_id',
        'Call the parameter',
        '**Where to look**',
        '**How to verify**',
      ])
        expect(text).toContain(important);
      if (budget < 3000) expect(text).toMatch(new RegExp(`Left out of ${budget} tokens: .*\\d more files?\\.$`));
    }
    const { text } = await read(gap, '?budget=200000');
    expect(text).not.toContain('Left out');
    expect((await read(gap, '?budget=1')).status).toBe(422);
  });

  it('keeps within it whatever agents and maintainers write, and every quote stays one', () => {
    const long = '`@owner` '.repeat(2000);
    const report = {
      id: 'r',
      what_i_needed: long,
      what_i_tried: long,
      suggestion: long,
      user_goal: long,
      gap_type: 'other',
    };
    const known = { number: 1, title: 'x', reports: [report] } as unknown as Gap;
    const notes = Array.from({ length: 40 }, () => ({ author: 'writer', content: long })) as unknown as Note[];
    const selection = { files: [], tools: [], paths: [] };
    const snapshot = { commit: 'c', files: [], texts: [], special: [] };
    const { config } = readRepositoryConfig(undefined);
    for (const budgetTokens of [500, 2000, 8000]) {
      const frozen = { base: { branch: 'main', commit: 'c0ffee' }, notes };
      const text = renderBrief(known, frozen, { selection, snapshot, config, budgetTokens });
      expect(text.length).toBeLessThanOrEqual(4 * budgetTokens);
      expect(text).toMatch(/Left out of \d+ tokens: .*notes/);
      expect(text.replace(/(`+)[^\n]*?[^`]\1(?!`)/g, '')).not.toContain('@owner');
    }
  });
});
