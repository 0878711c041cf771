import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Check, conformance } from '../support/conformance.ts';
import { type Product, startProduct } from '../support/product.ts';

const LIMIT = 600_000;
/** What the suite says when its own diagnostic tools, prompts and resources are not there. */
const NOT_OFFERED =
  /Method not found|Unknown tool|Prompt test_\w+ not found|Not testable|not found\. Available tools|Prerequisite failed|Expected InputRequiredResult/;
const EITHER = ['tools-list', 'prompts-list', 'dns-rebinding-protection'];

/** The scenarios that concern us must pass whole, and the rest may only miss what we do not offer. */
function expectPassed(checks: Check[], scenarios: string[]): void {
  for (const scenario of scenarios) {
    const own = checks.filter((check) => check.scenario === scenario);
    expect(own.length, scenario).toBeGreaterThan(0);
    expect(own.filter(({ status }) => status !== 'SUCCESS')).toEqual([]);
  }
  expect(checks.filter(({ status, message }) => status === 'FAILURE' && !NOT_OFFERED.test(message))).toEqual([]);
}

describe('the MCP endpoint conforms', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct();
  });
  afterAll(() => product.stop());

  it('to 2025-06-18, by the stable suite', { timeout: LIMIT }, async () => {
    const checks = await conformance('stable', `${product.url}/mcp`, ['--spec-version', '2025-06-18']);
    expectPassed(checks, ['server-initialize', 'ping', 'tools-list', 'prompts-list']);
  });

  it('to 2025-11-25, by the stable suite', { timeout: LIMIT }, async () => {
    const checks = await conformance('stable', `${product.url}/mcp`, ['--spec-version', '2025-11-25']);
    expectPassed(checks, ['server-initialize', 'ping', ...EITHER]);
  });

  it('to 2026-07-28, by the newest suite', { timeout: LIMIT }, async () => {
    // Its newest scenarios do not count as active yet; a busy machine is no failure.
    const how = ['--spec-version', '2026-07-28', '--suite', 'all', '--timeout', '120000'];
    const checks = await conformance('alpha', `${product.url}/mcp`, how);
    expectPassed(checks, [...EITHER, 'http-header-validation', 'input-required-result-validate-input']);
  });
});
