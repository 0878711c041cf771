import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Isolation, openReplay, type Probe, type ServerSpec, type Surface } from '../../src/surface/index.ts';
import { makePlace, openScratch } from '../../src/surface/place.ts';
import { type Failure, type Live, type Rung, rungsOf, startServer } from '../../src/surface/start.ts';
import { readSurface } from '../../src/surface/surface.ts';
import { isolation, MODULES, ROOT, spec, tools } from './machine.ts';

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

/** Examines one commit by itself. */
export async function examine(dir: string, probes: Probe[] = [], server: Partial<ServerSpec> = {}) {
  await using replay = await openReplay({ server: spec(server), isolation, tools, modules: MODULES });
  return await replay.examine({ dir, probes });
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

/** A small server on version 2 of the TypeScript SDK; `tools` is the code that registers them on `server`, with `z` at hand, `before` comes first. */
export function serverV2(tools: string, before = ''): Record<string, string> {
  return {
    'server.mjs': `${before}
import { McpServer } from '@modelcontextprotocol/server';
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

/** A running server, to be asked directly. */
export async function running(
  dir: string,
  server: Partial<ServerSpec> = {},
  inside: Isolation = isolation,
  listing?: number,
): Promise<(Live & { surface: Surface }) | Failure> {
  const scratch = await openScratch();
  onTestFinished(() => scratch[Symbol.asyncDispose]());
  const place = await makePlace(scratch, 'only', inside, { dir, modules: MODULES });
  const rung = rungsOf(spec(server)).at(-1) as Rung;
  const live = await startServer({ isolation: inside, tools }, place, spec(server), rung);
  if ('failed' in live) return live;
  onTestFinished(() => live[Symbol.asyncDispose]());
  return Object.assign(live, { surface: await readSurface(live, listing) });
}

/** What a server gets hold of: the JSON that `code` returns inside it, or the code of the error it ran into. */
export async function spy(
  code: string,
  inside: Isolation = isolation,
  server: Partial<ServerSpec> = {},
): Promise<unknown> {
  const dir = await repository(
    serverV2(`server.registerTool('spy', { description: 'd' }, async () => {
      const fail = (error) => ({ failed: error.code ?? error.cause?.code ?? String(error) });
      const said = await (async () => { ${code} })().catch(fail);
      return { content: [{ type: 'text', text: JSON.stringify(said ?? null) }] };
    });`),
  );
  const live = await running(dir, server, inside);
  if ('failed' in live) throw new Error(`${live.failed}: ${live.why} ${live.tail}`);
  const result = await live.client.callTool({ name: 'spy' });
  await live[Symbol.asyncDispose]();
  return JSON.parse((result.content as { text: string }[])[0]?.text ?? 'null');
}

export { isolation, MODULES, ROOT, spec, tools } from './machine.ts';
