import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { sampleRepository } from '../../src/cli/repositories.ts';
import { type Product, startProduct } from '../support/product.ts';

const recorded = JSON.parse(
  await readFile(new URL('../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);
const TIME = 180_000;
const MERGES = `
level: auto-merge
auto_merge:
  paths: ['src/**', 'test/**', '*.md']
  max_lines: 1000
  approvals: 0
  wait_minutes: 0
`;

describe('a repository at level auto-merge', () => {
  let product: Product;
  afterEach(() => product.stop());

  async function verified() {
    const local = await sampleRepository();
    if (!('files' in local.source)) throw new Error('the sample is made of files');
    const config = Buffer.from(local.source.files['.github/patchwork.yml'] ?? '').toString();
    local.source.files['.github/patchwork.yml'] = Buffer.from(config + MERGES);
    product = await startProduct({ local, drafts: recorded.draft, probes: recorded.probes, replays: true });
    await product.as('owner', 'PUT', '/branches/main/protection', {
      required_status_checks: { strict: false, contexts: ['ci'] },
      enforce_admins: null,
      required_pull_request_reviews: null,
      restrictions: null,
    });
    const { id } = await product.report();
    const { gap } = await product.until(id, (item) => item.gap !== null);
    await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    const { drafts } = await product.until(id, (item) => Boolean(item.drafts.at(-1)?.outcome));
    expect(drafts.at(-1)).toMatchObject({ outcome: 'verified' });
    return { id, gap: gap as number, pull: drafts.at(-1)?.pull?.number as number };
  }
  const green = async (pull: number) => {
    const { head } = await product.as('writer', 'GET', `/pulls/${pull}`);
    await product.as('writer', 'POST', `/statuses/${head.sha}`, { state: 'success', context: 'ci' });
  };
  const recordOf = async (id: string, state: string) =>
    (await product.until(id, (item) => item.drafts.at(-1)?.merge?.state === state)).drafts.at(-1)?.merge;
  const text = async (path: string) =>
    Buffer.from((await product.as('owner', 'GET', `/contents/${path}`)).content, 'base64').toString();

  it('has a verified draft merged once the checks are green, and the default branch looked at', {
    timeout: TIME,
  }, async () => {
    const { id, gap, pull } = await verified();
    await green(pull);
    expect((await recordOf(id, 'kept'))?.says).toContain('the gap is closed, and what was closed before still is');
    await product.settled();
    const issue = await product.as('owner', 'GET', `/issues/${gap}`);
    expect([issue.state, issue.labels.map(({ name }: { name: string }) => name).includes('patchwork:shipped')]).toEqual(
      ['closed', true],
    );
  });

  it('undoes a wrong merge by itself', { timeout: TIME }, async () => {
    const { id, gap, pull } = await verified();
    // Meanwhile somebody changes the data: merged, the two are wrong together, and nothing before the merge can tell.
    const path = 'data/costs.json';
    const { sha } = await product.as('owner', 'GET', `/contents/${path}`);
    const changed = (await text(path)).replaceAll('r-0413', 'r-9999');
    const content = Buffer.from(changed).toString('base64');
    await product.as('owner', 'PUT', `/contents/${path}`, { message: 'Rename a run', content, sha });
    const before = await text('src/costs.ts');
    await green(pull);
    const undoing = await recordOf(id, 'undoing');
    expect(undoing?.says).toContain('the default branch is red since');
    expect(await text('src/costs.ts')).not.toBe(before);
    expect((await product.as('owner', 'GET', `/issues/${gap}`)).state).toBe('open');
    await green(undoing?.revert?.number as number);
    expect((await recordOf(id, 'undone'))?.says).toContain('It is undone.');
    expect(await text('src/costs.ts')).toBe(before);
    expect(await text(path)).toBe(changed);
    await product.settled();
    const { state, labels } = await product.as('owner', 'GET', `/issues/${gap}`);
    const names = labels.map(({ name }: { name: string }) => name);
    expect([state, names.includes('patchwork:shipped'), names.includes('patchwork:draft-failed')]).toEqual([
      'open',
      false,
      true,
    ]);
  });
});
