import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startAgent } from '../../src/cli/demo/agent.ts';
import { checkout } from '../../src/cli/demo/checkout.ts';
import { freePort, ROOT, spawnServe } from '../support/process.ts';

const run = promisify(execFile);

describe('the demo', () => {
  it('goes the whole way, ends with one line of JSON, and can be looked at afterwards', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'patchwork-demo-test-'));
    const port = await freePort();
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), PATCHWORK_DATA: dataDir };
    const { stdout, stderr } = await run(process.execPath, ['src/cli/main.ts', 'demo', '--exit', '--json'], {
      cwd: ROOT,
      env,
    });
    const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);
    expect(result).toMatchObject({ reports: 2, issues: 1, outcome: 'verified', ms: expect.any(Number) });
    expect(stderr).toContain('recorded answer');
    for (const url of [result.issue_url, result.pull_url]) expect(stderr).toContain(url);

    const server = await spawnServe(port, { PATCHWORK_DATA: dataDir });
    const pull = (await (
      await fetch(result.pull_url.replace('/owner/', '/api/v3/repos/owner/').replace('/pull/', '/pulls/'), {
        headers: { authorization: 'token owner' },
      })
    ).json()) as any;
    expect(pull).toMatchObject({ draft: true, state: 'open' });
    expect(pull.changed_files).toBeGreaterThan(1);
    expect((await fetch(result.issue_url)).status).toBe(200);

    await using head = await checkout(join(dataDir, 'github', 'repos', 'owner', 'cost-server.git'), pull.head.ref);
    await using agent = await startAgent('a-test', head.dir, server.url);
    const all = JSON.parse(await agent.call('get_costs', {}));
    const one = JSON.parse(await agent.call('get_costs', { run_id: 'r-0413' }));
    expect(one.total).toBeGreaterThan(0);
    expect(one.total).toBeLessThan(all.total);
    await server.kill();
    await rm(dataDir, { recursive: true, force: true });
  }, 120_000);
});
