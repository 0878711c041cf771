import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Probe, replay } from '../../src/surface/index.ts';
import { costServer, isolation, MODULES, ROOT, spec, tools } from './support.ts';

const server = spec({ args: ['src/server.ts'] });
const common = { server, isolation, tools, modules: MODULES };

const takesRun: Probe = { kind: 'param_present', tool: 'get_costs', parameter: 'run_id' };
const costsOfRun: Probe = {
  kind: 'result_matches',
  tool: 'get_costs',
  arguments: '{"run_id":"r-0413"}',
  expect: [{ path: '/data/total', is: 'equal', value: '192.53' }],
  held_out: { arguments: '{"run_id":"r-0414"}', expect: [{ path: '/data/total', is: 'equal', value: '7.03' }] },
};

describe('the sample and its recorded draft', () => {
  it('closes the gap: red at the base, green with the draft, changed exactly as declared', async () => {
    const recorded = JSON.parse(await readFile(join(ROOT, 'examples/cost-server.recorded.json'), 'utf8'));
    const declared = recorded.draft[0].json.declared_changes;
    const report = await replay({ ...common, ...(await costServer()), probes: [takesRun, costsOfRun], declared });
    expect(report.base.probes.map(({ state }) => state)).toEqual(['red', 'red']);
    expect(report.head.probes.map(({ state, why }) => [state, why])).toEqual([
      ['green', expect.any(String)],
      ['green', expect.any(String)],
    ]);
    expect(report.reasons).toEqual([]);
    expect(report.changes).toMatchObject([
      {
        of: 'tool',
        name: 'get_costs',
        change: 'changed',
        part: 'parameter',
        parameters: ['run_id'],
        effect: 'additive',
      },
    ]);
  });
});
