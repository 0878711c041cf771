// A server on @modelcontextprotocol/server 2.x with the drop-in, as a user would write it: `v2.ts stdio|sessions|http [bare]`.
import { randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { createMcpHandler, McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';
import { INSTRUCTIONS, registerFeedbackTool } from '../../../dropins/typescript/feedback-tool.ts';

const [mode, bare] = process.argv.slice(2);

function build(): McpServer {
  const server = new McpServer({ name: 'matrix', version: '1.3.2' }, { instructions: INSTRUCTIONS });
  const inputSchema = z.object({ text: z.string().describe('What to say.'), times: z.number().optional() });
  server.registerTool('echo', { description: 'Says it again.', inputSchema }, async ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  if (!bare) registerFeedbackTool(server, 'matrix-server');
  return server;
}

const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
async function withSessions(request: Request): Promise<Response> {
  const known = sessions.get(request.headers.get('mcp-session-id') ?? '');
  if (known) return known.handleRequest(request);
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => {
      sessions.set(id, transport);
    },
  });
  await build().connect(transport);
  return transport.handleRequest(request);
}

if (mode === 'stdio') serveStdio(build);
else {
  const handler = createMcpHandler(build);
  const fetch = mode === 'sessions' ? withSessions : (request: Request) => handler.fetch(request);
  serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(port));
}
