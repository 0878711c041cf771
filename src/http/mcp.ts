import {
  createMcpHandler,
  isLegacyRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { type Access, lacking } from './access.ts';
import type { BriefSource } from './briefs.ts';
import { buildMcpServer, READING_TOOLS, WRITING_TOOLS } from './mcp-server.ts';
import { type Route, route } from './route.ts';

const MOST = 1024 * 1024;
/** Messages in one request of the protocols that know batches: each may ask for every report. */
const MOST_AT_ONCE = 10;
const message = z.looseObject({ jsonrpc: z.literal('2.0') });

export interface McpOptions extends BriefSource {
  /** Whether a repository lets MCP clients write notes and ask for drafts. */
  mcpWrites(repository: string): Promise<boolean>;
}

/** The reports for coding agents, in both protocol eras, and for a bare JSON-RPC request without `initialize`. */
export function mcpRoutes(options: McpOptions): Route[] {
  return [
    route({
      method: 'post',
      path: '/mcp',
      tag: 'MCP',
      summary: 'The MCP endpoint',
      description:
        'Model Context Protocol over streamable HTTP, without sessions: 2026-07-28, the versions from 2024-11-05 on by `initialize`, ' +
        'and bare JSON-RPC requests. Its tools and prompts describe themselves. Tools that write need `gap:write`, and ' +
        '`mcp: {write: true}` in the repository’s `.github/patchwork.yml`.',
      scope: 'report:read',
      body: { schema: message, most: MOST, raw: 'application/json' },
      answer: { status: 200, what: 'A JSON-RPC answer.', schema: message },
      others: {
        202: 'A notification was taken.',
        400: 'Not a request of this protocol: a JSON-RPC error.',
        404: 'The protocol of 2026-07-28 knows no such method: a JSON-RPC error.',
        415: 'Not JSON: a JSON-RPC error.',
      },
      handle: ({ c, access }) => answer(c.req.raw, options, access),
    }),
  ];
}

async function answer(raw: Request, options: McpOptions, access: Access): Promise<Response> {
  const text = await raw.text();
  let body: { id?: unknown; method?: string; params?: { name?: string } } | null;
  try {
    body = JSON.parse(text);
  } catch {
    return rpcError(null, -32700, 'Parse error', 400);
  }
  if (Array.isArray(body) && body.length > MOST_AT_ONCE)
    return rpcError(null, -32600, 'Too many messages at once.', 400);
  const writes = await options.mcpWrites(access.repository).catch(() => false);
  const name = body?.params?.name ?? '';
  if (body?.method === 'tools/call') {
    const writing = WRITING_TOOLS.includes(name);
    if (writing && writes && !access.scopes.includes('gap:write')) throw lacking('gap:write');
    if (writing ? !writes : !READING_TOOLS.includes(name)) return rpcError(body.id, -32601, 'Unknown tool.');
  }
  // The SDK asks for both types in Accept and for a content type; plain clients send neither.
  const headers = new Headers(raw.headers);
  headers.set('accept', 'application/json, text/event-stream');
  if (!headers.get('content-type')) headers.set('content-type', 'application/json');
  const request = new Request(raw.url, { method: 'POST', headers, body: text });
  const server = () => buildMcpServer(options, access.repository, writes && access.scopes.includes('gap:write'));
  if (!(await isLegacyRequest(request, body))) {
    return createMcpHandler(server, { legacy: 'reject' }).fetch(request, { parsedBody: body });
  }
  return legacy(server(), request, body);
}

/** One request of the protocols before 2026-07-28, without a session. */
async function legacy(server: McpServer, request: Request, parsedBody: unknown): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody });
  } finally {
    queueMicrotask(() => server.close().catch(() => {}));
  }
}

function rpcError(id: unknown, code: number, message: string, status = 200): Response {
  return Response.json({ jsonrpc: '2.0', id: id ?? null, error: { code, message } }, { status });
}
