import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the scripted server does with one request; dropins/vectors/README.md, "A vector". */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  text?: string;
  delay_ms?: number;
  stall?: boolean;
  drop?: boolean;
  flood?: boolean;
}

export interface Received {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** Milliseconds since the answer before it, or since the server started. */
  after: number;
}

export interface Scripted extends AsyncDisposable {
  url: string;
  received: Received[];
  connections: () => number;
}

/** A feedback endpoint on loopback that answers as told; what is not told is answered with 599. */
export async function scripted(answer: (index: number, url: string) => Answer | undefined): Promise<Scripted> {
  const received: Received[] = [];
  let connections = 0;
  let last = performance.now();
  let url = '';
  const server = http.createServer(async (request, response) => {
    const after = performance.now() - last;
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const { method = '', url: path = '', headers } = request;
    const index = received.push({ method, path, headers, body: readBody(text), after }) - 1;
    const told = answer(index, url) ?? { status: 599 };
    if (told.delay_ms) await sleep(told.delay_ms, undefined, { ref: false });
    last = performance.now();
    if (told.drop) return request.socket.destroy();
    response.writeHead(told.status ?? 201, { 'content-type': 'application/json', ...told.headers });
    if (told.stall) return response.write('{"id":');
    if (told.flood) {
      const line = ' '.repeat(16_384);
      const more = () => {
        while (!response.destroyed && response.write(line));
      };
      response.on('drain', more);
      return more();
    }
    return response.end(told.text ?? (told.body === undefined ? '' : JSON.stringify(told.body)));
  });
  server.on('connection', () => {
    connections += 1;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { url, received, connections: () => connections, [Symbol.asyncDispose]: close };
}

/** An address on loopback where nobody listens. */
export async function deadAddress(): Promise<string> {
  const server = http.createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}`;
}

function readBody(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return { not_json: text };
  }
}
