/** Faults on demand, around a GitHub: bad answers to requests, and webhooks that do not come as they were sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';

type Handler = (request: Request) => Promise<Response>;

export type Trouble =
  /** An answer that a proxy in front of GitHub gives. */
  | { kind: 'status'; status: number }
  /** The secondary rate limit: 403 with `retry-after`. */
  | { kind: 'wait'; seconds: number }
  /** The connection breaks off, before GitHub has done what was asked or after. */
  | { kind: 'reset'; done: boolean }
  /** Nothing comes until the server is closed. */
  | { kind: 'stall' };

const refusal = (status: number, message: string, headers: Record<string, string> = {}) =>
  Response.json(
    { message, documentation_url: 'http://localhost/rest', status: String(status) },
    { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } },
  );

/** A server that gets into trouble when told to; everything else it leaves to `handler`. */
export async function troubledServer(handler: Handler) {
  const planned: { applies: (request: Request) => boolean; trouble: Trouble }[] = [];

  async function answer(request: Request, socket: IncomingMessage['socket']): Promise<Response> {
    const at = planned.findIndex(({ applies }) => applies(request));
    const [plan] = at < 0 ? [] : planned.splice(at, 1);
    const trouble = plan?.trouble;
    switch (trouble?.kind) {
      case undefined:
        return handler(request);
      case 'status':
        return refusal(trouble.status, 'Unicorn!');
      case 'wait':
        return refusal(403, 'You have exceeded a secondary rate limit.', { 'retry-after': String(trouble.seconds) });
      case 'reset':
        if (trouble.done) await handler(request);
        socket.resetAndDestroy();
        return new Response();
      case 'stall':
        return new Promise(() => {});
    }
  }

  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    getRequestListener((request) => answer(request, incoming.socket))(incoming, outgoing);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The next requests that `applies` to meet these troubles, one each. */
    plan(applies: (request: Request) => boolean, ...troubles: Trouble[]) {
      planned.push(...troubles.map((trouble) => ({ applies, trouble })));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

export type Mishap =
  /** GitHub cannot reach the receiver. */
  | 'lose'
  /** It arrives later than it was sent. */
  | 'delay'
  /** It arrives twice, with the same id. */
  | 'duplicate'
  /** It arrives after the next one. */
  | 'reorder';

const DELAY_MS = 200;
/** How long one waits to be overtaken. */
const LONGEST_MS = 5000;

/** What a GitHub delivers webhooks with; `mishap` says what becomes of each, by its headers. */
export function mishapFetch(upstream: typeof fetch, mishap: (headers: Headers) => Mishap | undefined): typeof fetch {
  let overtaken: (() => void) | undefined;
  return async (input, init) => {
    const what = mishap(new Headers(init?.headers));
    if (what === 'lose') throw new TypeError('fetch failed');
    if (what === 'delay') await sleep(DELAY_MS);
    if (what === 'duplicate') await upstream(input, init);
    if (what === 'reorder') {
      const next = new Promise<void>((resolve) => {
        overtaken = resolve;
      });
      await Promise.race([next, sleep(LONGEST_MS)]);
    }
    const answer = await upstream(input, init);
    overtaken?.();
    return answer;
  };
}
