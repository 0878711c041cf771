import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { expect } from 'vitest';
import { shortHash } from './match.ts';
import { type Answer, deadAddress, type Scripted, scripted } from './scripted.ts';

const tool = JSON.parse(await readFile(new URL('../../dropins/vectors/tool.json', import.meta.url), 'utf8'));

const CLIENT = { name: 'matrix-client', version: '4.5.6' };
/** The newest client of SDK 1.x, and that of 2.x in each protocol era. */
export type Era = '1.x' | 'legacy' | 'modern';

/**
 * A server `matrix` 1.3.2 with the tool `echo(text, times?)` and the drop-in registered as `matrix-server`. Its last arguments are
 * the way of serving and, for one without the drop-in, `bare`. Over HTTP it prints its port as its first line.
 */
export interface Program {
  command: string;
  args: string[];
  cwd: string;
}
type Where = Program & { url?: URL; env: Record<string, string> };

interface Listed {
  name: string;
  inputSchema: { properties?: Record<string, unknown>; required?: string[] };
  [key: string]: unknown;
}
interface Result {
  content: { type: string; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
}
interface Connection extends AsyncDisposable {
  tools(): Promise<Listed[]>;
  call(name: string, args: Record<string, unknown>, meta?: Record<string, unknown>): Promise<Result>;
  instructions(): string | undefined;
  /** What came on stdout that was not the protocol. */
  errors: Error[];
}

async function connect(era: Era, where: Where): Promise<Connection> {
  const { url, ...stdio } = where;
  const errors: Error[] = [];
  const negotiation = { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } } as const;
  const client = era === '1.x' ? new Client(CLIENT) : new ModernClient(CLIENT, negotiation);
  client.onerror = (error) => errors.push(error);
  if (client instanceof Client) {
    const transport = url ? new StreamableHTTPClientTransport(url) : new StdioClientTransport(stdio);
    await client.connect(transport as Transport);
  } else await client.connect(url ? new ModernHttp(url) : new ModernStdio(stdio));
  return {
    tools: async () => (await client.listTools()).tools as unknown as Listed[],
    call: async (name, args, meta) =>
      (await client.callTool({ name, arguments: args, ...(meta ? { _meta: meta } : {}) })) as unknown as Result,
    instructions: () => client.getInstructions(),
    errors,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Over stdio the client starts the server. */
async function served(program: Program, args: string[], env: Record<string, string>) {
  const where = { ...program, args: [...program.args, ...args], env: { PATH: process.env.PATH ?? '', ...env } };
  if (args[0] === 'stdio') return { ...where, log: () => '', [Symbol.asyncDispose]: async () => {} };
  const child = spawn(where.command, where.args, { cwd: where.cwd, env: where.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const [line] = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data'),
    once(child, 'close').then(() => {
      throw new Error(`the server ended: ${stderr}`);
    }),
  ]);
  const stop = async () => {
    const closed = once(child, 'close');
    child.kill();
    await closed;
  };
  const url = new URL(`http://127.0.0.1:${Number(line)}/mcp`);
  return { ...where, url, log: () => stderr, [Symbol.asyncDispose]: stop };
}

const full = {
  what_i_needed: 'no way to filter get_costs by run_id',
  what_i_tried: 'get_costs: 412 rows, no filter',
  gap_type: 'missing_parameter',
  suggestion: 'optional run_id on get_costs',
  user_goal: 'compare the costs of two runs',
  resolution: 'blocked',
  tools_available: ['made_up'],
  agent_model: 'some-model-5',
  client_type: 'made up',
};
const delivered: Answer = {
  status: 201,
  body: { id: 'x', status: 'recorded', gap: 142, message: 'Recorded as gap #142.' },
};

/** One way of serving: where the session comes from (`told`: the reply tells one), and who the client seems to be if not itself. */
export interface Way {
  mode: string;
  era: Era;
  session: string;
  named?: { name: string; version: string };
}

/** The tool as listed, a full report, an odd one and an empty one; what was received and what was replied. */
export async function deliversEverything(program: Program, { mode, era, session, named }: Way): Promise<void> {
  await using endpoint = await scripted(() => delivered);
  const env = { FEEDBACK_SIDECAR_URL: endpoint.url, FEEDBACK_API_KEY: 'matrix-key-1' };
  await using server = await served(program, [mode], env);
  await using client = await connect(era, server);

  const tools = await client.tools();
  expect(tools.map(({ name }) => name)).toEqual(['echo', 'feedback']);
  expectTool(tools[1]);
  if (mode === 'stdio') expect(client.instructions()).toBe(tool.instructions);

  const first = await client.call('feedback', full);
  expect(first.isError ?? false).toBe(false);
  const [request] = endpoint.received;
  expect(request?.body).toEqual({
    server_name: 'matrix-server',
    ...full,
    tools_available: ['echo'],
    client_type: named?.name ?? CLIENT.name,
    client_version: named?.version ?? CLIENT.version,
    server_version: '1.3.2',
    surface_hash: shortHash('echo(text,times)'),
    report_id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
    session_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    session_source: session === 'told' ? 'minted' : session,
  });
  expect(request?.path).toBe('/api/feedback');
  expect(request?.headers.authorization).toBe('Bearer matrix-key-1');
  const told = first.structuredContent?.session_id;
  const again = ` To report again in this conversation, pass session_id: "${told}".`;
  const text = `Recorded as gap #142.${session === 'told' ? again : ''}`;
  expect(first.content).toEqual([{ type: 'text', text }]);
  expect(first.structuredContent).toEqual({
    status: 'recorded',
    message: text,
    gap: 142,
    report_id: request?.body.report_id,
    ...(session === 'told' ? { session_id: expect.stringMatching(/^fbk_/) } : {}),
  });

  // A host's own session goes before all others; wrong types and words lose nothing.
  const odd = {
    what_i_needed: 42,
    what_i_tried: { a: 1 },
    gap_type: 'weird',
    resolution: 7,
    tools_available: 'a,b',
    same_as: 'x',
  };
  await client.call('feedback', odd, { 'vscode.conversationId': 'conv-1' });
  expect(endpoint.received[1]?.body).toMatchObject({
    what_i_needed: '42',
    what_i_tried: '{"a":1}',
    gap_type: 'other',
    resolution: '',
    session_id: shortHash('conv-1'),
    session_source: 'vscode.conversationId',
  });
  const empty = await client.call('feedback', { what_i_tried: 'x', gap_type: 'other' });
  expect(empty.isError).toBe(true);
  expect(empty.content[0]?.text).toContain('what_i_needed');
  expect(endpoint.received.length).toBe(2);
  expect(client.errors).toEqual([]);
  expect(server.log()).toBe('');
}

/** What every list of tools costs in tokens, with the drop-in and without. */
export async function addsNothing(program: Program): Promise<void> {
  await using bare = await connect('1.x', await served(program, ['stdio', 'bare'], {}));
  await using equipped = await connect('1.x', await served(program, ['stdio'], {}));
  expect((await equipped.tools()).slice(0, 1)).toEqual(await bare.tools());
}

/** Endpoints that are not well, and the reason that the agent and the log are told. */
export const UNWELL: { what: string; answers: Answer[]; reason: string }[] = [
  { what: 'slow', answers: [{ delay_ms: 8000 }], reason: 'timeout' },
  { what: 'flapping', answers: [{ drop: true }, { status: 503 }, { drop: true }], reason: 'unreachable' },
  { what: 'failing', answers: [{ status: 500 }, { status: 500 }, { status: 500 }], reason: 'status_500' },
  {
    what: 'asking for patience',
    answers: [{ status: 429, headers: { 'retry-after': '3600' } }],
    reason: 'status_429',
  },
  { what: 'answering garbage', answers: [{ status: 201, text: '\u0000<garbage>' }], reason: 'bad_answer' },
  { what: 'redirecting', answers: [{ status: 307, headers: { location: '/elsewhere' } }], reason: 'status_307' },
];

/** A report on its way to an endpoint that is not well, and how the server's other tool fares meanwhile. */
export async function keepsAtWork(program: Program, answers: Answer[], reason: string): Promise<void> {
  await using endpoint = await scripted((index) => answers[index]);
  const lines: string[] = [];
  const { report, extra } = await busy(program, endpoint, lines);
  expect(report.isError ?? false).toBe(false);
  expect(report.content[0]?.text).toContain(`Not delivered (${reason})`);
  expect(lines.join('')).toContain(
    `PATCHWORKMCP_UNSENT_FEEDBACK reason=${reason} payload={"server_name":"matrix-server"`,
  );
  expect(lines.join('')).not.toContain('matrix-key-1');
  expect(extra).toBeLessThan(10);
}

export async function saysNobodyListens(program: Program): Promise<void> {
  const lines: string[] = [];
  const { report } = await busy(program, { url: await deadAddress() }, lines);
  expect(report.content[0]?.text).toContain('Not delivered (unreachable)');
  expect(lines.join('')).toContain('PATCHWORKMCP_UNSENT_FEEDBACK reason=unreachable');
}

/** One report on its way while another tool is called again and again; `extra` is what its median call takes longer, in ms. */
async function busy(program: Program, endpoint: Pick<Scripted, 'url'>, lines: string[]) {
  const env = { FEEDBACK_SIDECAR_URL: endpoint.url, FEEDBACK_API_KEY: 'matrix-key-1' };
  const client = new Client(CLIENT);
  const where = await served(program, ['stdio'], env);
  const transport = new StdioClientTransport({ ...where, stderr: 'pipe' });
  transport.stderr?.on('data', (chunk) => lines.push(String(chunk)));
  await client.connect(transport);
  try {
    const echo = async () => {
      const started = performance.now();
      await client.callTool({ name: 'echo', arguments: { text: 'hi' } });
      return performance.now() - started;
    };
    const before: number[] = [];
    while (before.length < 50) before.push(await echo());
    const during: number[] = [];
    const sending = client.callTool({ name: 'feedback', arguments: full });
    while (during.length < 50) during.push(await echo());
    return { report: (await sending) as unknown as Result, extra: median(during) - median(before) };
  } finally {
    await client.close();
  }
}

const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

function expectTool(listed: Listed | undefined): void {
  expect(listed).toMatchObject({ name: tool.name, description: tool.description, annotations: tool.annotations });
  // SDK 1.12 and mcp 1.10 do not know `_meta` on tools; fastmcp puts tags of its own into it.
  if (listed?._meta !== undefined) expect(listed._meta).toMatchObject(tool._meta);
  const properties = Object.fromEntries(
    Object.entries(listed?.inputSchema.properties ?? {}).map(([name, property]) => {
      const { minimum: _least, maximum: _most, ...plain } = property as Record<string, unknown>;
      return [name, plain];
    }),
  );
  expect(properties).toEqual(tool.inputSchema.properties);
  expect(listed?.inputSchema.required).toEqual(tool.inputSchema.required);
}
