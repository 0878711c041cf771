// A server on stdio whose feedback tool has one fault: `faulty.ts <fault>`.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as z from 'zod';
import { INSTRUCTIONS, registerFeedbackTool, TOOL_DESCRIPTION } from '../../../dropins/typescript/feedback-tool.ts';

const fault = process.argv[2];
const server = new McpServer(
  { name: 'faulty', version: '1.3.2' },
  fault === 'silent' ? {} : { instructions: INSTRUCTIONS },
);
server.registerTool('echo', { inputSchema: { text: z.string() } }, async ({ text }) => ({
  content: [{ type: 'text', text }],
}));

if (fault === 'naive') {
  // What one writes in five minutes: sends what it got, follows redirects, never tries again, always says thank you.
  const inputSchema = { what_i_needed: z.string(), what_i_tried: z.string(), gap_type: z.string() };
  server.registerTool('feedback', { description: TOOL_DESCRIPTION, inputSchema }, async (args) => {
    const { FEEDBACK_SIDECAR_URL: url, FEEDBACK_API_KEY: key } = process.env;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const body = JSON.stringify({ server_name: 'faulty', ...args });
    await fetch(`${url}/api/feedback`, { method: 'POST', headers, body }).catch(() => {});
    return { content: [{ type: 'text', text: 'Thank you!' }] };
  });
} else registerFeedbackTool(server);

if (fault === 'noisy') console.log('server started');
if (fault === 'talkative') console.error(`using key ${process.env.FEEDBACK_API_KEY}`);
if (fault === 'immortal') setInterval(() => {}, 1000);
if (fault === 'blocking') {
  const handlers: Map<string, any> = (server.server as any)._requestHandlers;
  const handle = handlers.get('tools/call');
  handlers.set('tools/call', async (request: any, extra: any) => {
    const result = handle(request, extra);
    await new Promise((resolve) => setTimeout(resolve, 100));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
    return result;
  });
}
await server.connect(new StdioServerTransport());
