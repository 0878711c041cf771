import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events } from '../support/events.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { type Product, startProduct } from '../support/product.ts';

const { draft } = JSON.parse(
  await readFile(new URL('../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);

describe('asking for a draft through the API', () => {
  let product: Product;
  let model: ModelServer;
  let id: string;
  let release = () => {};
  let held = Promise.resolve();
  beforeAll(async () => {
    model = await startModelServer(async () => {
      await held;
      return JSON.stringify(draft[0].json);
    });
    product = await startProduct({ model: model.env });
    ({ id } = await product.report());
    await product.until(id, (item) => item.gap !== null);
  });
  afterAll(async () => {
    await product.stop();
    await model.close();
  });

  const ask = (query = '', headers: Record<string, string> = {}) =>
    fetch(`${product.url}/api/feedback/${id}/draft-pr${query}`, { method: 'POST', headers });

  it('streams the steps and ends with the pull request', async () => {
    const reply = await ask();
    expect(reply.headers.get('content-type')).toContain('text/event-stream');
    const all = await events(reply);
    expect(all.slice(0, -2).every((event) => event.event === 'step' && typeof event.data === 'string')).toBe(true);
    expect(all.at(-2)).toMatchObject({ event: 'detail', data: expect.stringContaining('ready for review') });
    expect(all.length).toBeGreaterThan(4);
    expect(all.at(-1)).toMatchObject({
      event: 'done',
      data: { pr_url: expect.stringContaining('/pull/'), branch: expect.stringMatching(/^patchwork\//) },
    });
  });

  it('is refused while a pull request exists, unless forced', async () => {
    const reply = await ask();
    expect([reply.status, ((await reply.json()) as any).error.code]).toEqual([409, 'draft_exists']);
    expect(reply.headers.get('location')).toMatch(/\/pull\/\d+$/);
  });

  it('goes on when the stream is closed, is not asked for twice, and can be taken up again', async () => {
    held = new Promise((resolve) => {
      release = resolve;
    });
    const [first] = (await events(await ask('?force=true'), (event) => String(event.data).startsWith('Reading'))).slice(
      -1,
    );
    const while_running = await ask('?force=true');
    const { error } = (await while_running.json()) as any;
    expect([while_running.status, error.code]).toEqual([409, 'draft_running']);
    expect(while_running.headers.get('location')).toMatch(/\/issues\/\d+$/);
    const watching = await ask('', { 'last-event-id': /Last-Event-ID: (\S+)$/.exec(error.message)?.[1] as string });
    expect((await events(watching, () => true))[0]?.event).toBe('step');
    const resumed = ask('', { 'last-event-id': first?.id as string });
    release();
    const rest = await events(await resumed);
    expect(rest.map((event) => event.data)).not.toContain(first?.data);
    expect(rest.at(-1)?.event).toBe('done');
    const item = await product.until(id, (found) => found.drafts.length === 2);
    expect(item.drafts.map((run) => run.outcome)).toEqual(['plausible', 'plausible']);
  });

  it('exports what was reported, safe for spreadsheets', async () => {
    await product.report({ what_i_needed: '=cmd|"/c calc"!A1', what_i_tried: 'a, "b"\nc', session_id: 'x' });
    await product.settled();
    const get = async (format: string) => (await fetch(`${product.url}/api/export?format=${format}`)).text();
    const csv = await get('csv');
    expect(csv.split('\r\n')[0]).toMatch(/^id,timestamp,server_name/);
    expect(csv).toContain(`"'=cmd|""/c calc""!A1"`);
    expect(JSON.parse(await get('json'))).toHaveLength(2);
    expect(
      (await get('jsonl'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toHaveLength(2);
    expect((await fetch(`${product.url}/api/export?format=xml`)).status).toBe(422);
  });
});
