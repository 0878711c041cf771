import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { MERGES, openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

/** Once more after a crash, a lost webhook, or five minutes. */
const twice = async () => {
  await stage.tend();
  await stage.tend();
};

describe('a verified draft at level auto-merge', () => {
  it('is marked ready, merged at the verified commit, and shipped, once', async () => {
    const draft = await stage.drafted();
    await stage.tend();
    expect(await draft.now()).toMatchObject({
      merged: false,
      draft: false,
      record: { state: 'waiting', readied: true },
    });
    await stage.tend();
    const { merged, record, issue, comments } = await draft.now();
    expect([merged, record?.state, issue.state]).toEqual([true, 'kept', 'closed']);
    expect(record?.says).toContain('The default branch was not looked at');
    expect(comments[0]).toContain(`**By itself.** Merged as ${record?.commit}.`);
    await twice();
    const after = await draft.now();
    expect(after.comments.map((text) => text.split('\n', 1)[0])).toEqual([
      `### Draft #${draft.pull}: verified`,
      `### Shipped with #${draft.pull}`,
    ]);
    expect(after.issue.labels.map((label: { name: string }) => label.name)).toContain('patchwork:shipped');
    expect(stage.told.map(({ type }) => type)).toEqual(['gap.shipped']);
  });

  it('waits for the required check, and for the approval of a person who may write', async () => {
    await stage.put('.github/patchwork.yml', MERGES.replace('approvals: 0', 'approvals: 1'));
    const draft = await stage.drafted({ checked: false });
    await twice();
    const says = async () => (await draft.now()).record?.says ?? '';
    expect(await says()).toContain('Required and not green yet: `ci`.');
    await stage.as('writer', 'POST', `/statuses/${draft.head}`, { state: 'success', context: 'ci' });
    await stage.as('stranger', 'POST', `/pulls/${draft.pull}/reviews`, { event: 'APPROVE' });
    await twice();
    expect(await says()).not.toContain('ci');
    expect(await says()).toContain('It has 0 of 1 approvals');
    await stage.as('writer', 'POST', `/pulls/${draft.pull}/reviews`, { event: 'APPROVE' });
    await stage.tend();
    expect(await draft.now()).toMatchObject({ merged: true, record: { state: 'kept' } });
  });

  const REFUSED: [string, (draft: Awaited<ReturnType<Stage['drafted']>>) => Promise<unknown>, string][] = [
    [
      'somebody pushed to its branch',
      async ({ branch }) =>
        stage.as('writer', 'PUT', `/contents/src/more.ts`, {
          message: 'More',
          content: Buffer.from('x').toString('base64'),
          branch,
        }),
      'not at the commit that was verified',
    ],
    [
      'a reviewer asks for changes',
      ({ pull }) => stage.as('writer', 'POST', `/pulls/${pull}/reviews`, { event: 'REQUEST_CHANGES', body: 'No.' }),
      'asked for changes',
    ],
    [
      'its issue is closed',
      ({ number }) => stage.as('writer', 'PATCH', `/issues/${number}`, { state: 'closed' }),
      'closed',
    ],
    ['its issue is locked', ({ number }) => stage.as('writer', 'PUT', `/issues/${number}/lock`), 'locked'],
    [
      'another check fails',
      ({ head }) => stage.as('writer', 'POST', `/statuses/${head}`, { state: 'failure', context: 'lint' }),
      'Not green: `lint`',
    ],
    ['nothing is required', () => stage.as('owner', 'DELETE', '/branches/main/protection'), 'demands no check'],
    ['patchwork.yml breaks', () => stage.put('.github/patchwork.yml', 'level: everything'), 'The level is `draft`'],
    ['the level goes down', () => stage.put('.github/patchwork.yml', 'level: auto-draft'), 'The level is `auto-draft`'],
  ];
  test.each(REFUSED)('is not merged when %s', async (_name, happens, why) => {
    const draft = await stage.drafted();
    await stage.tend();
    await happens(draft);
    await twice();
    const { merged, record } = await draft.now();
    expect([merged, record?.state]).toEqual([false, 'refused']);
    expect(record?.says).toContain(why);
  });

  it('is not merged once a person made it a draft again', async () => {
    const draft = await stage.drafted();
    await stage.tend();
    const { node_id: id } = await stage.as('writer', 'GET', `/pulls/${draft.pull}`);
    const query = 'mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { clientMutationId } }';
    await stage.forge.fetch(
      new Request('http://localhost:1/graphql', {
        method: 'POST',
        headers: { authorization: 'token writer' },
        body: JSON.stringify({ query, variables: { id } }),
      }),
    );
    await twice();
    expect(await draft.now()).toMatchObject({ merged: false, record: { state: 'refused', readied: true } });
  });

  it('only says what it would do in a dry run', async () => {
    await stage.put('.github/patchwork.yml', `${MERGES}  dry_run: true\n`);
    const draft = await stage.drafted();
    await twice();
    const { merged, draft: isDraft, record } = await draft.now();
    expect([merged, isDraft, record?.says]).toEqual([false, true, 'It would be merged now, if this were no dry run.']);
  });

  it('leaves what it does not merge alone: files outside, no tests, other drafts', async () => {
    const outside = await stage.drafted({ files: { 'infra/main.tf': 'x\n' } });
    const untested = await stage.drafted({ files: { 'src/a.ts': 'x\n' } });
    const unproven = await stage.drafted({ run: { outcome: 'unverified' } });
    await twice();
    expect((await outside.now()).record?.says).toContain('`infra/main.tf`');
    expect((await untested.now()).record?.says).toContain('code and no test');
    expect((await unproven.now()).record?.says).toContain('The draft is unverified');
  });

  it('goes on after a crash at any of its requests, and merges once', async () => {
    const draft = await stage.drafted();
    let requests = 0;
    for (let crashAt = 1; !(await draft.now()).merged || crashAt < 12; crashAt += 3) {
      requests = 0;
      stage.before(async () => {
        requests += 1;
        if (requests >= crashAt) throw new Error('the process died');
      });
      await stage.tend().catch(() => {});
      stage.before(async () => {});
      if (crashAt > 200) break;
    }
    await twice();
    const { merged, record, comments } = await draft.now();
    expect([merged, record?.state, comments.length]).toEqual([true, 'kept', 2]);
    const commits = await stage.as('owner', 'GET', '/commits?per_page=100');
    const again = commits.filter((one: { commit: { message: string } }) => one.commit.message.includes('Thing '));
    expect(again).toHaveLength(1);
  });

  it('is left alone when a person merges it first', async () => {
    const draft = await stage.drafted();
    await stage.tend();
    await stage.as('writer', 'PUT', `/pulls/${draft.pull}/merge`, {});
    await twice();
    const { record, comments } = await draft.now();
    expect(record?.state).toBe('waiting');
    expect(comments.at(-1)).toContain('### Shipped with');
  });
});

describe('the kill switch', () => {
  const SWITCHES: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    [
      'the file',
      () => stage.put('.github/patchwork-stop', 'stop\n'),
      () => stage.put('.github/patchwork-stop', undefined),
    ],
    [
      'the level',
      () => stage.put('.github/patchwork.yml', 'level: draft\n'),
      () => stage.put('.github/patchwork.yml', MERGES),
    ],
    [
      'the label on any issue',
      () => stage.as('triager', 'POST', '/issues/1/labels', { labels: ['patchwork:stop'] }),
      () => stage.as('triager', 'DELETE', '/issues/1/labels/patchwork:stop'),
    ],
  ];

  const isMerge = (request: Request) => request.method === 'PUT' && request.url.endsWith('/merge');
  /** One look at everything, with the switch thrown right before the first request that `at` is true of; whether there was one. */
  const tendWith = async (
    stop: () => Promise<unknown>,
    at: (request: Request, count: number) => boolean | Promise<boolean>,
  ) => {
    let count = 0;
    let thrown = false;
    stage.before(async (request) => {
      count += 1;
      if (thrown || !(await at(request, count))) return;
      thrown = true;
      await stop();
    });
    await stage.tend();
    stage.before(async () => {});
    return thrown;
  };

  it('wins before every single request from the decision to the merge', { timeout: 120_000 }, async () => {
    const [[, stop, go]] = SWITCHES as [(typeof SWITCHES)[0]];
    const draft = await stage.drafted();
    await stage.tend();
    let steps = 0;
    while (await tendWith(stop, (request, count) => count === steps + 1 && !isMerge(request))) {
      steps += 1;
      expect([steps, (await draft.now()).merged]).toEqual([steps, false]);
      await go();
    }
    // Nothing was left to throw it before: so it was merged.
    expect((await draft.now()).merged).toBe(true);
    expect(steps).toBeGreaterThan(10);
  });

  test.each(SWITCHES)('%s wins up to the last look, and undoes what GitHub did after it', async (_name, stop, go) => {
    await stage.as('owner', 'POST', '/issues', { title: 'Any issue', body: 'Of a person.' });
    await stage.as('owner', 'POST', '/labels', { name: 'patchwork:stop', color: '24292F' });
    const draft = await stage.drafted();
    await stage.tend();
    let looks = 0;
    const lastLook = async (request: Request) => {
      if ((await request.text()).includes('patchwork-stop')) looks += 1;
      return looks === 2;
    };
    expect(await tendWith(stop, lastLook)).toBe(true);
    const { merged: before, record: refused } = await draft.now();
    expect([before, refused?.state]).toEqual([false, 'refused']);
    await go();
    // In the one moment that nobody can look into, GitHub merges: it is noticed, and undone by a pull request that waits.
    expect(await tendWith(stop, isMerge)).toBe(true);
    const { merged, record, issue } = await draft.now();
    expect([merged, record?.state, issue.state]).toEqual([true, 'undoing', 'open']);
    expect(record?.says).toContain('it was stopped while it was being merged');
    const revert = await stage.as('owner', 'GET', `/pulls/${record?.revert?.number}`);
    expect([revert.state, revert.merged]).toEqual(['open', false]);
  });
});
