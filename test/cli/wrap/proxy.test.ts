import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FeedbackReply, Options } from '../../../dropins/typescript/feedback-tool.ts';
import { type AnsweredCall, createProxy } from '../../../src/cli/wrap/proxy.ts';

const tool = JSON.parse(await readFile(new URL('../../../dropins/vectors/tool.json', import.meta.url), 'utf8'));
const { instructions, ...definition } = tool;

const recorded: FeedbackReply = { text: 'Recorded.', isError: false, structured: { status: 'recorded' } };
type Submitted = { args: Record<string, unknown>; server: string; context: Options };

/** A proxy with both ends in hand: what reached either, as text, and the reports it made. */
function bench({ reply = async () => recorded, patienceMs = 2000 } = {}) {
  const client: string[] = [];
  const server: string[] = [];
  const reports: Submitted[] = [];
  const calls: AnsweredCall[] = [];
  const proxy = createProxy({
    toServer: (line) => server.push(String(line)),
    toClient: (line) => client.push(String(line)),
    submit: (args, name, context) => {
      reports.push({ args, server: name, context });
      return reply();
    },
    onCall: (call) => calls.push(call),
    patienceMs,
  });
  const line = (message: unknown) =>
    Buffer.from(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`);
  return {
    client,
    server,
    reports,
    calls,
    proxy,
    ask: (message: unknown) => proxy.fromClient(line(message)),
    say: (message: unknown) => proxy.fromServer(line(message)),
    /** The proxy's own question, answered. */
    async answer(result: object, error?: object) {
      await settle();
      const { id } = JSON.parse(server.at(-1) ?? '');
      proxy.fromServer(line({ jsonrpc: '2.0', id, ...(error ? { error } : { result }) }));
      await settle();
    },
    read: (lines: string[], index = -1) => JSON.parse(lines.at(index) ?? 'null'),
  };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', clientInfo: { name: 'editor', version: '9.1' } },
};
const greeting = (result: object = {}) => ({
  jsonrpc: '2.0',
  id: 0,
  result: {
    protocolVersion: '2025-06-18',
    serverInfo: { name: 'costs', version: '1.3.2' },
    capabilities: { tools: {} },
    ...result,
  },
});
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'modern-editor', version: '2.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const list = (id: unknown, params?: object) => ({ jsonrpc: '2.0', id, method: 'tools/list', params });
const feedback = (id: unknown, meta?: object) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: {
    name: 'feedback',
    arguments: { what_i_needed: 'x', what_i_tried: 'y', gap_type: 'other' },
    ...(meta ? { _meta: meta } : {}),
  },
});
const echo = { name: 'echo', inputSchema: { type: 'object', properties: { text: {} } } };

it('lets every line that it does not have to touch pass byte by byte, in its order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.json(), fc.string(), fc.constant('{"jsonrpc":"2.0", "id":7,"result":{ "x":1.0}}'))),
      (texts) => {
        const { ask, say, client, server } = bench();
        ask(list('open'));
        const written = texts.map((text) => `${text.replaceAll('\n', ' ')}\r\n`);
        for (const text of written) {
          ask(text);
          say(text);
        }
        expect(server.slice(1)).toEqual(written);
        expect(client).toEqual(written);
      },
    ),
  );
});

it('adds the tool, exactly as the drop-ins list it, to the last page and to no other', () => {
  const { ask, say, client, read } = bench();
  ask(list(1));
  const first = '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}],"nextCursor":"2"}}\n';
  say(first);
  expect(client).toEqual([first]);
  ask(list(2, { cursor: '2' }));
  say({ jsonrpc: '2.0', id: 2, result: { tools: [{ name: 'b' }], ttlMs: 5 } });
  expect(read(client)).toEqual({ jsonrpc: '2.0', id: 2, result: { tools: [{ name: 'b' }, definition], ttlMs: 5 } });
});

it('keeps numbers as the server wrote them in what it has to change', () => {
  const { ask, say, client } = bench();
  ask(list(1));
  const schema = '{"maximum":18446744073709551615,"minimum":-1e400,"multipleOf":1.0}';
  say(`{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a","inputSchema":${schema}}]}}\n`);
  expect(client[0]).toContain(`"inputSchema":${schema}`);
  expect(client[0]).toContain('"name":"feedback"');
});

it.each([[undefined], ['2']])('adds nothing to a server that has a tool named feedback (on page %s)', async (page) => {
  const { ask, say, answer, client, server, reports } = bench();
  const own = { name: 'feedback', description: 'Rate your order.' };
  ask(initialize);
  const hello = `${JSON.stringify(greeting())}\n`;
  say(hello);
  if (page) {
    await answer({ tools: [own], nextCursor: page });
    expect(JSON.parse(server.at(-1) ?? '').params).toEqual({ cursor: page });
    await answer({ tools: [echo] });
  } else await answer({ tools: [own, echo] });
  expect(client).toEqual([hello]);
  ask(list(1));
  const listed = `${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [own, echo] } })}\n`;
  say(listed);
  expect(client[1]).toBe(listed);
  const call = `${JSON.stringify(feedback(2))}\n`;
  ask(call);
  expect(server.at(-1)).toBe(call);
  expect(reports).toEqual([]);
});

it('appends the instructions to the greeting, and lets the client hear everything in the order it was said', async () => {
  const { ask, say, answer, client, server, read } = bench();
  ask(initialize);
  say(greeting({ instructions: 'Costs are in cents.' }));
  say({ jsonrpc: '2.0', id: 'r1', method: 'roots/list' });
  say({ jsonrpc: '2.0', method: 'notifications/message', params: {} });
  expect(client).toEqual([]);
  expect(server.slice(1).map((line) => JSON.parse(line).method)).toEqual(['notifications/initialized', 'tools/list']);
  await answer({ tools: [echo] });
  expect(client.map((line) => JSON.parse(line).method)).toEqual([undefined, 'roots/list', 'notifications/message']);
  expect(read(client, 0).result.instructions).toBe(`Costs are in cents.\n\n${instructions}`);
  // The server was told once.
  ask({ jsonrpc: '2.0', method: 'notifications/initialized' });
  expect(server.filter((line) => line.includes('notifications/initialized')).length).toBe(1);
});

it('does not tell the server twice that a client is ready which said so before it was greeted', async () => {
  const { ask, say, answer, server } = bench();
  ask(initialize);
  ask({ jsonrpc: '2.0', method: 'notifications/initialized' });
  say(greeting());
  await answer({ tools: [echo] });
  expect(server.filter((line) => line.includes('notifications/initialized')).length).toBe(1);
});

it('greets without instructions when the server does not list its tools in time', async () => {
  const { ask, say, client } = bench({ patienceMs: 20 });
  ask(initialize);
  const hello = `${JSON.stringify(greeting())}\n`;
  say(hello);
  await expect.poll(() => client).toEqual([hello]);
});

it('offers the tool in front of a server that has no tools at all', async () => {
  const { ask, say, client, read } = bench();
  ask(initialize);
  say(greeting({ capabilities: { prompts: {} } }));
  expect(read(client).result.capabilities).toEqual({ prompts: {}, tools: {} });
  ask(list(1));
  say({ jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'Method not found' } });
  expect(read(client)).toEqual({ jsonrpc: '2.0', id: 1, result: { tools: [definition] } });
  ask(list(2, { _meta: META }));
  say({ jsonrpc: '2.0', id: 2, error: { code: -32601, message: 'Method not found' } });
  expect(read(client).result).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
});

