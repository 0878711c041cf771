import { mkdtempSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addsNothing, deliversEverything, keepsAtWork, type Program, saysNobodyListens, UNWELL } from './matrix.ts';
import { needing, run } from './toolchain.ts';
import { testVectors } from './vectors.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dropin = join(root, 'dropins/go');
const runners = join(root, 'test/dropins/runners/go');

/** A module as a user of the drop-in has it: the shared files and those of one SDK copied into its folder `feedback`. */
function module(name: string, sdk?: string, main = name) {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  beforeAll(async () => {
    await cp(join(runners, main), folder, { recursive: true });
    await cp(join(runners, name), folder, { recursive: true });
    for (const from of [dropin, ...(sdk ? [join(dropin, sdk)] : [])]) {
      await cp(from, join(folder, 'feedback'), {
        recursive: true,
        filter: (path) => path === from || path.endsWith('.go'),
      });
    }
    // Without its paths in it the build cache knows what it built in another folder.
    await run('go', ['build', '-p', '2', '-trimpath', '-ldflags=-s -w', '-o', 'server', '.'], folder);
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const program: Program = { command: join(folder, 'server'), args: [], cwd: folder };
  return { program, vet: () => run('go', ['vet', '-p', '2', '-trimpath', './...'], folder) };
}

needing('go')('the Go drop-in', () => {
  describe('behaves as all drop-ins', async () => {
    const { program } = module('vector');
    await testVectors({ ...program, agent: /^PatchworkMCP-Go\/2\.\d+$/ });
  });

  it('is formatted by gofmt', async () => {
    expect(await run('gofmt', ['-l', dropin, runners], root)).toBe('');
  });

  // What a client is called where the SDK does not know: by its user agent.
  const named = { name: 'node', version: '' };

  describe.concurrent('on mcp-go, newest', () => {
    const { program, vet } = module('mcp-go', 'mcp-go');
    it.each([
      { mode: 'stdio', era: '1.x', session: 'minted' },
      { mode: 'stdio', era: 'legacy', session: 'minted' },
      { mode: 'stdio', era: 'modern', session: 'minted' },
      { mode: 'sessions', era: '1.x', session: 'mcp-session-id' },
      { mode: 'sessions', era: 'legacy', session: 'mcp-session-id' },
      { mode: 'http', era: 'legacy', session: 'told', named },
      { mode: 'http', era: 'modern', session: 'told' },
    ] as const)('lists and delivers everything: $mode, $era client', (way) => deliversEverything(program, way));
    it('adds nothing to the other tools', () => addsNothing(program));
    it.each(UNWELL)('keeps the server at work and the report safe while the endpoint is $what', ({ answers, reason }) =>
      keepsAtWork(program, answers, reason),
    );
    it('says so when nobody listens', () => saysNobodyListens(program));
    it('is as go vet wants it', vet);
  });

  describe.concurrent('on mcp-go 0.58, the last before 1.0, which speaks the first protocol era only', () => {
    const { program, vet } = module('mcp-go-0.58', 'mcp-go', 'mcp-go');
    it.each([
      { mode: 'stdio', era: '1.x', session: 'minted' },
      { mode: 'sessions', era: 'legacy', session: 'mcp-session-id' },
      { mode: 'http', era: 'legacy', session: 'told', named },
    ] as const)('lists and delivers everything: $mode, $era client', (way) => deliversEverything(program, way));
    it('is as go vet wants it', vet);
  });

  describe.concurrent('on the official go-sdk, newest', () => {
    const { program, vet } = module('go-sdk', 'go-sdk');
    it.each([
      { mode: 'stdio', era: '1.x', session: 'minted' },
      { mode: 'stdio', era: 'legacy', session: 'minted' },
      { mode: 'stdio', era: 'modern', session: 'minted' },
      { mode: 'sessions', era: '1.x', session: 'mcp-session-id' },
      { mode: 'sessions', era: 'legacy', session: 'mcp-session-id' },
      { mode: 'http', era: 'legacy', session: 'told', named },
      { mode: 'http', era: 'modern', session: 'told' },
    ] as const)('lists and delivers everything: $mode, $era client', (way) => deliversEverything(program, way));
    it('adds nothing to the other tools', () => addsNothing(program));
    it.each(UNWELL)('keeps the server at work and the report safe while the endpoint is $what', ({ answers, reason }) =>
      keepsAtWork(program, answers, reason),
    );
    it('says so when nobody listens', () => saysNobodyListens(program));
    it('is as go vet wants it', vet);
  });
});
