import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { ROOT } from '../../support/process.ts';

const META = 'io.modelcontextprotocol/';

/**
 * A server on stdio as one on Streamable HTTP, for suites that speak nothing else: a process for each session, and one for all
 * modern requests that are in order: after others a server on stdio may take nothing more. What a process says besides answers goes to the request that is open, else to the session's stream.
 */
export async function bridged(command: string, args: string[]): Promise<{ url: string } & AsyncDisposable> {
  const sessions = new Map<string, ReturnType<typeof start>>();

  function start() {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'ignore'] });
    const open = new Map<unknown, http.ServerResponse>();
    let stream: http.ServerResponse | undefined;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, method } = JSON.parse(line);
      const answered = method === undefined ? open.get(id) : undefined;
      const to = answered ?? [...open.values()].at(-1) ?? stream;
      to?.write(`event: message\ndata: ${line}\n\n`);
      if (answered) {
        open.delete(id);
        answered.end();
      }
    });
    return {
      open,
      listen: (response: http.ServerResponse) => {
        stream = response;
      },
      write: (text: string) => child.stdin.write(`${text.replaceAll('\n', ' ')}\n`),
      async stop() {
        const closed = once(child, 'close');
        child.stdin.end();
        await closed;
      },
    };
  }

  function sessionOf(request: http.IncomingMessage, message: any): [string, ReturnType<typeof start>] | undefined {
    const meta = message?.params?._meta ?? {};
    const modern = meta[`${META}protocolVersion`] === '2026-07-28' && meta[`${META}clientCapabilities`] !== undefined;
    const sessionId = message?.method === 'initialize' ? undefined : request.headers['mcp-session-id'];
    const id = modern ? 'modern' : (sessionId ?? randomUUID());
    const session = sessions.get(String(id)) ?? (modern || (message && !sessionId) ? start() : undefined);
    if (session) sessions.set(String(id), session);
    return session ? [String(id), session] : undefined;
  }

  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const message = request.method === 'POST' ? JSON.parse(text) : undefined;
    const [id, session] = sessionOf(request, message) ?? [];
    if (!id || !session) return response.writeHead(404).end();
    if (request.method === 'DELETE') {
      sessions.delete(id);
      await session.stop();
      return response.writeHead(200).end();
    }
    const asks = message?.method !== undefined && message.id !== undefined;
    if (message && !asks) {
      session.write(text);
      return response.writeHead(202).end();
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      ...(id === 'modern' ? {} : { 'mcp-session-id': id }),
    });
    response.flushHeaders();
    if (!message) return session.listen(response);
    session.open.set(message.id, response);
    session.write(text);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await Promise.all([...sessions.values()].map((session) => session.stop()));
      await new Promise((done) => server.close(done));
    },
  };
}
