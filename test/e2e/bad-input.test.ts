import http from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, SAMPLE_REPORT, startProduct } from '../support/product.ts';

describe('bad input', () => {
  let product: Product;
  const key = { authorization: 'Bearer a-shared-key' };
  beforeAll(async () => {
    product = await startProduct({ env: { FEEDBACK_API_KEY: 'a-shared-key' } });
  });
  afterAll(async () => {
    await product.settled();
    expect(await product.as('stranger', 'GET', '/issues?state=all')).toEqual([]);
    await product.stop();
  });

  const post = (body: unknown, headers: Record<string, string> = key) =>
    product.ask('POST', '/api/feedback', body, headers);

  it.each([
    ['malformed JSON', '{"what_i_needed": ', 400, 'invalid_json', undefined],
    ['no body', '', 400, 'invalid_json', undefined],
    [
      'a field given twice',
      '{"what_i_needed":"a","what_i_needed":"b","what_i_tried":"c","gap_type":"other"}',
      400,
      'invalid_json',
      undefined,
    ],
    ['a list', [SAMPLE_REPORT], 422, 'invalid_body', undefined],
    ['a missing field', { ...SAMPLE_REPORT, what_i_needed: undefined }, 422, 'missing_field', 'what_i_needed'],
    ['an empty field', { ...SAMPLE_REPORT, what_i_tried: ' ' }, 422, 'missing_field', 'what_i_tried'],
    ['a missing gap type', { ...SAMPLE_REPORT, gap_type: undefined }, 422, 'missing_field', 'gap_type'],
    ['a wrong type', { ...SAMPLE_REPORT, what_i_tried: { a: 1 } }, 422, 'invalid_field', 'what_i_tried'],
    ['nesting ten thousand deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 422, 'invalid_body', undefined],
  ])('%s gets a clear answer', async (_name, body, status, code, field) => {
    const reply = await post(body);
    expect(reply.status).toBe(status);
    expect(reply.json.error).toMatchObject({ code, message: expect.any(String), ...(field ? { field } : {}) });
    expect(reply.json.error.message.length).toBeLessThan(200);
  });

  it('a body of 1 MB is refused before it is read', async () => {
    const body = JSON.stringify({ ...SAMPLE_REPORT, suggestion: 'x'.repeat(1024 * 1024) });
    const answer = await new Promise<string>((resolve, reject) => {
      const request = http.request(
        `${product.url}/api/feedback`,
        { method: 'POST', agent: false, headers: key },
        (reply) => {
          reply.setEncoding('utf8');
          let text = '';
          reply.on('data', (data) => {
            text += data;
          });
          reply.on('end', () => resolve(`${reply.statusCode} ${text}`));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
    expect(answer).toMatch(/^413 .*"code":"body_too_large"/);
  });

  it('a body without a length is cut off at the limit while it is read', async () => {
    const { port } = new URL(product.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          'POST /api/feedback HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer a-shared-key\r\ntransfer-encoding: chunked\r\n\r\n',
        );
        const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
        const feed = () => {
          while (socket.writable && socket.write(chunk));
        };
        socket.on('drain', feed);
        feed();
      });
      let text = '';
      socket.on('data', (data) => {
        text += data;
        if (text.includes('body_too_large')) {
          socket.destroy();
          resolve(text);
        }
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toContain('413');
  });

  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer wrong' }],
    ['a key of another scheme', { authorization: 'Basic a-shared-key' }],
  ])('%s is 401 on every route and writes nothing', async (_name, headers) => {
    for (const [method, path] of [
      ['POST', '/api/feedback'],
      ['POST', '/api/v1/feedback/'],
      ['GET', '/api/feedback'],
      ['GET', '/api/feedback/1'],
      ['PATCH', '/api/feedback/1'],
      ['POST', '/api/feedback/1/notes'],
      ['GET', '/api/stats'],
    ] as const) {
      const reply = await product.ask(
        method,
        path,
        method === 'GET' ? undefined : SAMPLE_REPORT,
        headers as Record<string, string>,
      );
      expect([path, reply.status, reply.json.error?.code]).toEqual([path, 401, 'unauthorized']);
      expect(reply.headers.get('www-authenticate')).toContain('Bearer');
    }
  });

  it.each(['GET', 'PATCH'])('%s of an unknown id is 404', async (method) => {
    for (const id of ['01JD4T7Q9ZK3V5X8Y2B6N0M1RS', '4711', '..%2f..%2fetc', 'x'.repeat(300), '__proto__']) {
      const reply = await product.ask(method, `/api/feedback/${id}`, method === 'GET' ? undefined : {}, key);
      expect([id, reply.status, reply.json.error?.code]).toEqual([id, 404, 'not_found']);
    }
  });

  it('bad filters and bad notes name what is wrong', async () => {
    expect((await product.ask('GET', '/api/feedback?limit=0', undefined, key)).json.error).toMatchObject({
      code: 'invalid_field',
      field: 'limit',
    });
    expect((await product.ask('GET', '/api/feedback?reviewed=perhaps', undefined, key)).json.error).toMatchObject({
      field: 'reviewed',
    });
    const note = await product.ask('POST', '/api/feedback/1/notes', {}, key);
    expect(note).toMatchObject({ status: 422, json: { error: { field: 'content' } } });
  });

  it('a webhook needs a valid signature', async () => {
    const body = JSON.stringify({ action: 'labeled' });
    for (const signature of [undefined, 'sha256=00', 'sha1=0123456789012345678901234567890123456789']) {
      const reply = await product.server.forge?.fetch(new Request(product.url));
      expect(reply).toBeDefined();
      const answer = await fetch(`${product.url}/api/github/webhooks`, {
        method: 'POST',
        body,
        headers: {
          'x-github-event': 'issues',
          'x-github-delivery': 'abc',
          ...(signature ? { 'x-hub-signature-256': signature } : {}),
        },
      });
      expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
        401,
        'bad_signature',
      ]);
    }
    // These deliveries were forged on purpose.
    product.watch.findings.length = 0;
  });

  it('another machine’s name in Host or Origin is refused: no web page can reach the server', async () => {
    const raw = (headers: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(Number(new URL(product.url).port), '127.0.0.1', () => {
          socket.write(`GET /healthz HTTP/1.1\r\n${headers}connection: close\r\n\r\n`);
        });
        let text = '';
        socket.on('data', (data) => {
          text += data;
        });
        socket.on('close', () => resolve(text));
      });
    expect(await raw('host: evil.example\r\n')).toContain('403');
    expect(await raw('host: localhost\r\norigin: https://evil.example\r\n')).toContain('403');
    expect(await raw('host: localhost\r\norigin: null\r\n')).toContain('403');
    expect(await raw('host: localhost\r\n')).toContain('200');
  });
});
