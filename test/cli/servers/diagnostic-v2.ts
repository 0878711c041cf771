// What the conformance suite calls, on @modelcontextprotocol/server 2.x and stdio, both eras.
import { inputRequired, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';
import { AUDIO, content, IMAGE, prompt } from './diagnostic.ts';

serveStdio(() => {
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
  server.registerTool('test_tool_with_logging', { description: 'logs' }, async (ctx) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await ctx.mcpReq.log('info', data);
    }
    return content({ type: 'text', text: 'done' });
  });
  server.registerTool('test_tool_with_progress', { description: 'progress' }, async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken ?? 0;
    for (const progress of [0, 50, 100]) {
      await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
    }
    return content({ type: 'text', text: 'done' });
  });
  const asked = z.object({ prompt: z.string() });
  server.registerTool('test_sampling', { description: 'samples', inputSchema: asked }, async ({ prompt }, ctx) => {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
    const { content: said } = await ctx.mcpReq.requestSampling({ messages, maxTokens: 100 });
    return content({ type: 'text', text: `LLM response: ${JSON.stringify(said)}` });
  });
  const requestedSchema = {
    type: 'object' as const,
    properties: { username: { type: 'string' as const }, email: { type: 'string' as const } },
  };
  const told = z.object({ message: z.string() });
  server.registerTool('test_elicitation', { description: 'elicits', inputSchema: told }, async ({ message }, ctx) => {
    const reply = await ctx.mcpReq.elicitInput({ message, requestedSchema });
    return content({ type: 'text', text: `User response: ${JSON.stringify(reply)}` });
  });
  server.registerTool('test_input_required_result_elicitation', { description: 'asks back' }, async (ctx) => {
    const [answer] = Object.values(ctx.mcpReq.inputResponses ?? {});
    if (answer) return content({ type: 'text', text: `Answered: ${JSON.stringify(answer)}` });
    const properties = { name: { type: 'string' as const } };
    return inputRequired({
      inputRequests: {
        user_name: inputRequired.elicit({
          message: 'What is your name?',
          requestedSchema: { type: 'object', properties, required: ['name'] },
        }),
      },
    });
  });

  server.registerResource('text', 'test://static-text', { mimeType: 'text/plain' }, async () => ({
    contents: [
      { uri: 'test://static-text', mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
    ],
  }));
  server.registerResource('binary', 'test://static-binary', { mimeType: 'image/png' }, async () => ({
    contents: [{ uri: 'test://static-binary', mimeType: 'image/png', blob: IMAGE }],
  }));
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  server.registerResource('template', template, {}, async (uri, { id }) => ({
    contents: [
      {
        uri: uri.href,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      },
    ],
  }));
  server.registerPrompt('test_simple_prompt', { description: 'simple' }, async () =>
    prompt('This is a simple prompt for testing.'),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'arguments', argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    async ({ arg1, arg2 }) => prompt(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
  );
  return server;
});
