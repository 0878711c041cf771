import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from '../support/product.ts';

/** Bodies as the drop-ins of both generations send them, field by field, in each language’s order and with its empty values. */
const texts = (what_i_needed: string) => ({
  what_i_needed,
  what_i_tried: 'list_items, which returned everything',
  gap_type: 'missing_tool',
});
const empty = { suggestion: '', user_goal: '', resolution: '', agent_model: '', session_id: '', client_type: '' };

const FORMS: [name: string, path: string, body: object, tools: string[]][] = [
  [
    'Python, original',
    '/api/feedback',
    { server_name: 's', ...texts('python original'), ...empty, tools_available: ['a', 'b'] },
    ['a', 'b'],
  ],
  [
    'TypeScript, original',
    '/api/feedback',
    { server_name: 's', ...texts('typescript original'), ...empty, tools_available: [] },
    [],
  ],
  [
    'Go, original: no list is null',
    '/api/feedback',
    { server_name: 's', ...texts('go original'), ...empty, tools_available: null },
    [],
  ],
  [
    'Rust, original',
    '/api/feedback',
    { server_name: 's', ...texts('rust original'), ...empty, tools_available: ['a'] },
    ['a'],
  ],
  [
    'Python, hosted',
    '/api/v1/feedback/',
    { server_slug: 's', ...texts('python hosted'), tools_available: ['not json'], ...empty },
    [],
  ],
  [
    'TypeScript, hosted',
    '/api/v1/feedback/',
    { server_slug: 's', ...texts('typescript hosted'), ...empty, tools_available: '["a","b"]' },
    ['a', 'b'],
  ],
  [
    'Go, hosted',
    '/api/v1/feedback',
    { server_slug: 's', ...texts('go hosted'), ...empty, tools_available: 'a, b' },
    ['a', 'b'],
  ],
  [
    'Rust, hosted',
    '/api/v1/feedback/',
    { server_slug: 's', ...texts('rust hosted'), ...empty, tools_available: [] },
    [],
  ],
];

describe('reports as existing drop-ins send them', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct({ env: { FEEDBACK_API_KEY: 'a-shared-key' } });
  });
  afterAll(() => product.stop());

  it.each(FORMS)('%s gets 201 and becomes a correct issue', async (_name, path, body, tools) => {
    const reply = await fetch(`${product.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'PatchworkMCP-TypeScript/1.0',
        authorization: 'Bearer a-shared-key',
      },
      body: JSON.stringify(body),
    });
    expect(reply.status).toBe(201);
    const { id, status } = (await reply.json()) as { id: string; status: string };
    expect(status).toBe('recorded');
    await product.settled();
    const { json } = await product.ask('GET', `/api/feedback/${id}`, undefined, {
      authorization: 'Bearer a-shared-key',
    });
    expect(json).toMatchObject({
      server_name: 's',
      gap_type: 'missing_tool',
      tools_available: tools,
      status: 'open',
      remarks: [],
    });
    const issue = await product.as('stranger', 'GET', `/issues/${json.gap}`);
    expect(issue.body).toContain(`> \`${(body as { what_i_needed: string }).what_i_needed}\``);
    expect(issue.labels.map((label: { name: string }) => label.name)).toContain('server:s');
  });

  it('a heartbeat of the hosted contract is taken and can be read', async () => {
    const headers = { authorization: 'Bearer a-shared-key' };
    const beat = { server_slug: 'my-server', tool_count: 2, tool_names: ['a', 'b'] };
    for (const path of ['/api/v1/heartbeat/', '/api/v1/heartbeat']) {
      expect((await product.ask('POST', path, beat, headers)).status).toBe(200);
    }
    const { json } = await product.ask('GET', '/api/servers', undefined, headers);
    expect(json).toEqual([{ server: 'my-server', tool_count: 2, tool_names: ['a', 'b'], seen_at: expect.any(String) }]);
    expect((await product.ask('POST', '/api/v1/heartbeat/', {}, headers)).status).toBe(422);
    expect((await product.ask('POST', '/api/v1/heartbeat/', beat)).status).toBe(401);
  });
});
