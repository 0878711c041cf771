import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

/** A real MCP client that plays the agent: it starts the server over stdio and calls its tools. */
export interface Agent extends AsyncDisposable {
  tools(): Promise<string[]>;
  /** The text of the answer. */
  call(tool: string, args: Record<string, unknown>): Promise<string>;
}

/** `dir` holds the server; `reports` is where its feedback tool sends reports. */
export async function startAgent(name: string, dir: string, reports: string): Promise<Agent> {
  const client = new Client({ name, version: '1.0.0' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(dir, 'src', 'server.ts')],
    cwd: dir,
    env: {
      PATH: process.env.PATH ?? '',
      FEEDBACK_SIDECAR_URL: reports,
      FEEDBACK_API_KEY: process.env.FEEDBACK_API_KEY ?? '',
    },
    stderr: 'ignore',
  });
  await client.connect(transport);
  return {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    async call(tool, args) {
      const result = await client.callTool({ name: tool, arguments: args });
      const parts = result.content as { type: string; text?: string }[];
      return parts.map((part) => part.text ?? '').join('\n');
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
