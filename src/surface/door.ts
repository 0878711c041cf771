import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import type { FetchLike } from '@modelcontextprotocol/client';
import { OUTPUT_LIMIT } from './process.ts';

/** Where an HTTP server under test is reached: a socket file that leads into its own network, or our loopback. */
export type Door = { socketPath: string } | { host: string; port: number };

/**
 * A fetch that only ever reaches the server under test, whatever address it is asked for: redirects are handed back, and what the
 * server sends is bounded as a whole.
 */
export function doorFetch(door: Door): FetchLike {
  let bytes = 0;
  return (input, init = {}) =>
    new Promise<Response>((resolve, reject) => {
      const url = new URL(input);
      const headers = Object.fromEntries(new Headers(init.headers));
      const call = request({
        ...door,
        path: url.pathname + url.search,
        method: init.method ?? 'GET',
        headers: { ...headers, host: url.host },
        signal: init.signal ?? undefined,
        agent: false,
      });
      call.once('error', reject);
      call.once('response', (answer: IncomingMessage) => {
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > OUTPUT_LIMIT) answer.destroy(new Error('the server sends too much'));
        });
        answer.pause();
        resolve(responseOf(answer));
      });
      call.end(init.body as string | undefined);
    });
}

function responseOf(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 502;
  const empty = status === 204 || status === 205 || status === 304;
  if (empty) answer.resume();
  const headers = new Headers();
  for (let at = 0; at < answer.rawHeaders.length; at += 2) {
    headers.append(answer.rawHeaders[at] as string, answer.rawHeaders[at + 1] as string);
  }
  const body = empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
  return new Response(body, { status: status < 200 ? 502 : status, headers });
}

/** Whether the server listens; the socket file appears once it does. */
export function isOpen(door: Door): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = 'socketPath' in door ? connect(door.socketPath) : connect(door.port, door.host);
    const say = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => say(true));
    socket.once('error', () => say(false));
  });
}
