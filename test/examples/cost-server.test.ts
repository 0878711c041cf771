import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRepositoryConfig } from '../../src/config/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'examples/cost-server');
const recorded = JSON.parse(await readFile(join(root, 'examples/cost-server.recorded.json'), 'utf8'));
const demo = JSON.parse(await readFile(join(root, 'examples/cost-server.demo.json'), 'utf8'));

interface Edit {
  kind: 'replace' | 'write' | 'delete';
  path: string;
  search: string;
  replace: string;
}
const draft: { edits: Edit[]; notes_honoured: { note: string }[] } = recorded.draft[0].json;

async function connect(folder: string): Promise<Client> {
  const client = new Client({ name: 'example-test', version: '1' });
  const env = { FEEDBACK_SIDECAR_URL: 'http://127.0.0.1:9' };
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: ['src/server.ts'], cwd: folder, env }),
  );
  return client;
}

async function ask(client: Client, call: { tool: string; arguments: Record<string, unknown> }) {
  const result = await client.callTool({ name: call.tool, arguments: call.arguments });
  const [content] = result.content as { text: string }[];
  return { isError: result.isError === true, text: content?.text ?? '' };
}

describe('the sample repository', () => {
  it('carries the drop-in as it is', async () => {
    expect(await readFile(join(example, 'src/feedback-tool.ts'), 'utf8')).toBe(
      await readFile(join(root, 'dropins/typescript/feedback-tool.ts'), 'utf8'),
    );
  });

  it('says how it is run', async () => {
    const { config, problem } = readRepositoryConfig(await readFile(join(example, '.github/patchwork.yml'), 'utf8'));
    expect(problem).toBeUndefined();
    expect(config.server).toMatchObject({ command: 'node', args: ['src/server.ts'] });
  });

  it('passes its own tests', async () => {
    await promisify(execFile)(process.execPath, ['--test'], { cwd: example });
  });

  it('has the gap that the demo reports: a run is named, its costs cannot be asked for', async () => {
    const client = await connect(example);
    try {
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).toEqual(['list_services', 'list_runs', 'get_costs', 'feedback']);
      const days = await ask(client, demo.call);
      expect(days.isError).toBe(false);
      const run = await ask(client, demo.probe_call);
      // The unknown parameter is dropped: the answer is that of all runs.
      expect(run.text).toBe((await ask(client, { tool: 'get_costs', arguments: {} })).text);
    } finally {
      await client.close();
    }
  });
});

describe('the recorded draft', () => {
  let folder = '';
  beforeAll(async () => {
    await mkdir(join(root, '.patchwork'), { recursive: true });
    folder = await mkdtemp(join(root, '.patchwork/example-'));
    await cp(example, folder, { recursive: true });
    for (const edit of draft.edits) {
      expect(edit.kind).toBe('replace');
      const file = join(folder, edit.path);
      const parts = (await readFile(file, 'utf8')).split(edit.search);
      expect(parts.length, `the search in ${edit.path} is unique`).toBe(2);
      await writeFile(file, parts.join(edit.replace));
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('changes the data layer, the tool, its test and the README, and passes the tests', async () => {
    expect([...new Set(draft.edits.map((edit) => edit.path))].sort()).toEqual([
      'README.md',
      'src/costs.ts',
      'src/tools.ts',
      'test/costs.test.ts',
    ]);
    await promisify(execFile)(process.execPath, ['--test'], { cwd: folder });
  });

  it('closes the gap for a real client and leaves what the note protects', async () => {
    expect(draft.notes_honoured.map(({ note }) => note)).toEqual([demo.note]);
    const [before, after] = await Promise.all([connect(example), connect(folder)]);
    try {
      expect(await ask(after, demo.call)).toEqual(await ask(before, demo.call));
      const ledger = JSON.parse(await readFile(join(example, 'data/costs.json'), 'utf8'));
      const wanted = ledger.costs.filter(
        (cost: { run_id: string }) => cost.run_id === demo.probe_call.arguments.run_id,
      );
      const { text } = await ask(after, demo.probe_call);
      const sum = wanted.reduce((cents: number, cost: { usd: number }) => cents + Math.round(cost.usd * 100), 0);
      expect(wanted.length).toBeGreaterThan(3);
      expect(JSON.parse(text).total).toBe(sum / 100);
      expect(await ask(after, { tool: 'get_costs', arguments: { run_id: 'r-9999' } })).toEqual({
        isError: true,
        text: 'There is no run r-9999.',
      });
    } finally {
      await Promise.all([before.close(), after.close()]);
    }
  });
});
