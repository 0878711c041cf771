import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, startProduct } from '../support/product.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

interface Issue {
  number: number;
  body: string;
}
const issues = (): Promise<Issue[]> => product.as('stranger', 'GET', '/issues?state=all');
const wish = (what_i_needed: string, suggestion = '') => ({ what_i_needed, suggestion, what_i_tried: 'get_costs' });

test('what is much alike folds though the words differ, and its evidence says why', async () => {
  const first = await product.report(
    wish('get_costs has no date range: only the last 30 days are possible', 'start_date and end_date'),
  );
  await product.until(first.id, ({ gap }) => gap !== null);
  const second = await product.report({
    ...wish('The costs of March. get_costs has no date range, only the last 30 days', 'start_date, end_date'),
    session_id: 'session-2',
  });
  await product.until(second.id, ({ gap, seen }) => gap !== null && seen === 2);
  await product.settled();
  const all = await issues();
  expect(all).toHaveLength(1);
  const [evidence] = await product.as('stranger', 'GET', `/issues/${all[0]?.number}/comments`);
  expect(evidence.body).toContain('The costs of March');
  expect(evidence.body).toMatch(/much alike: score \d\.\d\d/);
});

test('reports that arrive together are compared with each other', async () => {
  const texts = ['as a CSV file for a spreadsheet', 'as CSV, for the spreadsheet', 'as a CSV file in the spreadsheet'];
  const before = (await issues()).length;
  const sent = await Promise.all(
    texts.map((text, i) =>
      product.report({ ...wish(`Export the runs ${text}`, 'csv export of runs'), session_id: `csv-${i}` }),
    ),
  );
  for (const { id } of sent) await product.until(id, ({ gap }) => gap !== null);
  await product.settled();
  expect(await issues()).toHaveLength(before + 1);
});

test('what is another gap of the same tool opens an issue that names its relatives and says why it is new', async () => {
  const json = await product.report(wish('Export the runs as JSON for the next program', 'json export of runs'));
  await product.until(json.id, ({ gap }) => gap !== null);
  await product.settled();
  const bodies = (await issues()).map(({ body }) => body);
  const grouping = bodies.map((body) => /### Grouping\n\n(.*)/.exec(body)?.[1] ?? '');
  expect(grouping).toContainEqual(
    expect.stringMatching(/^The most similar gap .*score 0.*\. Possibly related: #\d+(?:, #\d+)*\.$/),
  );
});
