import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { readLedger } from './costs.ts';
import { INSTRUCTIONS, registerFeedbackTool } from './feedback-tool.ts';
import { registerTools } from './tools.ts';

const ledger = await readLedger(new URL('../data/costs.json', import.meta.url));

serveStdio(() => {
  const server = new McpServer({ name: 'cost-server', version: '1.2.0' }, { instructions: INSTRUCTIONS });
  registerTools(server, ledger);
  registerFeedbackTool(server, 'cost-server');
  return server;
});
