import { describe, expect, it } from 'vitest';
import { needing } from '../../dropins/toolchain.ts';
import { conformance } from '../../support/conformance.ts';
import { pythonWith } from '../../support/python.ts';
import { bridged } from './bridge.ts';

/** Every check of the suite's scenarios for this protocol revision and how it ended, in order. */
async function checksOf(command: string, args: string[], revision: string): Promise<string[]> {
  await using bridge = await bridged(command, args);
  // Its newest scenarios do not count as active yet.
  const which = revision === MODERN ? ['--suite', 'all'] : [];
  const patience = ['--timeout', '120000']; // a busy machine is no failure
  const checks = await conformance('alpha', bridge.url, ['--spec-version', revision, ...which, ...patience]);
  return checks.map(({ scenario, id, status }) => `${scenario} ${id} ${status}`).sort();
}

/** The scenarios that these servers offer something for must pass, and around the server everything ends as it does with it bare. */
async function expectSame(command: string, args: string[], revision: string, passing: string[]): Promise<void> {
  const wrapped = ['src/cli/main.ts', 'wrap', '--', command, ...args];
  const [bare, around] = await Promise.all([
    checksOf(command, args, revision),
    checksOf(process.execPath, wrapped, revision),
  ]);
  expect(around).toEqual(bare);
  for (const scenario of passing) {
    const checks = around.filter((check) => check.startsWith(`${scenario} `));
    expect(checks.length, scenario).toBeGreaterThan(0);
    expect(checks.filter((check) => check.endsWith('FAILURE'))).toEqual([]);
  }
}

const MODERN = '2026-07-28';
const EITHER = [
  'tools-list',
  'tools-call-simple-text',
  'tools-call-image',
  'tools-call-error',
  'tools-call-with-progress',
  'resources-list',
  'resources-read-text',
  'prompts-list',
  'prompts-get-simple',
];
const LEGACY = [...EITHER, 'server-initialize', 'ping', 'tools-call-elicitation'];
const TYPESCRIPT = ['tools-call-audio', 'resources-read-binary', 'resources-templates-read', 'prompts-get-with-args'];
const TYPESCRIPT_LEGACY = [...LEGACY, ...TYPESCRIPT, 'tools-call-with-logging', 'tools-call-sampling'];
const LIMIT = 600_000;

describe('wrapped, a server conforms exactly as it does bare', () => {
  const typescript = (version: string) => [`test/cli/servers/diagnostic-${version}.ts`];
  it('TypeScript SDK 1.x', { timeout: LIMIT }, () =>
    expectSame(process.execPath, typescript('v1'), '2025-11-25', TYPESCRIPT_LEGACY),
  );
  it('TypeScript SDK 2.x', { timeout: LIMIT }, () =>
    expectSame(process.execPath, typescript('v2'), '2025-11-25', TYPESCRIPT_LEGACY),
  );
  it('TypeScript SDK 2.x, protocol revision 2026-07-28', { timeout: LIMIT }, () =>
    expectSame(process.execPath, typescript('v2'), MODERN, [
      ...EITHER,
      ...TYPESCRIPT,
      'caching',
      'input-required-result-basic-elicitation',
    ]),
  );
  needing('python3')('in Python', () => {
    it.each([
      ['2025-11-25', LEGACY],
      [MODERN, EITHER],
    ])('mcp 2.x, protocol revision %s', { timeout: LIMIT }, async (revision, passing) =>
      expectSame(await pythonWith('mcp==2.3.0'), ['test/cli/servers/diagnostic.py'], revision, passing),
    );
  });
});
