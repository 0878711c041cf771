import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../src/report/index.ts';
import { type Product, SAMPLE_REPORT, startProduct } from '../support/product.ts';

const ASKED_MS = 1500;
let product: Product;
beforeAll(async () => {
  product = await startProduct({ askedMs: ASKED_MS });
});
afterAll(() => product.stop());

/** Two wishes for the same that nobody folds unread, and one for something else. */
const WISH = 'Invoices cannot be shown in another currency than dollars for the bookkeeping in Lisbon';
const SAME = 'Amounts should be converted to the currency of the customer before they are added up';
const OTHER = 'Delete the snapshots of a retired disk.';

let server = 0;
type Answer = {
  id: string;
  message: string;
  gap?: number;
  seen?: number;
  candidates?: { gap: number; title: string; need: string }[];
};
/** As a drop-in sends it: all its fields, and an id made once. */
function body(what_i_needed: string, more: object = {}) {
  const report_id = newId();
  return {
    ...SAMPLE_REPORT,
    ...{ server_name: `server-${server}`, what_i_needed, what_i_tried: 'searched', suggestion: '' },
    ...{ report_id, session_id: report_id, ...more },
  };
}
async function post(sent: object): Promise<Answer> {
  const { status, json } = await product.ask('POST', '/api/feedback', sent);
  expect(status).toBe(201);
  return json;
}
const placed = (id: string) => product.until(id, ({ gap }) => gap !== null);
async function opened(what_i_needed = WISH): Promise<number> {
  server += 1;
  const { id } = await post(body(what_i_needed));
  return (await placed(id)).gap as number;
}

it('an agent is asked about gaps that its report might be, and its word folds it at once and stands on the issue', async () => {
  const gap = await opened();
  const sent = body(SAME);
  const asked = await post(sent);
  expect(asked).toMatchObject({ id: sent.report_id, status: 'recorded' });
  expect(asked.candidates).toEqual([
    { gap, title: expect.stringContaining('Invoices cannot be shown in another currency'), need: WISH },
  ]);
  expect((await product.ask('GET', `/api/feedback/${asked.id}`)).json.status).toBe('pending');
  expect(await post({ ...sent, same_as: gap })).toMatchObject({ id: sent.report_id, gap, seen: 2 });
  const item = await placed(asked.id);
  expect(item).toMatchObject({ gap, seen: 2 });
  const [evidence] = await product.as('stranger', 'GET', `/issues/${gap}/comments`);
  expect(evidence.body).toContain('by the agent that reported it');
  // The choice sent once more, after its answer was lost.
  expect(await post({ ...sent, same_as: gap })).toMatchObject({ id: sent.report_id, gap, seen: 2 });
  expect((await product.ask('GET', `/api/feedback/${gap}`)).json.seen).toBe(2);
});

it('without an answer it is decided as if nobody had been asked, and others do not wait for it', async () => {
  const gap = await opened();
  const asked = await post(body(SAME));
  expect(asked.candidates).toHaveLength(1);
  const other = await post(body(OTHER));
  expect(other.candidates).toBeUndefined();
  await placed(other.id);
  expect((await product.ask('GET', `/api/feedback/${asked.id}`)).json.status).toBe('pending');
  const item = await placed(asked.id);
  expect(item.gap).not.toBe(gap);
  expect((await product.as('stranger', 'GET', `/issues/${item.gap}`)).body).toContain(`Possibly related: #${gap}.`);
});

it('a repeat of the report before the answer is asked the same again', async () => {
  const gap = await opened();
  const sent = body(SAME);
  const asked = await post(sent);
  expect(await post(sent)).toEqual(asked);
  expect(asked.candidates?.[0]?.gap).toBe(gap);
  await post({ ...sent, same_as: gap });
  expect((await placed(asked.id)).gap).toBe(gap);
});

it('a number that was not offered, one that comes too late, and one for somebody else’s report change nothing', async () => {
  const foreign = await opened();
  const gap = await opened();
  const sent = body(SAME);
  const asked = await post(sent);
  for (const same_as of [foreign, 9999, -1, 'x', '', null, {}, `#${gap}`]) {
    expect((await post({ ...sent, same_as })).candidates, JSON.stringify(same_as)).toEqual(asked.candidates);
  }
  // The same id with other words is another report: it is kept, and says nothing of the first.
  const forged = await post({ ...sent, what_i_needed: OTHER, same_as: gap });
  expect(forged.id).not.toBe(sent.report_id);
  const own = (await placed(asked.id)).gap;
  expect(own).not.toBe(gap);
  expect((await placed(forged.id)).gap).not.toBe(gap);
  expect(await post({ ...sent, same_as: gap })).toMatchObject({ id: sent.report_id, gap: own, seen: 1 });
  await product.settled();
  expect((await product.ask('GET', `/api/feedback/${gap}`)).json.seen).toBe(1);
});

it('nobody is asked who cannot answer, and about nothing that is not plausible', async () => {
  await opened();
  const { report_id: _id, ...old } = body(SAME);
  expect((await post(old)).candidates).toBeUndefined();
  expect((await post(body(`${SAME}, please`, { evidence: 'inferred' }))).candidates).toBeUndefined();
  await opened();
  expect((await post(body(OTHER))).candidates).toBeUndefined();
  // What folds by its words alone needs no question.
  const known = await post(body(WISH));
  expect(known.candidates).toBeUndefined();
  expect(known.seen).toBe(2);
  await product.settled();
});

it('a report that waits for its agent is on disk, and its word still counts later', async () => {
  const gap = await opened();
  const sent = body(SAME);
  const asked = await post(sent);
  expect(await product.server.outbox.find(`reports:${product.repository}`, sent.report_id)).toBeDefined();
  await sleep(ASKED_MS / 3);
  expect((await post({ ...sent, same_as: gap })).gap).toBe(gap);
  expect((await placed(asked.id)).gap).toBe(gap);
});
