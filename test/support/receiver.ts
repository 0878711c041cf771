import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A program on loopback that is told things: remembers what it got, and answers as it is asked to. */
export interface Receiver extends AsyncDisposable {
  url: string;
  got: Received[];
  /** How the next requests are answered. */
  answer: RequestListener;
}

export async function receive(answer: RequestListener = (_request, reply) => reply.end()): Promise<Receiver> {
  const server = createServer(async (request, reply) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    receiver.got.push({ path: request.url ?? '', headers: request.headers, body });
    receiver.answer(request, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got: [],
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
