import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { addsNothing, deliversEverything, keepsAtWork, type Program, saysNobodyListens, UNWELL } from './matrix.ts';
import { needing, run } from './toolchain.ts';
import { testVectors } from './vectors.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dropin = join(root, 'dropins/rust');
const runners = join(root, 'test/dropins/runners/rust');
const cache = join(root, 'node_modules/.cache/dropins-rust');

needing('cargo')('the Rust drop-in', () => {
  const program = (name: string): Program => ({ command: join(cache, 'target/debug', name), args: [], cwd: cache });
  let said = '';

  // A crate as a user of the drop-in has it, always in the same place, so that only what changed is built again.
  beforeAll(async () => {
    await mirror(runners, join(cache, 'runner'));
    await mirror(dropin, join(cache, 'runner/src'));
    // Clippy as the compiler of this crate: one build for both.
    said = await run('cargo', ['build', '--locked', '-j', '2'], join(cache, 'runner'), {
      CARGO_TARGET_DIR: join(cache, 'target'),
      RUSTC_WORKSPACE_WRAPPER: 'clippy-driver',
    });
  }, 900_000);

  it('is as clippy wants it', () => {
    expect(said).not.toMatch(/^(warning|error)/m);
  });

  it('is formatted by rustfmt', async () => {
    const files = [
      join(dropin, 'feedback_tool.rs'),
      ...['server', 'vector'].map((name) => join(runners, 'src/bin', `${name}.rs`)),
    ];
    await run('rustfmt', ['--check', '--edition', '2024', ...files], root);
  });

  describe('behaves as all drop-ins', async () => {
    await testVectors({ ...program('vector'), agent: /^PatchworkMCP-Rust\/2\.\d+$/ });
  });

  // What a client is called where rmcp does not know: by its user agent.
  const named = { name: 'node', version: '' };

  describe.concurrent('on rmcp, newest', () => {
    const server = program('server');
    it.each([
      { mode: 'stdio', era: '1.x', session: 'minted' },
      { mode: 'stdio', era: 'legacy', session: 'minted' },
      { mode: 'stdio', era: 'modern', session: 'minted' },
      { mode: 'sessions', era: '1.x', session: 'mcp-session-id' },
      { mode: 'sessions', era: 'legacy', session: 'mcp-session-id' },
      { mode: 'http', era: 'legacy', session: 'told', named },
      { mode: 'http', era: 'modern', session: 'told' },
    ] as const)('lists and delivers everything: $mode, $era client', (way) => deliversEverything(server, way));
    it('adds nothing to the other tools', () => addsNothing(server));
    it.each(UNWELL)('keeps the server at work and the report safe while the endpoint is $what', ({ answers, reason }) =>
      keepsAtWork(server, answers, reason),
    );
    it('says so when nobody listens', () => saysNobodyListens(server));
  });
});

/** Writes only what is different: cargo goes by the time of a file. */
async function mirror(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const copy = join(to, source.slice(from.length));
    const content = await readFile(source);
    if (content.equals(await readFile(copy).catch(() => Buffer.alloc(0)))) continue;
    await mkdir(dirname(copy), { recursive: true });
    await writeFile(copy, content);
  }
}
