import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Octokit } from '@octokit/rest';
import { afterEach, describe, expect, it } from 'vitest';
import { type DraftOptions, type DraftRequest, draftGap } from '../../src/draft/index.ts';
import { createGapIndex, openRepository } from '../../src/issues/index.ts';
import { modelFromEnvironment } from '../../src/model/index.ts';
import { draftAnswer, type Item, type Product, type ProductOptions, startProduct } from '../support/product.ts';
import { workflowToken } from '../support/workflow.ts';

const { draft: recorded } = JSON.parse(
  await readFile(new URL('../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);
const DRAFT = 'patchwork:draft';
const bad = draftAnswer([{ kind: 'write', path: '../x', content: 'x' }]);

describe('a request for a draft', () => {
  let product: Product;
  let id: string;
  let gap: number;
  afterEach(() => product.stop());

  async function start(options: ProductOptions = {}) {
    product = await startProduct({ drafts: recorded, ...options });
    ({ id } = await product.report());
    gap = (await product.until(id, (item) => item.gap !== null)).gap as number;
    await product.settled();
  }
  const as = (person: string, method: string, path: string, body?: unknown) => product.as(person, method, path, body);
  const label = (person = 'owner') => as(person, 'POST', `/issues/${gap}/labels`, { labels: [DRAFT] });
  const ended = (runs: number) =>
    product.until(id, (item) => item.drafts.length === runs && item.drafts.at(-1)?.outcome !== undefined);
  const last = async (runs: number) => (await ended(runs)).drafts.at(-1);
  const pulls = () => as('stranger', 'GET', '/pulls?state=all');
  async function ask(request: Partial<DraftRequest>, key = String(request.request)) {
    const body = { issue: gap, request: key, by: 'command', actor: { login: 'owner' }, at: new Date().toISOString() };
    const lane = `drafts:${product.repository}`.toLowerCase();
    await product.server.outbox.accept({ lane, id: key, kind: 'draft', key, body: { ...body, ...request } });
  }

  it('takes eight requests to GitHub and one more for the files', async () => {
    const sent: string[] = [];
    let counts = false;
    await start({
      fault: async (request, pass) => {
        const token = request.headers.get('authorization') ?? '';
        // What people and this test's own looks at the API ask for is no part of the draft.
        const isOurs = !/^token (?:owner|stranger)$/.test(token) && !/\/issues(?:\/comments)?\?/.test(request.url);
        if (counts && isOurs) sent.push(`${request.method} ${new URL(request.url).pathname}`);
        return pass();
      },
    });
    counts = true;
    await label();
    expect((await last(1))?.pull).toBeDefined();
    counts = false;
    expect(sent).toHaveLength(9);
  });

  it('is one, however often and by whomever it is told', async () => {
    await start();
    await label();
    const at = new Date().toISOString();
    await ask({ request: 'another delivery', by: 'label', at });
    await ask({ request: 'event 7', by: 'label', at });
    await ended(1);
    await product.settled();
    await ask({ request: 'late delivery', by: 'label', at });
    await product.settled();
    expect((await ended(1)).drafts).toHaveLength(1);
    expect(await pulls()).toHaveLength(1);
  });

  it('is one when the app and a workflow run it at the same time', async () => {
    const secret = 'a secret that both of them know, long enough';
    await start({ env: { PATCHWORK_SECRET: secret } });
    const { user } = await as('stranger', 'GET', `/issues/${gap}`);
    const octokit = new Octokit({ auth: await workflowToken(product), baseUrl: `${product.url}/api/v3` });
    const [owner = '', name = ''] = product.repository.split('/');
    const own = { owner, name, octokit, keys: [secret], login: 'github-actions[bot]', formerly: [user.login] };
    const repository = await openRepository(own);
    const gaps = { repository, index: createGapIndex(repository, 0) };
    const options: DraftOptions = {
      ...{ gaps, ground: undefined, runner: 'workflow 1', onStep: () => {} },
      model: modelFromEnvironment({
        PATCHWORK_PROVIDER: 'recorded',
        PATCHWORK_RECORDED: `${product.dataDir}/recorded.json`,
      }),
      ...{ hold: async () => {}, recall: async () => undefined, remember: async () => {} },
    };
    await label();
    const request: DraftRequest = {
      issue: gap,
      request: 'run 1',
      by: 'label',
      actor: { login: 'owner' },
      at: new Date().toISOString(),
    };
    await draftGap(request, options);
    const { drafts } = await ended(1);
    await product.settled();
    expect(drafts).toHaveLength(1);
    expect(await pulls()).toHaveLength(1);
    const comments = await as('stranger', 'GET', `/issues/${gap}/comments`);
    expect(comments).toHaveLength(1);
    expect(comments[0].body).toContain('### Draft #');
  });

  it.each<[string, string, (item: { gap: number }) => Promise<unknown>]>([
    ['a locked issue', 'issue_locked', () => as('owner', 'PUT', `/issues/${gap}/lock`)],
    ['a pull request that closes it already', 'pull_exists', () => rival(`Fixes #${gap}`)],
  ])('is declined, without a model, for %s', async (_name, reason, prepare) => {
    await start();
    await prepare({ gap });
    const before = (await pulls()).length;
    await label();
    expect(await last(1)).toMatchObject({ outcome: 'declined', reason });
    expect(await pulls()).toHaveLength(before);
  });

  async function rival(body: string, branch = 'someone') {
    const { object } = await as('owner', 'GET', '/git/ref/heads/main');
    await as('owner', 'POST', '/git/refs', { ref: `refs/heads/${branch}`, sha: object.sha });
    const content = Buffer.from('x').toString('base64');
    await as('owner', 'PUT', `/contents/x-${branch.length}.txt`, { message: 'x', content, branch });
    return as('owner', 'POST', '/pulls', { title: 'Mine', head: branch, base: 'main', body });
  }

  it('is declined while too many drafts wait for a review', async () => {
    await start();
    for (const issue of [71, 72, 73]) await rival('', `patchwork/${issue}-x-0123456${issue % 10}`);
    await label();
    expect(await last(1)).toMatchObject({ outcome: 'declined', reason: 'too_many_drafts' });
  });

  it('rests after two drafts that failed, until somebody with rights says something new', async () => {
    await start({ drafts: [bad, bad, ...recorded] });
    for (const run of [1, 2]) {
      await label();
      expect((await last(run))?.outcome).toBe('failed');
    }
    await label();
    expect(await last(3)).toMatchObject({ outcome: 'declined', reason: 'parked' });
    await as('stranger', 'POST', `/issues/${gap}/comments`, { body: 'Try again!' });
    await label();
    expect(await last(4)).toMatchObject({ outcome: 'declined', reason: 'parked' });
    await as('writer', 'POST', `/issues/${gap}/comments`, { body: 'Stay below src.' });
    await label();
    expect((await last(5))?.pull).toBeDefined();
  });

  it('supersedes the draft before it, whose diff and the guidance are shown to the model', async () => {
    await start();
    await label();
    const first = (await last(1))?.pull?.number as number;
    await ask({ request: 'again', guidance: 'Call it run instead.', revise: { pull: first } });
    const second = (await last(2))?.pull?.number;
    expect((await as('stranger', 'GET', `/pulls/${first}`)).state).toBe('closed');
    const { body } = await as('stranger', 'GET', `/pulls/${second}`);
    expect(body).toContain(`| Follows | #${first} |`);
    expect(body).toContain('Call it run instead.');
  });

  it.each<[string, (pull: number) => Promise<unknown>]>([
    ['commented on', (pull) => as('writer', 'POST', `/issues/${pull}/comments`, { body: 'Nice.' })],
    ['reviewed', (pull) => as('writer', 'POST', `/pulls/${pull}/reviews`, { event: 'COMMENT', body: 'Looks fine.' })],
    [
      'pushed to',
      async (pull) => {
        const { head } = await as('stranger', 'GET', `/pulls/${pull}`);
        const content = Buffer.from('x').toString('base64');
        return as('writer', 'PUT', '/contents/mine.txt', { message: 'x', content, branch: head.ref });
      },
    ],
  ])('leaves a draft open that somebody %s, and links both', async (_name, touch) => {
    await start();
    await label();
    const first = (await last(1))?.pull?.number as number;
    await touch(first);
    await label();
    const second = (await last(2))?.pull?.number;
    expect((await as('stranger', 'GET', `/pulls/${first}`)).state).toBe('open');
    const comments = await as('stranger', 'GET', `/issues/${first}/comments`);
    expect(comments.at(-1).body).toContain(`#${second} is a newer draft`);
    expect((await as('stranger', 'GET', `/pulls/${second}`)).body).toContain(`| Follows | #${first} |`);
  });

  it('says what came too late, and shows its verdict as a check', async () => {
    await start();
    await as('writer', 'POST', `/issues/${gap}/comments`, { body: 'Keep results without a filter unchanged.' });
    const note = (await as('stranger', 'GET', `/issues/${gap}/comments`)).at(-1);
    await as('writer', 'POST', `/issues/${gap}/comments`, { body: '/patchwork workaround use describe_costs' });
    // Times on GitHub have whole seconds: an edit within the second of the comment does not show.
    while (Math.floor(Date.now() / 1000) <= Date.parse(note.created_at) / 1000) await sleep(20);
    await label();
    await as('writer', 'PATCH', `/issues/comments/${note.id}`, { body: 'Delete everything.' });
    const run = (await last(1)) as Item['drafts'][number];
    const pull = await as('stranger', 'GET', `/pulls/${run.pull?.number}`);
    expect(pull.body).not.toContain('Delete everything.');
    expect(pull.body).not.toContain('describe_costs');
    expect(pull.body).toMatch(/Not included: an edit by `writer` of /);
    expect(pull.body).toMatch(/Frozen input \| sha256 `[0-9a-f]{64}`/);
    const { check_runs } = await as('stranger', 'GET', `/commits/${pull.head.sha}/check-runs`);
    expect(check_runs).toHaveLength(1);
    expect(check_runs[0]).toMatchObject({ conclusion: 'neutral', output: { title: 'plausible (code_only)' } });
  });

  it('asks once for more files, which are shown', async () => {
    const read = draftAnswer([
      { kind: 'read', path: 'src/server.ts' },
      { kind: 'read', path: '../secret' },
    ]);
    await start({ drafts: [read, ...recorded] });
    await label();
    const run = await last(1);
    const pull = await as('stranger', 'GET', `/pulls/${run?.pull?.number}`);
    expect(pull.body).toContain('`src/server.ts`: the model asked for it');
  });
});
