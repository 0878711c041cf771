import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DASHBOARD_LIMIT,
  EMPTY,
  humanPart,
  parseDashboard,
  renderDashboard,
  turnOf,
} from '../../../src/bot/dashboard/body.ts';
import { BOX_ACTIONS, parseBoxes, renderBox } from '../../../src/bot/dashboard/box.ts';
import { overviewOf } from '../../../src/bot/dashboard/overview.ts';
import { link } from '../../../src/bot/dashboard/sections.ts';
import { withTick } from '../../../src/bot/dashboard/ticks.ts';
import { gap, report, SIGNED } from './sample.ts';

const NOW = new Date('2026-11-20T10:00:00Z');
const overview = (count: number, problems: string[] = []) =>
  overviewOf(
    Array.from({ length: count }, (_, i) => gap(i + 1)),
    [],
    problems,
    NOW,
  );

describe('the text of the dashboard', () => {
  it('is read back as it was written: record, boxes and what people wrote', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 5 }),
        fc.dictionary(fc.constantFrom('draft.1', 'park.2', 'top.0'), fc.nat({ max: 99 })),
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        (count, turns, human) => {
          const record = { turns, answers: [] };
          const body = renderDashboard(overview(count), record, human, SIGNED);
          const parsed = parseDashboard(body, SIGNED);
          expect(parsed?.record).toEqual(record);
          expect(parsed?.human).toBe(human);
          expect([...(parsed?.boxes.values() ?? [])].every(({ ticked }) => !ticked)).toBe(true);
          for (const { box } of parsed?.boxes.values() ?? []) {
            expect(box.turn).toBe(turns[`${box.action}.${box.issue}`] ?? 0);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has a box for each action, which only we can make, and only for this repository', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...BOX_ACTIONS),
        fc.nat(),
        fc.nat(),
        fc.nat({ max: 21 }),
        (action, issue, turn, at) => {
          const box = { action, issue: issue % 1e9, turn: turn % 1e9 };
          const row = renderBox(box, 'words', SIGNED);
          expect([...parseBoxes(`${row}\r\n`, SIGNED).values()]).toEqual([{ box, ticked: false }]);
          expect(parseBoxes(row.replace('[ ]', '[X]'), SIGNED).values().next().value?.ticked).toBe(true);
          expect(parseBoxes(row, { ...SIGNED, repositoryId: 8 }).size).toBe(0);
          const seal = / ([\w.-]+) -->/.exec(row)?.index ?? 0;
          const wrong = seal + row.slice(seal).lastIndexOf('.') + 1 + at;
          const other = row[wrong] === 'A' ? 'B' : 'A';
          expect(parseBoxes(`${row.slice(0, wrong)}${other}${row.slice(wrong + 1)}`, SIGNED).size).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps the record short however many boxes were ticked, and no turn comes back', () => {
    let record = EMPTY;
    for (let issue = 1; issue <= 3000; issue += 1) {
      const box = { action: 'draft' as const, issue, turn: turnOf(record, { action: 'draft', issue }) };
      record = withTick(record, { box, actor: 'ann', at: '', state: 'done', text: '' });
      expect(turnOf(record, box)).toBeGreaterThan(box.turn);
    }
    expect(Object.keys(record.turns).length).toBeLessThanOrEqual(1000);
    expect(turnOf(record, { action: 'draft', issue: 7 })).toBeGreaterThan(0);
  });

  it.each([0, 1, 49, 51, 5000])('stays within the limit with %i gaps, and says how many more there are', (count) => {
    const body = renderDashboard(overview(count, ['x'.repeat(500)]), EMPTY, undefined, SIGNED);
    expect(body.length).toBeLessThanOrEqual(DASHBOARD_LIMIT);
    expect(parseDashboard(body, SIGNED)).toBeDefined();
    const shown = (body.match(/patchwork:box draft\.[1-9]/g) ?? []).length;
    if (count > shown) expect(body).toContain(`… and ${count - shown} more.`);
    else expect(shown).toBe(count);
  });

  it.each([10_000, 50_000, 58_000])('makes room for %i characters of people’s words', (length) => {
    const human = `\n${'ä'.repeat(length)}`;
    const body = renderDashboard(overview(5000), EMPTY, human, SIGNED);
    expect(body.length).toBeLessThanOrEqual(Math.max(DASHBOARD_LIMIT, length + 7000));
    expect(body.length).toBeLessThan(65_536);
    expect(humanPart(body)).toBe(human);
    expect(parseDashboard(body, SIGNED)).toBeDefined();
  });

  it('ranks by severity, then by sessions, and leaves out what is closed or parked', () => {
    const sessions = (count: number) =>
      Array.from({ length: count }, (_, i) => report({ id: `${i}`, session_id: `${i}`, client_type: `c${i % 2}` }));
    const { rows, parked, open, closed } = overviewOf(
      [
        gap(1, { reports: sessions(1) }),
        gap(2, { reports: sessions(9) }),
        gap(3, { reports: sessions(3) }),
        gap(4, { reports: sessions(4) }),
        gap(5, { decisions: { severity: 'critical' } }),
        gap(6, { state: 'closed', closedAt: '2026-11-19T00:00:00Z', reports: sessions(20) }),
        gap(7, { decisions: { parked: { why: 'later', at: '', by: 'ann' } }, reports: sessions(20) }),
      ],
      [],
      [],
      NOW,
    );
    expect(rows.map(({ number, severity }) => `${number} ${severity}`)).toEqual([
      ...['2 critical', '5 critical', '4 medium', '3 medium', '1 low'],
    ]);
    expect(parked.map(({ number }) => number)).toEqual([7]);
    expect([open, closed]).toEqual([6, 1]);
  });

  it('counts reports, openings and closings by week, and knows its servers', () => {
    const { weeks, servers } = overviewOf(
      [
        gap(1, { state: 'closed', closedAt: '2026-11-16T00:00:00Z' }),
        gap(2, {
          reports: [report({ received_at: '2026-11-15T23:59:59Z', server_name: 'other', server_version: '2' })],
        }),
      ],
      [{ server: 'cost-server', tool_count: 4, seen_at: '2026-11-20T09:00:00Z' }],
      [],
      NOW,
    );
    expect(weeks).toHaveLength(8);
    expect(weeks.slice(-2)).toEqual([
      { start: '2026-11-09', reports: 1, opened: 1, closed: 0 },
      { start: '2026-11-16', reports: 1, opened: 1, closed: 1 },
    ]);
    expect(servers).toEqual([
      { name: 'cost-server', version: '1.0.0', tools: 4, seen: '2026-11-20' },
      { name: 'other', version: '2', tools: undefined, seen: '2026-11-15' },
    ]);
  });

  it('mentions nobody and leaves no reference on what it links to', () => {
    const fence = '<!-- patchwork: what stands below this line is yours and stays as it is -->';
    const hostile = gap(1, {
      title: '@team closes #3 <!-- x --> [a](javascript:b) https://evil.example',
      url: 'https://github.com/acme/costs/issues/1',
      reports: [report({ server_name: '@team | `x` <!-- y -->' }), report({ id: '2', server_name: fence })],
      decisions: { parked: { why: '@team #4', by: 'ann', at: '' } },
    });
    const heard = [{ server: fence, tool_count: 1, seen_at: '2026-11-20T09:00:00Z' }];
    const body = renderDashboard(overviewOf([hostile, gap(2, hostile)], heard, [], NOW), EMPTY, undefined, SIGNED);
    expect(humanPart(body)).toMatch(/^\n### Notes/);
    const plain = body.replace(/`+[^`\n]*`+/g, '').replace(/<!-- patchwork[^>]*-->/g, '');
    expect(plain).not.toMatch(/@\w|(?<!\[)#\d|<!--|\]\(javascript|evil/);
    expect(link('https://github.com/acme/costs/issues/1', 'x')).toBe(
      '[x](https://redirect.github.com/acme/costs/issues/1)',
    );
    expect(link('http://localhost:8099/acme/costs/issues/1', 'x')).toBe('[x](/acme/costs/issues/1)');
  });
});
