import { Client as ModernClient, InMemoryTransport as ModernMemory } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer as ModernServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createInference, heartbeat, inferGaps, startHeartbeat } from '../../dropins/typescript/inferred.ts';
import { shortHash } from '../dropins/match.ts';
import { scripted } from '../dropins/scripted.ts';
import { ROOT } from '../support/process.ts';

const recorded = () => ({ status: 201, body: { id: 'x' } });
const tools = [
  {
    name: 'get_costs',
    inputSchema: {
      type: 'object',
      properties: { from: { type: 'string' }, days: { type: 'integer' }, any: {} },
      required: ['from'],
    },
  },
  { name: 'open', inputSchema: { properties: { a: {} }, additionalProperties: true } },
  { name: 'bare', inputSchema: { type: 'object' } },
];
const SECRET = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
const call = (name: string, args: Record<string, unknown> = {}, failed = false) => ({ name, arguments: args, failed });

describe('what was called in vain', () => {
  it('becomes one report with names and counts and never a value', async () => {
    await using endpoint = await scripted(recorded);
    const options = {
      sidecarUrl: endpoint.url,
      tools,
      client: { name: 'editor', version: '1' },
      serverVersion: '1.3.2',
    };
    const inference = createInference();
    for (const made of [
      call('get_runs', { id: SECRET }, true),
      call('get_runs', {}, true),
      call('get_costs', { from: 'x', run_id: SECRET }),
      call('get_costs', { days: 'seven' }, true),
      call('get_costs', { from: 7, days: 7, any: [] }, true),
      call(`${SECRET} and more`, {}, true),
      call('feedback', { odd: 1 }),
    ]) {
      inference.observe(made, 'costs', options);
    }
    await inference.flush();
    expect(endpoint.received.map(({ path, body }) => ({ path, body }))).toEqual([
      {
        path: '/api/feedback',
        body: expect.objectContaining({
          evidence: 'inferred',
          gap_type: 'missing_tool',
          server_name: 'costs',
          server_version: '1.3.2',
          client_type: 'editor',
          what_i_needed:
            'Called, but not offered like that: parameter days of get_costs with another type; parameter from of get_costs left ' +
            'out; parameter from of get_costs with another type; parameter run_id of get_costs; tool (no name); tool get_runs.',
          what_i_tried: expect.stringContaining('tool get_runs: 2.'),
        }),
      },
    ]);
    const sent = JSON.stringify(endpoint.received);
    for (const value of [SECRET, 'seven']) expect(sent).not.toContain(value);
  });

  it('is not what a lenient server took, and not what its schema leaves open', async () => {
    await using endpoint = await scripted(recorded);
    const inference = createInference();
    const options = { sidecarUrl: endpoint.url, tools };
    inference.observe(call('get_costs', { days: '7' }), 'costs', options);
    inference.observe(call('get_costs', { from: 'x', days: 7 }, true), 'costs', options);
    inference.observe(call('open', { b: 1 }, true), 'costs', options);
    inference.observe(call('bare', { b: 1 }, true), 'costs', options);
    inference.observe(call('get_runs'), 'costs', { ...options, tools: [] });
    await inference.flush();
    expect(endpoint.received).toEqual([]);
  });

  it('is sent once an hour for each session', async () => {
    await using endpoint = await scripted(recorded);
    const inference = createInference({ quietMs: 10, everyMs: 3_600_000 });
    const of = (session: string) => ({ sidecarUrl: endpoint.url, tools, meta: { 'vscode.conversationId': session } });
    inference.observe(call('a'), 'costs', of('one'));
    await expect.poll(() => endpoint.received.length).toBe(1);
    inference.observe(call('b'), 'costs', of('one'));
    inference.observe(call('c'), 'costs', of('two'));
    await inference.flush();
    expect(endpoint.received.map(({ body }) => body.session_id)).toEqual([shortHash('one'), shortHash('two')]);
  });

  it('counts calls over HTTP without a session as one session', async () => {
    await using endpoint = await scripted(recorded);
    const inference = createInference();
    for (const name of ['a', 'b', 'c'])
      inference.observe(call(name), 'costs', { sidecarUrl: endpoint.url, tools, http: true });
    await inference.flush();
    expect(endpoint.received.map(({ body }) => body.what_i_needed)).toEqual([
      'Called, but not offered like that: tool a; tool b; tool c.',
    ]);
  });

  it('never fills the memory', () => {
    const inference = createInference();
    const options = { sidecarUrl: 'http://127.0.0.1:1', tools };
    for (let index = 0; index < 2000; index++) {
      inference.observe(call(`tool_${index}`), 'costs', { ...options, meta: { threadId: `session ${index % 700}` } });
    }
  });
});

