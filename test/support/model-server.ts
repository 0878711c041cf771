import { createServer, type ServerResponse } from 'node:http';

/** A model behind a loopback server that speaks the chat completions format, streaming, as compatible servers do. */
export interface ModelServer {
  env: Record<string, string>;
  /** How many questions came so far. */
  asked: number;
  prompts: string[];
  close(): Promise<void>;
}

/** `answer` gives the text of an answer; while it is pending, the question waits. */
export async function startModelServer(
  answer: (prompt: string, count: number) => string | Promise<string>,
): Promise<ModelServer> {
  const open = new Set<ServerResponse>();
  const server = createServer(async (req, res) => {
    open.add(res);
    res.on('close', () => open.delete(res));
    let body = '';
    for await (const chunk of req) body += chunk;
    const { messages } = JSON.parse(body) as { messages: { content: string }[] };
    const prompt = messages.map((message) => message.content).join('\n');
    running.asked += 1;
    running.prompts.push(prompt);
    const text = await answer(prompt, running.asked);
    const chunk = (delta: object, finish_reason: string | null) =>
      `data: ${JSON.stringify({ id: 'm', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.end(`${chunk({ role: 'assistant', content: text }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const running: ModelServer = {
    asked: 0,
    prompts: [],
    env: {
      PATCHWORK_PROVIDER: 'compatible',
      PATCHWORK_MODEL: 'test-model',
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    },
    async close() {
      for (const res of open) res.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return running;
}
