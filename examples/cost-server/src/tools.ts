import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { byDay, type Ledger, matching, services, total } from './costs.ts';

const day = z.iso.date();

export function registerTools(server: McpServer, ledger: Ledger): void {
  server.registerTool(
    'list_services',
    { description: 'The cloud services that cost something.', annotations: { readOnlyHint: true } },
    async () => answer({ services: services(ledger) }),
  );

  server.registerTool(
    'list_runs',
    {
      description: 'The batch runs: run_id, name, first and last day.',
      inputSchema: z.object({ name: z.string().optional().describe('Only runs of this name.') }),
      annotations: { readOnlyHint: true },
    },
    async ({ name }) => answer({ runs: ledger.runs.filter((run) => name === undefined || run.name === name) }),
  );

  server.registerTool(
    'get_costs',
    {
      description: 'What was spent, one row for each day and service, and the total.',
      inputSchema: z.object({
        service: z.string().optional().describe('Only this service, one of list_services.'),
        from: day.optional().describe('First day, like 2026-05-04.'),
        to: day.optional().describe('Last day, included.'),
      }),
      annotations: { readOnlyHint: true },
    },
    async ({ service, from, to }) => {
      if (service !== undefined && !services(ledger).includes(service)) {
        return refusal(`There is no service ${service}.`);
      }
      const costs = matching(ledger, { service, from, to });
      return answer({ currency: ledger.currency, total: total(costs), rows: byDay(costs) });
    },
  );
}

function answer(value: unknown): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }] };
}

function refusal(text: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }] };
}
