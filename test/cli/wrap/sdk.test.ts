import { readFile } from 'node:fs/promises';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { shortHash } from '../../dropins/match.ts';
import { scripted } from '../../dropins/scripted.ts';
import { needing } from '../../dropins/toolchain.ts';
import { ROOT } from '../../support/process.ts';
import { pythonWith } from '../../support/python.ts';
import { serving } from '../serving.ts';

const { instructions, ...definition } = JSON.parse(
  await readFile(new URL('../../../dropins/vectors/tool.json', import.meta.url), 'utf8'),
);
const CLIENT = { name: 'wrap-client', version: '4.5.6' };
type Era = '1.x' | 'legacy' | 'modern';

async function connect(era: Era, args: string[], env: Record<string, string> = {}) {
  const stdio = { command: process.execPath, args: ['src/cli/main.ts', 'wrap', ...args], cwd: ROOT, env };
  const negotiation = { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } } as const;
  const client = era === '1.x' ? new Client(CLIENT) : new ModernClient(CLIENT, negotiation);
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  if (client instanceof Client) await client.connect(new StdioClientTransport(stdio));
  else await client.connect(new ModernStdio(stdio));
  return { client, errors, [Symbol.asyncDispose]: () => client.close() };
}

/** Lists, calls a tool of the server and reports a gap, and looks at what arrives. */
async function expectAll(era: Era, args: string[], env: Record<string, string> = {}) {
  const body = { id: 'x', status: 'recorded', gap: 142, message: 'Recorded as gap #142.' };
  await using endpoint = await scripted(() => ({ status: 201, body }));
  const where = { FEEDBACK_SIDECAR_URL: endpoint.url, FEEDBACK_API_KEY: 'wrap-key-1' };
  await using connection = await connect(era, args, { ...where, ...env });
  const { client, errors } = connection;
  expect(client.getInstructions()).toBe(instructions);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['echo', 'feedback']);
  expect(tools[1]).toEqual(definition);
  expect(await client.callTool({ name: 'echo', arguments: { text: 'hi' } })).toMatchObject({
    content: [{ type: 'text', text: 'hi' }],
  });
  const report = { what_i_needed: 'a filter', what_i_tried: 'echo', gap_type: 'missing_parameter' };
  const reply = await client.callTool({ name: 'feedback', arguments: report });
  expect(reply).toMatchObject({
    content: [{ type: 'text', text: 'Recorded as gap #142.' }],
    structuredContent: { status: 'recorded', gap: 142 },
  });
  expect(endpoint.received.map(({ body }) => body)).toEqual([
    expect.objectContaining({
      ...report,
      server_name: 'matrix',
      server_version: '1.3.2',
      client_type: CLIENT.name,
      client_version: CLIENT.version,
      tools_available: ['echo'],
      surface_hash: shortHash('echo(text,times)'),
      session_source: 'minted',
    }),
  ]);
  expect(endpoint.received[0]?.headers.authorization).toBe('Bearer wrap-key-1');
  expect(errors).toEqual([]);
}

const stdio = (server: string) => ['--', process.execPath, `test/dropins/servers/${server}`, 'stdio', 'bare'];

describe.concurrent('wrap around a server on stdio', () => {
  it.each<[string, Era]>([
    ['v1.ts', '1.x'],
    ['v1.ts', 'legacy'],
    ['v2.ts', '1.x'],
    ['v2.ts', 'legacy'],
    ['v2.ts', 'modern'],
  ])('%s, %s client: adds the tool and the instructions and delivers reports', (server, era) =>
    expectAll(era, stdio(server)),
  );

  it('leaves a server alone that has the drop-in already', async () => {
    const equipped = ['--', process.execPath, 'test/dropins/servers/v2.ts', 'stdio'];
    await using connection = await connect('legacy', equipped);
    const { tools } = await connection.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'feedback']);
    expect(connection.client.getInstructions()).toBe(instructions);
  });

  needing('python3')('in Python', () => {
    let python = '';
    beforeAll(async () => {
      python = await pythonWith('mcp==2.3.0');
    }, 300_000);

    it.each<Era>(['1.x', 'legacy', 'modern'])('%s client: adds the tool and delivers reports', (era) =>
      expectAll(era, ['--', python, 'test/cli/servers/python-server.py']),
    );
  });
});

describe.concurrent('wrap around a server on Streamable HTTP', () => {
  it.each<[string, string, Era]>([
    ['v1.ts', 'sessions', '1.x'],
    ['v1.ts', 'stateless', 'legacy'],
    ['v2.ts', 'sessions', 'legacy'],
    ['v2.ts', 'http', '1.x'],
    ['v2.ts', 'http', 'modern'],
  ])('%s %s, %s client: adds the tool and the instructions and delivers reports', async (server, mode, era) => {
    await using remote = await serving([`test/dropins/servers/${server}`, mode, 'bare']);
    await expectAll(era, ['--url', String(remote.url)]);
    expect(remote.stderr()).toBe('');
  });
});
