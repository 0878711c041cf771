// A server on @modelcontextprotocol/sdk 1.x with the drop-in, as a user would write it: `v1.ts stdio|sessions|stateless [bare]`.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import * as z from 'zod';
import { INSTRUCTIONS, registerFeedbackTool } from '../../../dropins/typescript/feedback-tool.ts';

const [mode, bare] = process.argv.slice(2);

function build(): McpServer {
  const server = new McpServer({ name: 'matrix', version: '1.3.2' }, { instructions: INSTRUCTIONS });
  const inputSchema = { text: z.string().describe('What to say.'), times: z.number().optional() };
  server.registerTool('echo', { description: 'Says it again.', inputSchema }, async ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  if (!bare) registerFeedbackTool(server, 'matrix-server');
  return server;
}

const options = { sessionIdGenerator: mode === 'sessions' ? randomUUID : undefined } as {
  sessionIdGenerator: () => string;
};
const sessions = new Map<string, StreamableHTTPServerTransport>();

if (mode === 'stdio') await build().connect(new StdioServerTransport());
else {
  const server = http.createServer(async (request, response) => {
    const known = sessions.get(String(request.headers['mcp-session-id']));
    if (known) return known.handleRequest(request, response);
    const transport = new StreamableHTTPServerTransport({
      ...options,
      onsessioninitialized: (id) => {
        sessions.set(id, transport);
      },
    });
    await build().connect(transport as Transport);
    return transport.handleRequest(request, response);
  });
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
}
