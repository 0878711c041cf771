import { afterEach, describe, expect, it } from 'vitest';
import { type Product, type ProductOptions, startProduct } from '../support/product.ts';

/** The App’s own requests: the tests’ requests as people stay untouched. */
const isOurs = (request: Request) =>
  !/^token (owner|writer|triager|stranger)$/.test(request.headers.get('authorization') ?? '');
const isCreate = (request: Request) =>
  isOurs(request) && request.method === 'POST' && /\/issues$/.test(new URL(request.url).pathname);
const isComment = (request: Request) =>
  isOurs(request) && request.method === 'POST' && /\/issues\/\d+\/comments$/.test(new URL(request.url).pathname);

const json = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });

describe('a GitHub in trouble', () => {
  let product: Product;
  afterEach(() => product.stop());
  const start = async (fault: ProductOptions['fault']) => {
    product = await startProduct(fault ? { fault } : {});
  };
  const issues = () => product.as('stranger', 'GET', '/issues?state=all');

  it('that answers 502 gets the report later, once', async () => {
    let count = 0;
    await start(async (request, pass) => {
      if (!isCreate(request)) return pass();
      count += 1;
      return count <= 2 ? json(502, { message: 'Bad Gateway' }) : pass();
    });
    const { id } = await product.report();
    await product.until(id, (item) => item.gap !== null);
    expect(count).toBe(3);
    expect(await issues()).toHaveLength(1);
  });

  it('whose answer to a creation is lost has one issue all the same', async () => {
    let lost = 0;
    await start(async (request, pass) => {
      const answer = await pass();
      if (!isCreate(request) || lost > 0) return answer;
      lost += 1;
      throw new TypeError('fetch failed');
    });
    const { id } = await product.report();
    await product.until(id, (item) => item.gap !== null && item.status === 'open');
    await product.settled();
    expect(lost).toBe(1);
    expect(await issues()).toHaveLength(1);
  });

  it('whose answer to an evidence comment is lost has one comment all the same', async () => {
    let lost = 0;
    await start(async (request, pass) => {
      const answer = await pass();
      if (!isComment(request) || lost > 0) return answer;
      lost += 1;
      throw new TypeError('fetch failed');
    });
    const first = await product.report();
    const { gap } = await product.until(first.id, (item) => item.gap !== null);
    const second = await product.report({ session_id: 'session-2' });
    await product.until(second.id, (item) => item.seen === 2);
    await product.settled();
    expect(lost).toBe(1);
    expect(await product.as('stranger', 'GET', `/issues/${gap}/comments`)).toHaveLength(1);
  });

  it('that asks to wait is waited for', async () => {
    let asked = 0;
    await start(async (request, pass) => {
      if (!isCreate(request) || asked > 0) return pass();
      asked = Date.now();
      return json(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '2' });
    });
    const { id } = await product.report();
    await product.until(id, (item) => item.gap !== null);
    expect(Date.now() - asked).toBeGreaterThanOrEqual(1900);
  });

  it('that refuses one report for good does not hold up the others', async () => {
    await start(async (request, pass) => {
      if (!isCreate(request)) return pass();
      const { title } = (await request.json()) as { title: string };
      return title.includes('poison') ? json(422, { message: 'Validation Failed' }) : pass();
    });
    const poison = await product.report({ what_i_needed: 'poison' });
    const good = await product.report({ what_i_needed: 'Something good.' });
    await product.until(good.id, (item) => item.gap !== null);
    expect((await product.ask('GET', `/api/feedback/${poison.id}`)).json.status).toBe('pending');
    expect(await issues()).toHaveLength(1);
  });

  it('that is down from the start stops neither reports nor reading them', async () => {
    let down = true;
    await start(async (request, pass) =>
      down && isOurs(request) && /\/repos\//.test(request.url) ? json(503, { message: 'down' }) : pass(),
    );
    const { id } = await product.report();
    expect((await product.ask('GET', `/api/feedback/${id}`)).json).toMatchObject({ id, status: 'pending' });
    const list = await product.ask('GET', '/api/feedback');
    expect([list.status, list.json.error.code]).toEqual([503, 'github_unavailable']);
    expect((await product.ask('GET', '/healthz')).status).toBe(200);
    down = false;
    await product.until(id, (item) => item.gap !== null);
  });
});
