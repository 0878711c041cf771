import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/report/index.ts';
import {
  type Constraint,
  createCorpus,
  type Decision,
  decide,
  gapKey,
  type Judge,
  readConstraints,
} from '../../src/triage/index.ts';
import { reportOf, STREAM } from './reports.ts';

/** Places a stream of reports one by one; a gap's number is its place among the gaps. */
async function replay(stream: Report[], options: { constraints?: Constraint[]; judge?: Judge } = {}) {
  const corpus = createCorpus();
  const constraints = readConstraints(options.constraints ?? []);
  const gaps = new Map<number, Report[]>();
  const decisions: Decision[] = [];
  for (const report of stream) {
    const decision = await decide(report, corpus, constraints, options.judge);
    const number = decision.kind === 'fold' ? decision.gap : gaps.size + 1;
    gaps.set(number, [...(gaps.get(number) ?? []), report]);
    corpus.put({ number, server: report.server_name, reports: gaps.get(number) ?? [] });
    decisions.push(decision);
  }
  return { corpus, gaps, decisions };
}

const labels = new Map(STREAM.map(({ gap, report }) => [report.id, gap]));
const stream = STREAM.map(({ report }) => report);

describe('without a judge', () => {
  test('nothing lands in the issue of another gap, and what is much alike folds', async () => {
    const { gaps } = await replay(stream);
    for (const reports of gaps.values()) {
      expect(
        new Set(reports.map(({ id }) => labels.get(id))).size,
        reports.map((r) => r.what_i_needed).join('\n'),
      ).toBe(1);
    }
    expect(gaps.size).toBeLessThanOrEqual(stream.length - 5);
  });

  test('a new gap names its likely relatives, and says why it is new', async () => {
    const { decisions, gaps } = await replay(stream);
    const firstOf = (gap: string) => stream.findIndex(({ id }) => labels.get(id) === gap);
    const [csv] = [...gaps].find(([, [opener]]) => labels.get(opener?.id ?? '') === 'tracker/csv') ?? [];
    expect(decisions[firstOf('tracker/json')]).toMatchObject({ kind: 'new', relatives: [csv] });
    for (const { why } of decisions) expect(why).toMatch(/^[A-Z][^\n#@<>]*\.$/);
  });

  test('a score just as good for two gaps folds into neither', async () => {
    const twin = (id: string, more: string) =>
      reportOf({ id, what_i_needed: `The weather report of one town by name ${more}`, what_i_tried: 'get_report' });
    const { decisions } = await replay([
      twin('A', ''),
      reportOf({ id: 'B', what_i_needed: 'Completely other words about invoices', what_i_tried: 'get_report' }),
    ]);
    expect(decisions.map(({ kind }) => kind)).toEqual(['new', 'new']);
    const corpus = createCorpus();
    corpus.put({ number: 1, server: 'tracker', reports: [twin('A', 'in spring')] });
    corpus.put({ number: 2, server: 'tracker', reports: [twin('C', 'in autumn')] });
    expect(await decide(twin('D', ''), corpus, readConstraints([]))).toMatchObject({
      kind: 'new',
      relatives: [1, 2],
      why: expect.stringContaining('ahead of the next'),
    });
  });
});

describe('two wishes that differ in what they are about', () => {
  const PAIRS: [tool: string, first: string, second: string][] = [
    ['list_deals', 'filter by owner', 'filter by amount'],
    ['list_deals', 'filter deals by owner', 'filter deals by amount'],
    [
      'list_tickets',
      'I needed to filter tickets by assignee. list_tickets has no such filter.',
      'I needed to filter tickets by label. list_tickets has no such filter.',
    ],
    ['search_products', 'sort by price', 'sort by rating'],
    ['create_event', 'recurring events', 'recurring tasks'],
    ['export_report', 'export as pdf', 'export as csv'],
    ['list_messages', 'delete a message', 'delete a channel'],
    ['get_contact', 'read custom fields', 'write custom fields'],
    ['get_page', 'upload an attachment', 'download an attachment'],
    ['list_channels', 'invite members to a channel', 'remove members from a channel'],
    ['list_files', 'create a folder', 'rename a folder'],
    ['list_builds', 'list_builds has no branch filter', 'list_builds has no date filter'],
    ['get_document', 'translate the document', 'translate the comments'],
    ['get_mail', 'mark as read', 'mark as spam'],
    ['get_mail', 'move mail to folder', 'move mail to trash'],
    ['list_orders', 'webhooks for new orders', 'webhooks for refunds'],
    ['list_users', 'Pagination for list_users', 'Sorting for list_users'],
    ['update_task', 'update_task cannot change the due date', 'update_task cannot change the assignee'],
    ['list_orders', 'Orders des letzten Monats filtern', 'Orders des letzten Kunden filtern'],
    ['get_page', '删除页面', '归档页面'],
  ];

  test.each(PAIRS)('are two gaps of %s: %s, %s', async (tool, first, second) => {
    const wish = (what_i_needed: string) => reportOf({ what_i_needed, what_i_tried: tool });
    const { decisions } = await replay([...stream, wish(first), wish(second)]);
    expect(decisions.slice(-2)).toMatchObject([{ kind: 'new' }, { kind: 'new' }]);
    expect((await replay([wish(first), wish(second)])).gaps.size).toBe(2);
  });
});

describe('the same words', () => {
  test('fold by their key, whatever case and punctuation', async () => {
    const { decisions } = await replay([
      reportOf({ what_i_needed: 'Issues by milestone, not only by label.' }),
      reportOf({ what_i_needed: 'issues BY milestone – not only by label!' }),
    ]);
    expect(decisions[1]).toMatchObject({ kind: 'fold', gap: 1, by: 'key' });
  });

  test('of another server are another gap', async () => {
    const need = 'Issues by milestone, not only by label.';
    const { decisions } = await replay([
      reportOf({ what_i_needed: need }),
      reportOf({ what_i_needed: need, server_name: 'files' }),
    ]);
    expect(decisions[1]).toMatchObject({ kind: 'new', relatives: [] });
  });

  test('that are few may be said of more than one gap: the rest has to be the same too', async () => {
    const pagination = (tool: string) => reportOf({ what_i_needed: 'pagination', what_i_tried: tool });
    const { decisions } = await replay([
      pagination('list_issues'),
      pagination('list_boards'),
      pagination('list_issues'),
    ]);
    expect(decisions).toMatchObject([{ kind: 'new' }, { kind: 'new' }, { kind: 'fold', gap: 1, by: 'key' }]);
  });
});

describe('with a judge', () => {
  const perfect: Judge = async (report, candidates) => {
    const same = candidates.find(({ reports }) => reports.some((id) => labels.get(id) === labels.get(report.id)));
    return { sameAs: same?.gap ?? null };
  };

  test('that reads, every report finds its gap', async () => {
    const { gaps } = await replay(stream, { judge: perfect });
    expect(gaps.size).toBe(new Set(labels.values()).size);
  });

  test.each<[string, Judge]>([
    ['fails', async () => Promise.reject(new Error('no network'))],
    ['names a gap that was not shown', async () => ({ sameAs: 999 })],
    ['answers no number', async () => ({ sameAs: 'all of them' as unknown as number })],
    ['answers nothing at all', async () => undefined as unknown as { sameAs: null }],
    ['is unsure', async () => ({ sameAs: null })],
  ])('that %s, every wish is a new gap', async (_, judge) => {
    const { gaps } = await replay(stream, { judge });
    expect(gaps.size).toBe(stream.length);
  });

  test('what it is shown are gaps of the same server, the most similar first', async () => {
    const shown: number[][] = [];
    const { gaps } = await replay(stream, {
      judge: async (_, candidates) => {
        shown.push(candidates.map(({ gap }) => gap));
        expect(candidates.map(({ score }) => score)).toEqual(
          candidates.map(({ score }) => score).sort((a, b) => b - a),
        );
        return { sameAs: null };
      },
    });
    for (const numbers of shown) {
      expect(numbers.length).toBeLessThanOrEqual(8);
      expect(new Set(numbers.map((number) => gaps.get(number)?.[0]?.server_name)).size).toBe(1);
    }
  });
});

describe('a person’s word', () => {
  const first = reportOf({ what_i_needed: 'Filter issues by milestone name, please, in list_issues' });
  const second = reportOf({ what_i_needed: 'Group the board by who is responsible for what' });
  const keys = { a: gapKey(first), b: gapKey(second) };

  test('keeps together what is not alike', async () => {
    const { decisions } = await replay([first, second], { constraints: [{ kind: 'together', ...keys }] });
    expect(decisions[1]).toMatchObject({ kind: 'fold', gap: 1, by: 'person' });
  });

  test('holds for repeats', async () => {
    const again = { ...second, id: 'later', session_id: 'another' };
    const { gaps } = await replay([first, second, again], { constraints: [{ kind: 'together', ...keys }] });
    expect(gaps.size).toBe(1);
  });

  test('keeps apart what is alike, for a judge too', async () => {
    const like = reportOf({ what_i_needed: 'Filter issues by milestone name, please, in list_issues tool' });
    const apart: Constraint[] = [{ kind: 'apart', a: gapKey(like), b: gapKey(first) }];
    const judge: Judge = async (_, candidates) => ({ sameAs: candidates[0]?.gap ?? null });
    expect((await replay([first, like])).gaps.size).toBe(1);
    expect((await replay([first, like], { constraints: apart })).gaps.size).toBe(2);
    expect((await replay([first, like], { constraints: apart, judge })).gaps.size).toBe(2);
  });

  test('that came last counts', async () => {
    const [apart, together] = [
      { kind: 'apart', ...keys },
      { kind: 'together', a: keys.b, b: keys.a },
    ] as Constraint[];
    const gapsAfter = async (constraints: Constraint[]) => (await replay([first, second], { constraints })).gaps.size;
    expect(await gapsAfter([apart as Constraint, together as Constraint])).toBe(1);
    expect(await gapsAfter([together as Constraint, apart as Constraint])).toBe(2);
  });
});

describe('noise', () => {
  test.each([
    ['503 Service Unavailable on all requests for 20 minutes', 'list_issues, get_issue'],
    ['I typed the wrong project id at first.', 'list_issues("XY")'],
    ['It does not work.', 'tool'],
    ['-', '-'],
    ['My key is ghp_abcdefghijklmnopqrstuvwxyz0123456789, why?', 'list_issues'],
  ])('neither joins a gap nor takes reports in: %s', async (need, tried) => {
    const noise = reportOf({ what_i_needed: need, what_i_tried: tried, gap_type: 'other' });
    const eager: Judge = async (_, candidates) => ({ sameAs: candidates[0]?.gap ?? null });
    const { decisions } = await replay([stream[0] as Report, noise], { judge: eager });
    expect(decisions[1]).toMatchObject({ kind: 'new', relatives: [] });
    const after = await replay([noise, stream[0] as Report], { judge: eager });
    expect(after.decisions[1]).toMatchObject({ kind: 'new', relatives: [] });
  });

  test('repeated in the same words stays one issue', async () => {
    const outage = () => reportOf({ what_i_needed: 'Every call ends in 502 bad gateway, all tools are down' });
    const { gaps } = await replay([outage(), outage(), outage()]);
    expect(gaps.size).toBe(1);
  });

  test.each([
    'get_issue answers 500 for issues with more than 100 comments',
    'Timeouts cannot be set: long searches end after 10 s',
    'A retry after 503 is missing in sync_issues, I have to call it again myself',
    'Delete typos in comments: update_comment cannot edit text',
    'edit parts not all',
    '無法刪除評論',
  ])('is not what merely mentions an error: %s', async (need) => {
    const report = reportOf({ what_i_needed: need, what_i_tried: 'get_issue' });
    const { decisions } = await replay([stream[0] as Report, report]);
    expect(decisions[1]?.why).not.toContain('reads like');
  });
});
