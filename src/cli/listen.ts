import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Environment } from '../config/index.ts';
import { PatchworkError } from '../report/index.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** Without a key, and always for the local forge (whose people's names are their tokens), only this machine may connect. */
export function hostOf(environment: Environment): { host: string; loopbackOnly: boolean } {
  const loopbackOnly = environment.github.mode === 'local' || environment.apiKeys.length === 0;
  const host = environment.host ?? (loopbackOnly ? '127.0.0.1' : '0.0.0.0');
  if (loopbackOnly && !LOOPBACK.includes(host)) {
    throw new PatchworkError('not_loopback', 'Without a key, and in local mode, HOST has to be a loopback address.', {
      next: 'Connect to GitHub and set FEEDBACK_API_KEY to serve other machines.',
    });
  }
  return { host, loopbackOnly };
}

export interface Listening {
  url: string;
  stop(): Promise<void>;
}

/** How long open answers (a stalled client, a stream) may hold up the end. */
const STOP_MS = 2000;

/** Opens the port; `answer` may change what it does later. Throws `port_in_use`. */
export async function listen(
  host: string,
  port: number,
  answer: (request: Request) => Promise<Response>,
): Promise<Listening> {
  const server = createServer(getRequestListener(answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new PatchworkError('port_in_use', `Port ${port} is taken.`, { next: 'Choose another one with PORT.' }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const shown = host === '127.0.0.1' || host === '0.0.0.0' ? 'localhost' : host === '::1' ? '[::1]' : host;
  return {
    url: `http://${shown}:${typeof address === 'object' && address ? address.port : port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const impatient = setTimeout(() => server.closeAllConnections(), STOP_MS);
      await closed;
      clearTimeout(impatient);
    },
  };
}