it('passes errors on greeting and listing on as they are', () => {
  const { ask, say, client } = bench();
  for (const [id, method] of Object.entries(['initialize', 'server/discover', 'tools/list'])) {
    ask({ jsonrpc: '2.0', id, method, params: {} });
    say({ jsonrpc: '2.0', id, error: { code: -32602, message: 'no' } });
  }
  expect(client.map((line) => JSON.parse(line).error.code)).toEqual([-32602, -32602, -32602]);
});

it('reports with what it saw: client, server and tools, in the era of the request', async () => {
  const { ask, say, answer, client, reports, read, server } = bench();
  ask(initialize);
  say(greeting());
  await answer({ tools: [echo] });
  const before = server.length;
  ask(feedback(7));
  await settle();
  expect(server.length).toBe(before);
  expect(reports[0]).toEqual({
    args: { what_i_needed: 'x', what_i_tried: 'y', gap_type: 'other' },
    server: 'costs',
    context: { serverVersion: '1.3.2', tools: [echo], client: { name: 'editor', version: '9.1' }, meta: {} },
  });
  const result = {
    content: [{ type: 'text', text: 'Recorded.' }],
    structuredContent: { status: 'recorded' },
    isError: false,
  };
  expect(read(client)).toEqual({ jsonrpc: '2.0', id: 7, result });
  ask(feedback('8', META));
  await settle();
  expect(reports[1]?.context.client).toEqual({ name: 'modern-editor', version: '2.0' });
  const server_info = { name: 'costs', version: '1.3.2' };
  expect(read(client)).toEqual({
    jsonrpc: '2.0',
    id: '8',
    result: { _meta: { 'io.modelcontextprotocol/serverInfo': server_info }, resultType: 'complete', ...result },
  });
});

