import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider on loopback: every request is kept, and answered by the next of `answers`, the last one again and again. */
export interface LoopbackProvider {
  origin: string;
  requests: { path: string; headers: http.IncomingHttpHeaders; body: Record<string, unknown> }[];
  answers: ((response: http.ServerResponse) => void)[];
  close(): Promise<void>;
}

export async function startProvider(): Promise<LoopbackProvider> {
  const requests: LoopbackProvider['requests'] = [];
  const answers: LoopbackProvider['answers'] = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(body || '{}') });
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    if (answer) answer(response);
    else response.writeHead(500).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

export function stream(...events: string[]) {
  return (response: http.ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));
  };
}

/** Begins an answer, and then whatever `then` does to it. */
export function begin(events: string[], then: (response: http.ServerResponse) => void) {
  return (response: http.ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(events.join(''), () => then(response));
  };
}

export function status(code: number, body: unknown, headers: http.OutgoingHttpHeaders = {}) {
  return (response: http.ServerResponse) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}
