import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Received {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** Milliseconds since the answer before it. */
  after: number;
}

export interface Answer {
  status: number;
  body?: object | string;
  headers?: Record<string, string>;
  delayMs?: number;
}

/** Takes reports in place of a server of ours, and answers each as told. */
export interface Collector extends AsyncDisposable {
  url: string;
  /** Answers for the next requests, in order; the last one stays. What came since the last call is forgotten. */
  expect(...answers: [Answer, ...Answer[]]): void;
  received(): Received[];
}

export const RECORDED: Answer = {
  status: 201,
  body: { id: 'x', status: 'recorded', gap: 142, message: 'Recorded as gap #142.' },
};

export async function startCollector(): Promise<Collector> {
  let answers: Answer[] = [RECORDED];
  let received: Received[] = [];
  let last = performance.now();
  const server = http.createServer(async (request, response) => {
    const after = performance.now() - last;
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    const { status, body = '', headers = {}, delayMs = 0 } = answer ?? RECORDED;
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    received.push({ path: request.url ?? '', headers: request.headers, body: objectOf(text), after });
    await sleep(delayMs, undefined, { ref: false });
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    last = performance.now();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    expect(...next) {
      answers = next;
      received = [];
      last = performance.now();
    },
    received: () => received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function objectOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return { 'not JSON': text };
  }
}
