import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Tool } from '../../../dropins/typescript/feedback-tool.ts';
import { PatchworkError } from '../../report/index.ts';
import { type Id, isModern, type Json, type Message, metaOf, objectOf, readMessages } from './message.ts';
import { parameterHeaders } from './parameter-headers.ts';

export interface Remote {
  send(line: Buffer | string): void;
  /** Resolves when everything sent was answered. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** A server on Streamable HTTP, spoken to in lines. What cannot be sent is answered with an error in the server's place. */
export async function connectRemote(
  address: string,
  headers: string[],
  client: { receive(line: Buffer): void; tool(name: string): Tool | undefined },
): Promise<Remote> {
  const transport = new StreamableHTTPClientTransport(addressOf(address), {
    requestInit: { headers: headersOf(headers) },
  });
  const open = new Map<
    Id,
    { abort: AbortController; initialize: boolean; done: () => void; answered: Promise<void> }
  >();
  let before = Promise.resolve();

  const receive = (message: object) => client.receive(Buffer.from(`${JSON.stringify(message)}\n`));
  transport.onmessage = (message) => {
    const { id, method, result } = message as Message;
    const request = method === undefined && id !== undefined ? open.get(id) : undefined;
    if (request?.initialize) transport.setProtocolVersion(String(result?.protocolVersion));
    if (id !== undefined && request) open.delete(id);
    request?.done();
    receive(message);
  };
  await transport.start();

  async function post(message: Message): Promise<void> {
    const { id, method } = message;
    const params = objectOf(message.params);
    const cancelled = method === 'notifications/cancelled' ? open.get(params.requestId as Id) : undefined;
    if (cancelled && isModern(metaOf(message))) return cancelled.abort.abort(); // this era cancels by closing the stream
    if (id === undefined || method === undefined) return transport.send(message as never).catch(() => {});
    const { promise: answered, resolve: done } = Promise.withResolvers<void>();
    const request = { abort: new AbortController(), initialize: method === 'initialize', done, answered };
    open.set(id, request);
    const fail = (error: object) => {
      if (!open.delete(id)) return;
      done();
      if (!request.abort.signal.aborted) receive({ jsonrpc: '2.0', id, error });
    };
    const called = method === 'tools/call' ? client.tool(String(params.name)) : undefined;
    const options = {
      requestSignal: request.abort.signal,
      onRequestStreamEnd: () => fail({ code: -32000, message: 'The server ended its answer before it was complete.' }),
      ...(called ? { headers: parameterHeaders(called, objectOf(params.arguments)) } : {}),
    };
    await transport.send(message as never, options).catch((error: unknown) => fail(errorOf(error)));
  }

  return {
    send(line) {
      for (const message of readMessages(Buffer.from(line)).messages) {
        // A notification has arrived before the next message leaves, as on one pipe; requests run side by side.
        const sent = before.then(() => post(message));
        if (message.id === undefined || message.method === undefined) before = sent;
      }
    },
    settled: async () => {
      await before;
      await Promise.all([...open.values()].map(({ answered }) => answered));
    },
    close: async () => {
      await transport.terminateSession().catch(() => {});
      await transport.close();
    },
  };
}

/** What the server said in its body, else what went wrong. */
function errorOf(error: unknown): Json {
  const { data, message } = error as Error & { data?: { text?: string } };
  const [body] = readMessages(Buffer.from(data?.text ?? '')).messages;
  const said = objectOf(body?.error);
  return typeof said.code === 'number' ? said : { code: -32000, message: message.slice(0, 500) };
}

function addressOf(address: string): URL {
  const url = URL.parse(address);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new PatchworkError('bad_argument', 'The value of --url is not an http or https address.');
}

function headersOf(lines: string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    try {
      headers.append(name ?? '', value ?? '');
    } catch {
      throw new PatchworkError('bad_argument', 'The value of --header is not like "Name: value".');
    }
  }
  return headers;
}
