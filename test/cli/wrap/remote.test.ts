import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { connectRemote } from '../../../src/cli/wrap/remote.ts';
import { deadAddress } from '../../dropins/scripted.ts';

type Handler = (message: any, request: http.IncomingMessage, response: http.ServerResponse) => void;

/** An HTTP server that answers as told, and a connection to it with all that came back. */
async function connected(handle: Handler, headers: string[] = [], tools: any[] = []) {
  const requests: { method: string; headers: http.IncomingHttpHeaders; message: any }[] = [];
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const message = text ? JSON.parse(text) : undefined;
    requests.push({ method: request.method ?? '', headers: request.headers, message });
    if (request.method === 'POST') handle(message, request, response);
    else response.writeHead(405).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const received: any[] = [];
  const remote = await connectRemote(url, headers, {
    receive: (line) => received.push(JSON.parse(String(line))),
    tool: (name) => tools.find((tool) => tool.name === name),
  });
  const close = async () => {
    await remote.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  const send = (message: object) => remote.send(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  return { requests, received, remote, send, [Symbol.asyncDispose]: close };
}
const json = (response: http.ServerResponse, body: object, status = 200, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };

it('keeps the session, the protocol version and the given headers, and says good-bye', async () => {
  const requests = await (async () => {
    await using connection = await connected(
      ({ id, method }, _request, response) => {
        if (id === undefined) response.writeHead(202).end();
        else if (method === 'initialize')
          json(response, { jsonrpc: '2.0', id, result: { protocolVersion: '2025-06-18' } }, 200, {
            'mcp-session-id': 's1',
          });
        else json(response, { jsonrpc: '2.0', id, result: {} });
      },
      ['Authorization: Bearer key-1', 'x-tenant:a'],
    );
    const { send, remote, received } = connection;
    const clientInfo = { name: 'c', version: '1' };
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
    await remote.settled();
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'ping' });
    await remote.settled();
    expect(received.map(({ id }) => id)).toEqual([1, 2]);
    return connection.requests;
  })();
  const posts = requests.filter(({ method }) => method === 'POST');
  expect(posts.map(({ message }) => message.method)).toEqual(['initialize', 'notifications/initialized', 'ping']);
  expect(posts[2]?.headers).toMatchObject({
    authorization: 'Bearer key-1',
    'x-tenant': 'a',
    'mcp-session-id': 's1',
    'mcp-protocol-version': '2025-06-18',
  });
  expect(requests.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'mcp-session-id': 's1' } });
});

it.each([
  {
    what: 'an error of the protocol',
    status: 404,
    body: { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'no' } },
    code: -32601,
  },
  {
    what: 'an error without the id',
    status: 400,
    body: { jsonrpc: '2.0', id: null, error: { code: -32022, message: 'old' } },
    code: -32022,
  },
  { what: 'a refusal that is no JSON-RPC', status: 401, body: { error: 'unauthorized' }, code: -32000 },
  { what: 'a redirect to another server', status: 307, body: {}, code: -32000 },
  { what: 'a wrong content type', status: 200, body: {}, code: -32000, headers: { 'content-type': 'text/html' } },
])('answers the client when the server answers with $what', async ({ status, body, code, headers = {} }) => {
  const elsewhere = await deadAddress();
  await using connection = await connected((_message, _request, response) =>
    json(response, body, status, { location: elsewhere, ...headers }),
  );
  for (const params of [{}, { _meta: META }]) {
    connection.received.length = 0;
    connection.send({ id: 1, method: 'tools/list', params });
    await connection.remote.settled();
    expect(connection.received).toEqual([{ jsonrpc: '2.0', id: 1, error: expect.objectContaining({ code }) }]);
  }
});

it('answers the client when nobody listens, or the answer breaks off', async () => {
  const received: any[] = [];
  const client = { receive: (line: Buffer) => received.push(JSON.parse(String(line))), tool: () => undefined };
  const remote = await connectRemote(await deadAddress(), [], client);
  remote.send('{"jsonrpc":"2.0","id":"a","method":"ping"}\n');
  await remote.settled();
  expect(received).toEqual([{ jsonrpc: '2.0', id: 'a', error: expect.objectContaining({ code: -32000 }) }]);

  await using connection = await connected((_message, _request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n');
  });
  connection.send({ id: 1, method: 'ping' });
  await connection.remote.settled();
  expect(connection.received).toEqual([{ jsonrpc: '2.0', id: 1, error: expect.objectContaining({ code: -32000 }) }]);
});

it('passes notifications and requests of the server on while a call runs', async () => {
  await using connection = await connected(({ id }, _request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const message of [{ method: 'notifications/progress' }, { id: 1, method: 'roots/list' }, { id, result: {} }]) {
      response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
    }
    response.end();
  });
  connection.send({ id: 1, method: 'tools/call', params: { name: 'x' } });
  await connection.remote.settled();
  expect(connection.received.map(({ method, result }) => method ?? result)).toEqual([
    'notifications/progress',
    'roots/list',
    {},
  ]);
});

it('cancels in the modern era by closing the stream, before that by telling the server', async () => {
  const closed: unknown[] = [];
  await using connection = await connected(({ id, method }, request, response) => {
    if (id === undefined) response.writeHead(202).end();
    else request.socket.once('close', () => closed.push(id));
    if (method === 'tools/call') response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  const cancel = (requestId: number, params: object) =>
    connection.send({ method: 'notifications/cancelled', params: { requestId, ...params } });
  connection.send({ id: 1, method: 'tools/call', params: { _meta: META } });
  connection.send({ id: 2, method: 'tools/call', params: {} });
  await expect.poll(() => connection.requests.length).toBe(2);
  cancel(1, { _meta: META });
  await expect.poll(() => closed).toEqual([1]);
  expect(connection.requests.length).toBe(2);
  cancel(2, {});
  await expect.poll(() => connection.requests[2]?.message.method).toBe('notifications/cancelled');
  expect(connection.received).toEqual([]);
});

it('repeats parameters in headers where the schema of the tool asks for it', async () => {
  const inputSchema = {
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      deep: { properties: { on: { type: 'boolean', 'x-mcp-header': 'On' } } },
      odd: { type: 'string', 'x-mcp-header': 'no token' },
      absent: { type: 'string', 'x-mcp-header': 'Absent' },
    },
  };
  await using connection = await connected(
    ({ id }, _request, response) => json(response, { jsonrpc: '2.0', id, result: {} }),
    [],
    [{ name: 'x', inputSchema }],
  );
  const args = { region: 'Zürich', deep: { on: true }, odd: 'v' };
  connection.send({ id: 1, method: 'tools/call', params: { name: 'x', arguments: args, _meta: META } });
  await connection.remote.settled();
  const { headers } = connection.requests[0] ?? { headers: {} };
  expect(headers).toMatchObject({
    'mcp-method': 'tools/call',
    'mcp-name': 'x',
    'mcp-param-region': `=?base64?${Buffer.from('Zürich').toString('base64')}?=`,
    'mcp-param-on': 'true',
  });
  expect(Object.keys(headers).filter((name) => name.startsWith('mcp-param-')).length).toBe(2);
});
