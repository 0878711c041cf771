// What the conformance suite calls, on @modelcontextprotocol/sdk 1.x and stdio.
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as z from 'zod';
import { AUDIO, content, IMAGE, prompt } from './diagnostic.ts';

const server = new McpServer(
  { name: 'diagnostic', version: '1.0.0' },
  { capabilities: { logging: {} }, instructions: 'For the conformance suite.' },
);

const plain = (name: string, result: () => any) =>
  server.registerTool(name, { description: name }, async () => result());
plain('test_simple_text', () => content({ type: 'text', text: 'This is a simple text response for testing.' }));
plain('test_image_content', () => content({ type: 'image', data: IMAGE, mimeType: 'image/png' }));
plain('test_audio_content', () => content({ type: 'audio', data: AUDIO, mimeType: 'audio/wav' }));
plain('test_error_handling', () => ({
  ...content({ type: 'text', text: 'This tool intentionally returns an error' }),
  isError: true,
}));
server.registerTool('test_tool_with_logging', { description: 'logs' }, async (extra) => {
  for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
    await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
  }
  return content({ type: 'text', text: 'done' });
});
server.registerTool('test_tool_with_progress', { description: 'progress' }, async (extra) => {
  const progressToken = extra._meta?.progressToken ?? 0;
  for (const progress of [0, 50, 100]) {
    await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
  }
  return content({ type: 'text', text: 'done' });
});
server.registerTool(
  'test_sampling',
  { description: 'samples', inputSchema: { prompt: z.string() } },
  async ({ prompt }) => {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
    const { content: said } = await server.server.createMessage({ messages, maxTokens: 100 });
    return content({ type: 'text', text: `LLM response: ${JSON.stringify(said)}` });
  },
);
server.registerTool(
  'test_elicitation',
  { description: 'elicits', inputSchema: { message: z.string() } },
  async ({ message }) => {
    const properties = { username: { type: 'string' as const }, email: { type: 'string' as const } };
    const reply = await server.server.elicitInput({ message, requestedSchema: { type: 'object', properties } });
    return content({ type: 'text', text: `User response: ${JSON.stringify(reply)}` });
  },
);

server.registerResource('text', 'test://static-text', { mimeType: 'text/plain' }, async () => ({
  contents: [
    { uri: 'test://static-text', mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  ],
}));
server.registerResource('binary', 'test://static-binary', { mimeType: 'image/png' }, async () => ({
  contents: [{ uri: 'test://static-binary', mimeType: 'image/png', blob: IMAGE }],
}));
server.registerResource(
  'template',
  new ResourceTemplate('test://template/{id}/data', { list: undefined }),
  {},
  async (uri, { id }) => ({
    contents: [
      {
        uri: uri.href,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      },
    ],
  }),
);
server.registerPrompt('test_simple_prompt', { description: 'simple' }, async () =>
  prompt('This is a simple prompt for testing.'),
);
server.registerPrompt(
  'test_prompt_with_arguments',
  { description: 'arguments', argsSchema: { arg1: z.string(), arg2: z.string() } },
  async ({ arg1, arg2 }) => prompt(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
);

await server.connect(new StdioServerTransport());
