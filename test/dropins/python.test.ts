import { mkdtempSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  addsNothing,
  deliversEverything,
  keepsAtWork,
  type Program,
  saysNobodyListens,
  UNWELL,
  type Way,
} from './matrix.ts';
import { scripted } from './scripted.ts';
import { needing, run } from './toolchain.ts';
import { testVectors } from './vectors.ts';
import { interpreter, venv } from './venv.ts';

// Importing an SDK takes a second of one core, and several servers start at once.
vi.setConfig({ testTimeout: 120_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));
const dropin = join(root, 'dropins/python');
const programs = join(root, 'test/dropins/runners/python');

// What a client is called where the SDK does not know: by its user agent.
const named = { name: 'node', version: '' };
const FIRST_ERA: Way[] = [
  { mode: 'stdio', era: '1.x', session: 'minted' },
  { mode: 'sessions', era: 'legacy', session: 'mcp-session-id' },
  { mode: 'http', era: 'legacy', session: 'told', named },
];
const STDIO_MODERN: Way = { mode: 'stdio', era: 'modern', session: 'minted' };
const BOTH_ERAS: Way[] = [...FIRST_ERA, STDIO_MODERN, { mode: 'http', era: 'modern', session: 'told' }];

needing('python3')('the Python drop-in', () => {
  // A project as a user of the drop-in has it: the file lies beside the server.
  const project = mkdtempSync(join(tmpdir(), 'python-'));
  beforeAll(async () => {
    for (const from of [dropin, programs]) await cp(from, project, { recursive: true });
  });
  afterAll(() => rm(project, { recursive: true, force: true }));

  /** A program of the project; its interpreter is found or made before the tests of the suite. */
  function program(file: string, python: () => Promise<string>): Program {
    const started: Program = { command: '', args: [file], cwd: project };
    beforeAll(async () => {
      started.command = await python();
    }, 600_000);
    return started;
  }

  describe('behaves as all drop-ins', async () => {
    await testVectors(Object.assign(program('vector.py', interpreter), { agent: /^PatchworkMCP-Python\/2\.\d+$/ }));
  });

  describe.concurrent.each([
    { sdk: 'mcp 1.10, the first with structured results', list: 'mcp-1.10', file: 'mcp_server.py', ways: FIRST_ERA },
    { sdk: 'mcp, newest 1.x', list: 'mcp-1.30', file: 'mcp_server.py', ways: FIRST_ERA, unwell: true },
    { sdk: 'mcp, newest 2.x', list: 'mcp-2.3', file: 'mcp_server.py', ways: BOTH_ERAS, unwell: true },
    { sdk: 'fastmcp, newest 2.x', list: 'fastmcp-2.14', file: 'fastmcp_server.py', ways: FIRST_ERA },
    { sdk: 'fastmcp, newest 3.x', list: 'fastmcp-3.4', file: 'fastmcp_server.py', ways: FIRST_ERA },
    { sdk: 'fastmcp, newest 4.x', list: 'fastmcp-4.1', file: 'fastmcp_server.py', ways: BOTH_ERAS },
    {
      sdk: 'the low-level server of mcp, newest 1.x',
      list: 'mcp-1.30',
      file: 'lowlevel_server.py',
      ways: FIRST_ERA.slice(0, 1),
    },
    {
      sdk: 'the low-level server of mcp, newest 2.x',
      list: 'mcp-2.3',
      file: 'lowlevel_server.py',
      ways: [STDIO_MODERN],
    },
  ])('on $sdk', ({ list, file, ways, unwell }) => {
    const server = program(file, () => venv(list));
    it.each(ways)('lists and delivers everything: $mode, $era client', (way) => deliversEverything(server, way));
    it('adds nothing to the other tools', () => addsNothing(server));
    if (!unwell) return;
    it.each(UNWELL)('keeps the server at work and the report safe while the endpoint is $what', ({ answers, reason }) =>
      keepsAtWork(server, answers, reason),
    );
    it('says so when nobody listens', () => saysNobodyListens(server));
  });

  it('takes the calls that its predecessors took', async () => {
    await using endpoint = await scripted(() => ({ status: 201, body: { id: 'x', status: 'recorded' } }));
    const said = await run(await interpreter(), ['names.py', endpoint.url], project);
    expect(
      endpoint.received.map(({ path, headers, body }) => [
        path,
        headers.authorization,
        body.server_name ?? body.server_slug,
      ]),
    ).toEqual([
      ['/api/feedback', 'Bearer key-of-the-call', 'my-server'],
      ['/api/v1/feedback/', 'Bearer key-of-the-call', 'my-slug'],
      ['/api/feedback', undefined, 'my-server'],
    ]);
    expect(said).toMatch(/^Recorded\. .*\nRecorded\. .*\nRecorded\. .* pass session_id: "fbk_[0-9a-f-]{36}"\.\n$/);
  });

  describe('is as its language wants it', () => {
    const tools = program('', () => venv('tools'));
    const files = ['--no-cache', '--config', join(programs, 'ruff.toml'), dropin, programs];
    const mypy = ['--strict', '--python-version', '3.10', '--cache-dir', '/dev/null', join(dropin, 'feedback_tool.py')];
    it('by ruff format', () => run(tools.command, ['-m', 'ruff', 'format', '--check', ...files], root));
    it('by ruff check', () => run(tools.command, ['-m', 'ruff', 'check', ...files], root));
    it('by mypy --strict, for the oldest Python', () => run(tools.command, ['-m', 'mypy', ...mypy], root));
  });
});
