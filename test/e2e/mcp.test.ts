import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleRepository } from '../../src/cli/repositories.ts';
import { mintKey } from '../../src/http/index.ts';
import { type Product, SAMPLE_REPORT, startProduct } from '../support/product.ts';

const run = promisify(execFile);

const secret = 'a-secret-of-this-server';

describe('the MCP endpoint', () => {
  let product: Product;
  let reader: string;
  let first: string;
  beforeAll(async () => {
    product = await startProduct({ env: { FEEDBACK_API_KEY: 'a-shared-key', PATCHWORK_SECRET: secret } });
    reader = (await mintKey([secret], { repo: product.repository, scopes: ['report:read'] })).key;
    const shared = { authorization: 'Bearer a-shared-key' };
    const report = {
      what_i_needed: 'Costs as CSV.',
      what_i_tried: 'get_costs',
      gap_type: 'wrong_format',
      server_name: 'cost-server',
    };
    first = (await product.ask('POST', '/api/feedback', report, shared)).json.id;
    await product.ask(
      'POST',
      '/api/feedback',
      { ...report, what_i_needed: 'A way to list budgets.', gap_type: 'missing_tool', server_name: 'other' },
      shared,
    );
    await product.settled();
  });
  afterAll(() => product.stop());

  const rpc = (body: unknown, headers: Record<string, string> = { authorization: `Bearer ${reader}` }) =>
    product.ask('POST', '/mcp', body, headers);
  const call = (name: string, args: object) =>
    rpc({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });

  it('answers a bare request without initialize', async () => {
    const { status, json } = await call('list_reports', {});
    expect(status).toBe(200);
    const rows = JSON.parse(json.result.content[0].text);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      title: expect.stringContaining('list budgets'),
      status: 'open',
      channelKey: 'missing_tool',
      artifactId: 'other',
      shortId: expect.stringMatching(/^#\d+$/),
      url: expect.stringContaining('/issues/'),
    });
  });

  it('filters and limits', async () => {
    const rows = async (args: object) => JSON.parse((await call('list_reports', args)).json.result.content[0].text);
    expect(await rows({ channelKey: 'wrong_format' })).toHaveLength(1);
    expect(await rows({ artifactId: 'other' })).toHaveLength(1);
    expect(await rows({ status: 'closed' })).toHaveLength(0);
    expect(await rows({ limit: 1 })).toHaveLength(1);
  });

  it('gives one report as Markdown in which a stranger’s words are quoted', async () => {
    const { json } = await call('get_report', { id: first });
    const { text } = json.result.content[0];
    expect(text).toMatch(/- Status: open\n[\s\S]*## Brief: [\s\S]*> `Costs as CSV\.`[\s\S]*\*\*Where to look\*\*/);
    const short = (await call('get_report', { id: first, budget: 700 })).json.result.content[0].text;
    expect(short.length).toBeLessThan(4 * 700);
    expect(short).toContain('> `Costs as CSV.`');
    expect(short).toMatch(/Left out of \d+ tokens: .*\d more files?\.$/);
    expect((await call('get_report', { id: first, budget: 3 })).json.result.isError).toBe(true);
    for (const id of ['01JD4T7Q9ZK3V5X8Y2B6N0M1RS', '4711', '../x'])
      expect((await call('get_report', { id })).json.result.isError).toBe(true);
  });

  it('says of its answers what they are, and keeps to it', async () => {
    const client = new Client({ name: 'new', version: '1' });
    const requestInit = { headers: { authorization: `Bearer ${reader}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${product.url}/mcp`), { requestInit }));
    const { tools } = await client.listTools();
    expect(tools.every((tool) => tool.outputSchema?.type === 'object')).toBe(true);
    // The client checks structured content against the schema that was listed.
    const list = await client.callTool({ name: 'list_reports', arguments: {} });
    const { reports } = list.structuredContent as { reports: unknown[] };
    expect(reports).toEqual(JSON.parse((list.content as { text: string }[])[0]?.text ?? ''));
    const one = await client.callTool({ name: 'get_report', arguments: { id: first } });
    expect(one.structuredContent).toMatchObject({ id: first, server_name: 'cost-server' });
    await client.close();
  });

  it('hands gaps over as prompts', async () => {
    const prompt = async (name: string, args: object) =>
      (await rpc({ jsonrpc: '2.0', id: 1, method: 'prompts/get', params: { name, arguments: args } })).json;
    const triage = (await prompt('triage', {})).result.messages[0].content.text;
    expect(triage).toContain('2 gaps of owner/');
    expect(triage.split('\n').filter((line: string) => line.startsWith('{'))).toHaveLength(2);
    const fix = (await prompt('fix_gap', { id: first })).result.messages[0].content.text;
    expect(fix).toMatch(/## Brief: .*\n[\s\S]*> `Costs as CSV\.`[\s\S]*\*\*Where to look\*\*/);
    expect((await prompt('fix_gap', { id: '4711' })).error).toBeDefined();
    const authorization = `Bearer ${reader}`;
    const brief = await fetch(`${product.url}/api/feedback/${first}/brief`, { headers: { authorization } });
    expect([brief.status, brief.headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8']);
    expect(fix).toContain(await brief.text());
  });

  it('writes nothing unless the repository allows it', async () => {
    const all = { authorization: 'Bearer a-shared-key' };
    const { json } = await rpc({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, all);
    expect(json.result.tools.map(({ name }: { name: string }) => name)).toEqual(['list_reports', 'get_report']);
    for (const name of ['add_note', 'request_draft']) {
      const body = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name, arguments: { id: first, content: 'x' } },
      };
      expect((await rpc(body, all)).json.error.code).toBe(-32601);
    }
  });

  it('speaks the first protocol, and with curl that says only what it sends', async () => {
    const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const { json } = await rpc({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    expect(json.result).toMatchObject({ protocolVersion: '2024-11-05', serverInfo: { name: 'patchworkmcp' } });
    const { stdout } = await run('curl', [
      ...['-sS', `${product.url}/mcp`, '-H', `authorization: Bearer ${reader}`, '-H', 'content-type: application/json'],
      ...['-d', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_reports"}}'],
    ]);
    expect(JSON.parse(JSON.parse(stdout).result.content[0].text)).toHaveLength(2);
  });

  it('knows no other method or tool', async () => {
    expect((await call('delete_everything', {})).json.error.code).toBe(-32601);
    expect((await rpc({ jsonrpc: '2.0', id: 1, method: 'no/such' })).json.error.code).toBe(-32601);
    expect((await rpc('{')).json.error.code).toBe(-32700);
    expect((await fetch(`${product.url}/mcp`, { headers: { authorization: `Bearer ${reader}` } })).status).toBe(405);
  });

  it('asks who is there', async () => {
    const writer = (await mintKey([secret], { repo: product.repository, scopes: ['report:write'] })).key;
    const foreign = (
      await mintKey(['another-secret-altogether'], { repo: product.repository, scopes: ['report:read'] })
    ).key;
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect((await rpc(list, {})).status).toBe(401);
    expect((await rpc(list, { authorization: `Bearer ${foreign}` })).status).toBe(401);
    expect((await rpc(list, { authorization: `Bearer ${writer}` })).status).toBe(403);
    expect((await rpc(list, { authorization: 'Bearer a-shared-key' })).status).toBe(200);
  });

  it('serves official clients: 1.x, 2.x legacy and 2.x modern', async () => {
    const url = new URL(`${product.url}/mcp`);
    const requestInit = { headers: { authorization: `Bearer ${reader}` } };
    const old = new OldClient({ name: 'old', version: '1' });
    await old.connect(new OldTransport(url, { requestInit }) as never);
    expect((await old.listTools()).tools.map((tool) => tool.name)).toEqual(['list_reports', 'get_report']);
    await old.close();
    for (const options of [{}, { versionNegotiation: { mode: 'auto' as const } }]) {
      const client = new Client({ name: 'new', version: '1' }, options);
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
      const result = await client.callTool({ name: 'list_reports', arguments: { limit: 1 } });
      expect(JSON.parse((result.content as { text: string }[])[0]?.text ?? '')).toHaveLength(1);
      await client.close();
    }
  });
});

describe('an MCP endpoint that may write', () => {
  let product: Product;
  let id: string;
  beforeAll(async () => {
    const local = await sampleRepository();
    if (!('files' in local.source)) throw new Error('the sample is files');
    const config = Buffer.from('mcp: {write: true}\n');
    local.source = { files: { ...local.source.files, '.github/patchwork.yml': config } };
    product = await startProduct({ local, env: { FEEDBACK_API_KEY: 'a-shared-key', PATCHWORK_SECRET: secret } });
    const authorization = 'Bearer a-shared-key';
    id = (await product.ask('POST', '/api/feedback', SAMPLE_REPORT, { authorization })).json.id;
    await product.settled();
  });
  afterAll(() => product.stop());
  const call = async (scopes: Parameters<typeof mintKey>[1]['scopes'], name: string, args: object) => {
    const { key } = await mintKey([secret], { repo: product.repository, scopes });
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
    return product.ask('POST', '/mcp', body, { authorization: `Bearer ${key}` });
  };

  it('writes a note for whoever may change gaps, and refuses others', async () => {
    const content = 'Seen in @owner’s session, too.';
    expect((await call(['report:read'], 'add_note', { id, content })).status).toBe(403);
    expect((await call(['gap:write'], 'add_note', { id, content })).status).toBe(403);
    const { json } = await call(['report:read', 'gap:write'], 'add_note', { id: '#1', content });
    expect(json.result.structuredContent).toEqual({ id: expect.any(String), status: 'recorded' });
    await product.settled();
    const comments = await product.as('owner', 'GET', '/issues/1/comments');
    expect(comments.filter(({ body }: { body: string }) => body.includes('session, too'))).toHaveLength(1);
    const nothing = await call(['report:read', 'gap:write'], 'add_note', { id: '4711', content });
    expect(nothing.json.result.isError).toBe(true);
  });

  it('asks for a draft, once at a time', async () => {
    const { json } = await call(['report:read', 'gap:write'], 'request_draft', { id });
    expect(json.result.structuredContent).toEqual({
      request: expect.stringMatching(/^api-/),
      url: expect.stringContaining('/issues/1'),
    });
    await product.settled();
    const item = await product.ask('GET', `/api/feedback/${id}`, undefined, { authorization: 'Bearer a-shared-key' });
    expect(item.json.drafts).toEqual([
      expect.objectContaining({ request: json.result.structuredContent.request, by: 'api', reason: 'no_model' }),
    ]);
  });
});

describe('keys of one repository', () => {
  it('open nothing of another, and a drop-in’s key reads nothing', async () => {
    const product = await startProduct({ env: { FEEDBACK_API_KEY: 'a-shared-key', PATCHWORK_SECRET: secret } });
    const key = async (repo: string, scopes: Parameters<typeof mintKey>[1]['scopes']) => ({
      authorization: `Bearer ${(await mintKey([secret], { repo, scopes, server: 'fixed-server' })).key}`,
    });
    const own = await key(product.repository, ['report:write']);
    const body = { what_i_needed: 'a', what_i_tried: 'b', gap_type: 'other', server_name: 'claimed' };
    const { status, json } = await product.ask('POST', '/api/feedback', body, own);
    expect(status).toBe(201);
    await product.settled();
    const shown = await product.ask('GET', `/api/feedback/${json.id}`, undefined, {
      authorization: 'Bearer a-shared-key',
    });
    expect(shown.json.server_name).toBe('fixed-server');
    for (const [method, path] of [
      ['GET', '/api/feedback'],
      ['GET', `/api/feedback/${json.id}`],
      ['PATCH', `/api/feedback/${json.id}`],
      ['POST', `/api/feedback/${json.id}/notes`],
      ['GET', '/api/stats'],
    ] as const) {
      expect([
        path,
        (await product.ask(method, path, method === 'GET' ? undefined : { content: 'x' }, own)).status,
      ]).toEqual([path, 403]);
    }
    const foreign = await key('someone/else', ['report:write', 'report:read', 'gap:write']);
    for (const [method, path] of [
      ['GET', `/api/feedback/${json.id}`],
      ['PATCH', `/api/feedback/${json.id}`],
      ['POST', `/api/feedback/${json.id}/notes`],
      ['GET', '/api/feedback/1'],
    ] as const) {
      const reply = await product.ask(method, path, method === 'GET' ? undefined : { content: 'x' }, foreign);
      expect([401, 403, 404, 503], path).toContain(reply.status);
      expect(JSON.stringify(reply.json)).not.toContain('fixed-server');
    }
    await product.stop();
  });
});