describe.each(['1.x', '2.x'])('a server on SDK %s', (version) => {
  async function connected(inference: ReturnType<typeof createInference>, sidecarUrl: string) {
    const inputSchema = { from: z.string(), days: z.number().optional() };
    const answer = async () => ({ content: [{ type: 'text' as const, text: 'ok' }] });
    const about = { name: 'costs', version: '1.3.2' };
    const modern = version === '2.x';
    const server = modern ? new ModernServer(about) : new McpServer(about);
    (server as McpServer).registerTool('get_costs', { inputSchema }, answer);
    inferGaps(server, '', { sidecarUrl }, inference);
    const [near, far] = modern ? ModernMemory.createLinkedPair() : InMemoryTransport.createLinkedPair();
    await (server as McpServer).connect(far as InMemoryTransport);
    const client = modern ? new ModernClient({ name: 'c', version: '1' }) : new Client({ name: 'c', version: '1' });
    await (client as Client).connect(near as InMemoryTransport);
    const quietly = (name: string, args: object) =>
      client.callTool({ name, arguments: args as Record<string, unknown> }).catch(() => {});
    return { quietly, answered: await client.callTool({ name: 'get_costs', arguments: { from: 'x' } }) };
  }

  it('has its calls watched and answered as before', async () => {
    await using endpoint = await scripted(recorded);
    const inference = createInference();
    const { quietly, answered } = await connected(inference, endpoint.url);
    expect(answered).toEqual({ content: [{ type: 'text', text: 'ok' }] });
    await quietly('get_runs', {});
    await quietly('get_costs', { days: 'x' });
    await expect
      .poll(async () => {
        await inference.flush();
        return endpoint.received.length;
      })
      .toBe(1);
    expect(endpoint.received[0]?.body).toMatchObject({ evidence: 'inferred', server_name: 'costs', client_type: 'c' });
    expect(endpoint.received[0]?.body.what_i_needed).toContain('tool get_runs');
  });
});

it('beats with the names of the tools, at the address and with the key of the reports', async () => {
  await using endpoint = await scripted(() => ({ status: 200, body: {} }));
  const server = new McpServer({ name: 'costs', version: '1' });
  for (const name of ['get_costs', 'feedback']) server.registerTool(name, {}, async () => ({ content: [] }));
  const hosted = { patchworkUrl: endpoint.url, apiKey: 'beat-key-1', serverSlug: 'costs-slug' };
  const stops = [
    startHeartbeat(server, '', hosted),
    heartbeat(async () => ({ server: 'other', tools: [{ name: 'a' }] }), { sidecarUrl: endpoint.url }),
  ];
  await expect.poll(() => endpoint.received.length).toBe(2);
  for (const stop of stops) stop();
  const beats = endpoint.received.map(({ path, body }) => ({ path, body }));
  expect(beats).toEqual(
    expect.arrayContaining([
      { path: '/api/v1/heartbeat/', body: { server_slug: 'costs-slug', tool_count: 1, tool_names: ['get_costs'] } },
      { path: '/api/v1/heartbeat/', body: { server_slug: 'other', tool_count: 1, tool_names: ['a'] } },
    ]),
  );
  expect(endpoint.received.find(({ body }) => body.server_slug === 'costs-slug')?.headers.authorization).toBe(
    'Bearer beat-key-1',
  );
});

it.each([
  { flags: ['--inferred', '--heartbeat'], paths: ['/api/feedback', '/api/v1/heartbeat/'] },
  { flags: [], paths: [] },
])('wrap does both only when told ($flags)', async ({ flags, paths }) => {
  await using endpoint = await scripted(() => ({ status: 201, body: { id: 'x' } }));
  const server = [process.execPath, 'test/dropins/servers/v2.ts', 'stdio', 'bare'];
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['src/cli/main.ts', 'wrap', ...flags, '--', ...server],
    cwd: ROOT,
    env: { FEEDBACK_SIDECAR_URL: endpoint.url },
  });
  const client = new Client({ name: 'c', version: '1' });
  await client.connect(transport);
  await client.listTools();
  await client.callTool({ name: 'shout', arguments: {} }).catch(() => {});
  await client.callTool({ name: 'echo', arguments: { text: 'x', loud: true } });
  await client.close();
  expect(endpoint.received.map(({ path }) => path).sort()).toEqual(paths);
  const report = endpoint.received.find(({ path }) => path === '/api/feedback');
  if (flags.length) {
    expect(report?.body).toMatchObject({
      evidence: 'inferred',
      server_name: 'matrix',
      what_i_needed: 'Called, but not offered like that: parameter loud of echo; tool shout.',
    });
  }
});
