import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { detectIsolation, findTools, openReplay, type Probe, type ServerSpec } from '../../src/surface/index.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const MODULES = join(ROOT, 'node_modules');

export const tools = findTools(process.env);
export const isolation = await detectIsolation(tools);

/** A folder that is gone after the test. */
export async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'patchwork-test-surface-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A repository's files. */
export async function repository(files: Record<string, string>): Promise<string> {
  const dir = await folder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

export function spec(server: Partial<ServerSpec> = {}): ServerSpec {
  return { command: 'node', args: ['server.mjs'], env: {}, ...server };
}

/** Examines one commit by itself. */
export async function examine(dir: string, probes: Probe[] = [], server: Partial<ServerSpec> = {}) {
  await using replay = await openReplay({ server: spec(server), isolation, tools, modules: MODULES });
  return replay.examine({ dir, probes });
}

/** The sample, as it is and with its recorded draft applied. */
export async function costServer(): Promise<{ base: string; head: string }> {
  const [base, head] = [await folder(), await folder()];
  for (const dir of [base, head]) await cp(join(ROOT, 'examples/cost-server'), dir, { recursive: true });
  const recorded = JSON.parse(await readFile(join(ROOT, 'examples/cost-server.recorded.json'), 'utf8'));
  for (const { path, search, replace } of recorded.draft[0].json.edits) {
    const file = join(head, path);
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(search, () => replace),
    );
  }
  return { base, head };
}

/** A small server on version 2 of the TypeScript SDK; `tools` is the code that registers them on `server`, with `z` at hand. */
export function serverV2(tools: string): Record<string, string> {
  return {
    'server.mjs': `import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';
serveStdio(() => {
  const server = new McpServer({ name: 'under-test', version: '1.0.0' });
  ${tools}
  return server;
});
`,
  };
}

/** The same on version 1. */
export function serverV1(tools: string): Record<string, string> {
  return {
    'server.mjs': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as z from 'zod';
const server = new McpServer({ name: 'under-test', version: '1.0.0' });
${tools}
await server.connect(new StdioServerTransport());
`,
  };
}
