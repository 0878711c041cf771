import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { staleDrafts } from '../../../src/bot/index.ts';
import type { GivenCommand } from '../../../src/intake/index.ts';
import { isPrerelease, versionOfTag } from '../../../src/triage/index.ts';
import { openStage, type Stage } from './stage.ts';

describe('a draft that a person merges', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage('level: draft\n');
  });
  afterAll(() => stage.close());

  const merged = async () => {
    const draft = await stage.drafted();
    const { node_id: id } = await stage.as('writer', 'GET', `/pulls/${draft.pull}`);
    const query =
      'mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }';
    await stage.forge.fetch(
      new Request('http://localhost:1/graphql', {
        method: 'POST',
        headers: { authorization: 'token writer' },
        body: JSON.stringify({ query, variables: { id } }),
      }),
    );
    await stage.as('writer', 'PUT', `/pulls/${draft.pull}/merge`, {});
    return draft;
  };
  const orders = async () =>
    (await stage.outbox.waiting('reports:owner/server')).map((entry) => entry.body as GivenCommand);
  const release = (tag_name: string, more = {}) => stage.as('owner', 'POST', '/releases', { tag_name, ...more });

  it('is shipped, and named in the first release that has it: not in an earlier one, nor in a candidate', async () => {
    await release('v1.3.0');
    const draft = await merged();
    await stage.tend();
    await stage.tend();
    const shipped = async () =>
      (await draft.now()).comments.filter((text) => text.startsWith(`### Shipped with #${draft.pull}`));
    expect(await shipped()).toHaveLength(1);
    expect((await shipped())[0]).toContain('The release that has it is named here');
    await release('v1.4.0-rc.1', { prerelease: true });
    await stage.tend();
    expect(await orders()).toEqual([]);
    await release('v1.4.0');
    await release('v1.5.0');
    await stage.tend();
    await stage.tend();
    expect(await orders()).toMatchObject([
      { issue: draft.number, command: { kind: 'fixed-in', version: '1.4.0' }, actor: 'patchwork[bot]' },
    ]);
    expect(await shipped()).toHaveLength(1);
    expect((await shipped())[0]).toMatch(/In \[`v1\.4\.0`\]\(.*\/releases\/tag\/v1\.4\.0\) and later/);
    expect(stage.told.map(({ type, issue }) => [type, issue])).toEqual([['gap.shipped', draft.number]]);
  });

  it('is nothing to say of when it was closed unmerged', async () => {
    const draft = await stage.drafted();
    await stage.as('writer', 'PATCH', `/pulls/${draft.pull}`, { state: 'closed' });
    await stage.tend();
    expect((await draft.now()).comments).toHaveLength(1);
  });

  it('is named when nobody touched it for two weeks, and left open', async () => {
    const draft = await stage.drafted();
    const { repository } = stage.gaps;
    const at = (days: number) => staleDrafts(repository, new Date(Date.now() + days * 86_400_000));
    expect(await at(13)).toEqual([]);
    expect(await at(15)).toMatchObject([{ issue: draft.number, pull: draft.pull, days: 15 }]);
    expect((await stage.as('owner', 'GET', `/pulls/${draft.pull}`)).state).toBe('open');
  });
});

describe('the version in a tag', () => {
  it.each([
    ['v1.4.0', '1.4.0'],
    ['1.4', '1.4'],
    ['server@1.4.0', '1.4.0'],
    ['@scope/server@1.4.0', '1.4.0'],
    ['pkg/v1.4.0', '1.4.0'],
    ['cost-server-v1.4.0-rc.1', '1.4.0-rc.1'],
    ['release-2026-06-01', '2026-06-01'],
    ['latest', undefined],
    ['nightly-7', undefined],
  ])('%s', (tag, version) => expect(versionOfTag(tag)).toBe(version));

  it('may be a candidate', () => {
    expect(['1.4.0', '1.4.0-rc.1', '2026-06-01', '1.4.0b2'].map(isPrerelease)).toEqual([false, true, false, true]);
  });
});
