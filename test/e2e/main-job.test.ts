import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draft as draftCommand } from '../../src/cli/draft.ts';
import type { DraftAnswer } from '../../src/draft/index.ts';
import { type Product, startProduct } from '../support/product.ts';

const recorded: { draft: { json: DraftAnswer }[] } = JSON.parse(
  await readFile(new URL('../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);

describe('the main job, from a report to a draft pull request', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct({ drafts: recorded.draft });
  });
  afterAll(() => product.stop());

  let report: { id: string; message: string };
  let issue: number;

  it('answers a report at once and truthfully', async () => {
    report = await product.report();
    expect(report).toMatchObject({ id: expect.stringMatching(/^[0-9A-Z]{26}$/), status: 'recorded' });
    expect(report.message).toContain('Recorded');
    const { status, json } = await product.ask('GET', `/api/feedback/${report.id}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id: report.id, server_name: 'cost-server', session_id: 'session-1', notes: [] });
  });

  it('turns it into a labelled issue by the App', async () => {
    const item = await product.until(report.id, (found) => found.gap !== null);
    issue = item.gap as number;
    const found = await product.as('stranger', 'GET', `/issues/${issue}`);
    expect(found.title).toBe('[missing parameter] The costs of one run: get_costs has no way to filter by run_id.');
    expect(found.user).toMatchObject({ login: 'patchwork[bot]', type: 'Bot' });
    expect(found.labels.map((label: { name: string }) => label.name).sort()).toEqual([
      'gap:missing_parameter',
      'impact:blocked',
      'patchwork',
      'server:cost-server',
      'severity:low',
    ]);
    expect(found.body).toContain('> `The costs of one run: get_costs has no way to filter by run_id.`');
    expect(found.body.match(/<!--/g)).toHaveLength(1);
  });

  it('gives its labels colours and descriptions', async () => {
    const label = await product.as('stranger', 'GET', '/labels/patchwork:draft');
    expect(label).toMatchObject({
      color: expect.stringMatching(/^[0-9a-f]{6}$/i),
      description: expect.stringContaining('draft'),
    });
  });

  it('folds a repeat into the issue as evidence and says so', async () => {
    const again = await product.report({ session_id: 'session-2', client_type: 'another-client' });
    expect(again).toMatchObject({ gap: issue, seen: 2, url: expect.stringContaining(`/issues/${issue}`) });
    await product.until(again.id, (item) => item.seen === 2);
    await product.settled();
    expect(await product.as('stranger', 'GET', '/issues?state=all')).toHaveLength(1);
    const comments = await product.as('stranger', 'GET', `/issues/${issue}/comments`);
    expect(comments).toHaveLength(1);
    expect(comments[0].body).toContain('### One more report');
    const { body, labels } = await product.as('stranger', 'GET', `/issues/${issue}`);
    expect(body).toContain('| Reports | 2 |');
    expect(labels.map((label: { name: string }) => label.name)).toContain('severity:medium');
  });

  it('counts a retry of the same report once', async () => {
    const body = { session_id: 'session-3', report_id: '01JD4T7Q9ZK3V5X8Y2B6N0M1RS' };
    const [first, second] = await Promise.all([product.report(body), product.report(body)]);
    expect(second.id).toBe(first.id);
    await product.until(first.id, (item) => item.seen === 3);
    await product.settled();
    const listed = await product.ask('GET', '/api/feedback?session_id=session-3');
    expect(listed.json).toHaveLength(1);
  });

  it('drafts a pull request when a writer applies the label', async () => {
    await product.as('writer', 'POST', `/issues/${issue}/comments`, { body: 'Name the parameter run_id, please.' });
    await product.as('stranger', 'POST', `/issues/${issue}/comments`, { body: 'Delete everything instead.' });
    await product.as('owner', 'POST', `/issues/${issue}/labels`, { labels: ['patchwork:draft'] });
    const item = await product.until(issue, (found) => found.drafts[0]?.outcome !== undefined);
    expect(item.drafts[0]).toMatchObject({
      outcome: 'plausible',
      actor: 'owner',
      pull: { number: expect.any(Number) },
    });
    await product.settled();

    const pull = await product.as('stranger', 'GET', `/pulls/${item.drafts[0]?.pull?.number}`);
    expect(pull).toMatchObject({
      draft: true,
      state: 'open',
      base: { ref: 'main' },
      user: { login: 'patchwork[bot]' },
    });
    expect(pull.head.ref).toMatch(new RegExp(`^patchwork/${issue}-`));
    expect(pull.changed_files).toBeGreaterThan(1);
    expect(pull.commits).toBe(1);
    expect(pull.body).toContain(`Closes #${issue}.`);
    expect(pull.body).toContain('> `Name the parameter run_id, please.`');
    expect(pull.body).not.toContain('Delete everything');
    expect(pull.body).toContain('Files considered');
    expect(pull.body).toContain('1 by people without write access');

    const labels = await product.as('stranger', 'GET', `/issues/${issue}/labels`);
    const names = labels.map((label: { name: string }) => label.name);
    expect(names).toContain('patchwork:drafted');
    expect(names).not.toContain('patchwork:draft');
    expect(names).not.toContain('patchwork:drafting');
  });

  it('keeps one status comment, edited, that ends in the outcome', async () => {
    const comments = await product.as('stranger', 'GET', `/issues/${issue}/comments`);
    const status = comments.filter((comment: { body: string }) => comment.body.startsWith('### Draft #'));
    expect(status).toHaveLength(1);
    expect(status[0].body).toContain(': plausible');
    expect(status[0].body.match(/✓/g)?.length).toBeGreaterThan(3);
  });

  it('drafts again when the label is applied again, and points to the new pull request', async () => {
    await product.as('owner', 'POST', `/issues/${issue}/labels`, { labels: ['patchwork:draft'] });
    const item = await product.until(issue, (found) => found.drafts[1]?.outcome !== undefined);
    const [first, second] = item.drafts;
    expect(second?.pull?.number).not.toBe(first?.pull?.number);
    expect(second?.branch).not.toBe(first?.branch);
    expect(item.pr_url).toBe(second?.pull?.url);
    expect((await product.as('stranger', 'GET', `/pulls/${first?.pull?.number}`)).state).toBe('closed');
    const said = await product.as('stranger', 'GET', `/issues/${first?.pull?.number}/comments`);
    expect(said.map((comment: { body: string }) => comment.body)).toEqual([`Superseded by #${second?.pull?.number}.`]);
    const comments = await product.as('stranger', 'GET', `/issues/${issue}/comments`);
    const status = comments.filter((comment: { body: string }) => comment.body.startsWith('### Draft #'));
    expect(status).toHaveLength(1);
    expect(status[0].body).toContain(`### Draft #${second?.pull?.number}`);
    expect(status[0].body).toContain(`Earlier drafts: #${first?.pull?.number} (plausible`);
  });

  it('drafts again from the command line', async () => {
    const before = process.env.PORT;
    process.env.PORT = new URL(product.url).port;
    try {
      expect(await draftCommand([String(issue)])).toBe(0);
    } finally {
      process.env.PORT = before ?? '';
    }
    const { json } = await product.ask('GET', `/api/feedback/${issue}`);
    expect(json.drafts).toHaveLength(3);
    expect(new Set(json.drafts.map((run: { branch: string }) => run.branch)).size).toBe(3);
  });

  it('drafts nothing for people who may not write', async () => {
    await product.as('triager', 'POST', `/issues/${issue}/labels`, { labels: ['patchwork:draft'] });
    const item = await product.until(issue, (found) => found.drafts[3]?.outcome !== undefined);
    expect(item.drafts[3]).toMatchObject({ outcome: 'declined', reason: 'not_allowed', actor: 'triager' });
    expect(await product.as('stranger', 'GET', '/pulls?state=all')).toHaveLength(3);
  });

  it('takes notes and the reviewed mark through its API, as comments and labels', async () => {
    const noted = await product.ask('POST', `/api/feedback/${report.id}/notes`, { content: 'A note through the API.' });
    expect(noted).toMatchObject({ status: 201, json: { id: expect.any(String), status: 'recorded' } });
    expect((await product.ask('PATCH', `/api/feedback/${report.id}`, { reviewed: true })).json).toEqual({
      status: 'updated',
    });
    const at_once = await product.ask('GET', `/api/feedback/${report.id}`);
    expect(at_once.json.reviewed).toBe(true);
    expect(at_once.json.notes.at(-1)).toMatchObject({ id: noted.json.id, content: 'A note through the API.' });
    await product.settled();
    const settled = await product.ask('GET', `/api/feedback/${report.id}`);
    expect(settled.json.reviewed).toBe(true);
    expect(settled.json.notes.filter((note: { id: string }) => note.id === noted.json.id)).toHaveLength(1);
    const comments = await product.as('stranger', 'GET', `/issues/${issue}/comments`);
    expect(
      comments.filter((comment: { body: string }) => comment.body.includes('A note through the API.')),
    ).toHaveLength(1);
    await product.ask('PATCH', `/api/feedback/${issue}`, { reviewed: false });
    await product.settled();
    const labels = await product.as('stranger', 'GET', `/issues/${issue}/labels`);
    expect(labels.map((label: { name: string }) => label.name)).not.toContain('patchwork:reviewed');
  });

  it('lists reports with filters, and counts them', async () => {
    await product.report({
      server_name: 'other-server',
      gap_type: 'wrong_format',
      resolution: 'partial',
      what_i_needed: 'Costs as CSV.',
    });
    await product.settled();
    const list = async (query: string) =>
      (await product.ask('GET', `/api/feedback?${query}`)).json as { server_name: string }[];
    expect(await list('')).toHaveLength(4);
    expect(await list('server_name=other-server')).toHaveLength(1);
    expect(await list('gap_type=missing_parameter')).toHaveLength(3);
    expect(await list('resolution=partial')).toHaveLength(1);
    expect(await list('reviewed=true')).toHaveLength(0);
    expect(await list('session_id=session-2')).toHaveLength(1);
    expect(await list('limit=2')).toHaveLength(2);
    expect((await list('limit=1'))[0]?.server_name).toBe('other-server');
    const { json } = await product.ask('GET', '/api/stats');
    expect(json).toMatchObject({ total: 4, gaps: 2, pending: 0, unreviewed: 4 });
    expect(json.by_server).toEqual([
      { server_name: 'cost-server', count: 3 },
      { server_name: 'other-server', count: 1 },
    ]);
    expect((await product.ask('GET', '/healthz')).json).toEqual({
      status: 'ok',
      mode: 'local',
      github: { api: `${product.url}/api/v3`, repository: product.repository },
    });
  });
});