it('asks who the server is when a modern client calls the tool before anything else', async () => {
  const { ask, answer, reports, server, read } = bench();
  ask(feedback(1, { ...META, progressToken: 5, traceparent: 'x' }));
  expect(read(server).params).toEqual({ _meta: META });
  await answer({ tools: [echo], _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'late', version: '3' } } });
  expect(reports[0]).toMatchObject({ server: 'late', context: { serverVersion: '3', tools: [echo] } });
});

it('forwards a call of feedback when it cannot learn whose it is', async () => {
  const { ask, answer, reports, server } = bench();
  ask(feedback(1));
  await answer({}, { code: -32603, message: 'broken' });
  expect(JSON.parse(server.at(-1) ?? '')).toEqual(feedback(1));
  expect(reports).toEqual([]);
});

it('gives back an id that no JavaScript number can hold', async () => {
  const { ask, answer, client } = bench();
  ask(JSON.stringify(feedback(1)).replace('"id":1', '"id":12345678901234567890').concat('\n'));
  await answer({ tools: [] });
  expect(client[0]).toContain('"id":12345678901234567890,');
});

it('does not answer a call that was cancelled, and does not bother the server with it', async () => {
  const { promise, resolve } = Promise.withResolvers<FeedbackReply>();
  const { ask, say, client, server, proxy } = bench({ reply: () => promise });
  ask(list(1));
  say({ jsonrpc: '2.0', id: 1, result: { tools: [] } });
  ask(feedback(2));
  ask({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
  ask({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 3 } });
  resolve(recorded);
  await proxy.settled();
  expect(client.length).toBe(1);
  expect(server.length).toBe(2);
});

it('takes its call out of a batch and leaves the rest', async () => {
  const { ask, say, client, server } = bench();
  ask(list(1));
  say({ jsonrpc: '2.0', id: 1, result: { tools: [] } });
  const ping = { jsonrpc: '2.0', id: 3, method: 'ping' };
  ask([feedback(2), ping]);
  await settle();
  expect(JSON.parse(server.at(-1) ?? '')).toEqual([ping]);
  expect(JSON.parse(client.at(-1) ?? '')).toEqual([expect.objectContaining({ id: 2 })]);
  ask([list(4), ping]);
  say([
    { jsonrpc: '2.0', id: 3, result: {} },
    { jsonrpc: '2.0', id: 4, result: { tools: [] } },
  ]);
  expect(JSON.parse(client.at(-1) ?? '')[1].result.tools).toEqual([definition]);
});

it('does not take a request of the server for an answer with the same id', () => {
  const { ask, say, client } = bench();
  ask(list(1));
  const request = '{"jsonrpc":"2.0","id":1,"method":"roots/list"}\n';
  say(request);
  expect(client).toEqual([request]);
  say({ jsonrpc: '2.0', id: 1, result: { tools: [] } });
  expect(client[1]).toContain('"name":"feedback"');
});

it('survives what no peer should send', async () => {
  const { ask, say, client, server } = bench({ patienceMs: 20 });
  const odd = ['null', '[]', '[1]', '"x"', '{', '{"id":{},"method":5,"params":[]}', `${'['.repeat(50_000)}`, '\u0000'];
  for (const text of odd) ask(`${text}\n`);
  for (const params of [null, 7, [], '']) {
    for (const method of ['notifications/cancelled', 'notifications/initialized', 'tools/call', 'x']) {
      ask({ jsonrpc: '2.0', method, params });
      ask({ jsonrpc: '2.0', id: 'x', method, params });
    }
  }
  const results = [null, 'text', 7, [], {}, { capabilities: 7, _meta: 7 }, { tools: 'none' }, { tools: [null, 7, {}] }];
  let id = 0;
  for (const params of [null, 7, [], { cursor: {} }, { _meta: null, clientInfo: 7 }]) {
    for (const method of ['initialize', 'server/discover', 'tools/list']) {
      for (const result of results) {
        id += 1;
        ask({ jsonrpc: '2.0', id, method, params });
        say({ jsonrpc: '2.0', id, result });
        say({ jsonrpc: '2.0', id, error: null });
      }
    }
  }
  for (const text of odd) say(`${text}\n`);
  expect(server.filter((line) => !line.includes('patchworkmcp-')).length).toBeGreaterThan(odd.length + id);
  await expect.poll(() => client.at(-1)).toBe('\u0000\n');
});
