import { describe, expect, test } from 'vitest';
import { type Arrival, canonicalOf, type IssueState, lifeStep, type Step } from '../../src/triage/index.ts';

const CLOSED_AT = '2026-03-01T12:00:00Z';
const open: IssueState = { state: 'open', sessionsSince: 0 };
const fixed: IssueState = {
  state: 'closed',
  reason: 'completed',
  closedAt: CLOSED_AT,
  fixedIn: '1.4.0',
  sessionsSince: 1,
};
const closed: IssueState = { state: 'closed', reason: 'completed', closedAt: CLOSED_AT, sessionsSince: 1 };
const unplanned: IssueState = { state: 'closed', reason: 'not_planned', closedAt: CLOSED_AT, sessionsSince: 1 };
const duplicate: IssueState = { state: 'closed', reason: 'duplicate', closedAt: CLOSED_AT, sessionsSince: 1 };

const nextDay: Arrival = { at: '2026-03-02T12:00:00Z', version: '', newSession: true };
const nextMonth: Arrival = { ...nextDay, at: '2026-04-01T12:00:00Z' };

const ROWS: [string, IssueState, Arrival, Step][] = [
  ['an open gap takes every report', open, nextDay, 'fold'],
  [
    'an open gap takes reports of old versions too',
    { ...open, fixedIn: '1.4.0' },
    { ...nextDay, version: '1.0.0' },
    'fold',
  ],
  ['a fixed gap met in the fixed version is a regression', fixed, { ...nextDay, version: '1.4.0' }, 'reopen'],
  ['a fixed gap met in a later version is a regression', fixed, { ...nextDay, version: 'v2.0.0' }, 'reopen'],
  ['an old server still running is no regression', fixed, { ...nextDay, version: '1.3.9' }, 'fold_silently'],
  [
    'a pre-release of the fixed version is older than it',
    fixed,
    { ...nextDay, version: '1.4.0-rc.1' },
    'fold_silently',
  ],
  [
    'an old server stays none however many sessions',
    { ...fixed, sessionsSince: 50 },
    { ...nextMonth, version: '1.3.9' },
    'fold_silently',
  ],
  ['versions without an order count as unknown', fixed, { ...nextDay, version: 'latest' }, 'fold_silently'],
  ['an unknown version is no regression in the days after', { ...closed, sessionsSince: 9 }, nextDay, 'fold_silently'],
  ['nor from one session long after', closed, nextMonth, 'fold_silently'],
  ['but it is one from two sessions well after', { ...closed, sessionsSince: 2 }, nextMonth, 'reopen'],
  ['also where the fix has a version and the reports have none', { ...fixed, sessionsSince: 2 }, nextMonth, 'reopen'],
  [
    'a closed issue without a reason counts as completed',
    { ...fixed, reason: null },
    { ...nextDay, version: '1.5.0' },
    'reopen',
  ],
  [
    'a report accepted before the closing is late',
    fixed,
    { at: '2026-03-01T11:59:59Z', version: '1.4.0', newSession: true },
    'fold_silently',
  ],
  [
    'a report of the same second is late',
    fixed,
    { at: '2026-03-01T12:00:00.900Z', version: '1.4.0', newSession: true },
    'fold_silently',
  ],
  ['what is not planned stays closed', unplanned, nextDay, 'fold_silently'],
  ['what is not planned is shown again at the fifth session', { ...unplanned, sessionsSince: 5 }, nextDay, 'fold'],
  [
    'not again by the same five',
    { ...unplanned, sessionsSince: 5 },
    { ...nextDay, newSession: false },
    'fold_silently',
  ],
  ['not at the sixth', { ...unplanned, sessionsSince: 6 }, nextDay, 'fold_silently'],
  ['again at the tenth', { ...unplanned, sessionsSince: 10 }, nextDay, 'fold'],
  ['and at the twentieth', { ...unplanned, sessionsSince: 20 }, nextDay, 'fold'],
  [
    'what is not planned is never reopened for its version',
    { ...unplanned, fixedIn: '1.4.0' },
    { ...nextDay, version: '1.5.0' },
    'fold_silently',
  ],
  ['a duplicate leads to its original', duplicate, nextDay, 'follow'],
  ['also for a late report', duplicate, { ...nextDay, at: '2026-02-01T00:00:00Z' }, 'follow'],
  ['a locked, transferred or deleted issue gets a successor', { ...open, gone: true }, nextDay, 'new'],
  ['whatever its state was', { ...duplicate, gone: true }, nextDay, 'new'],
];

describe('what a report does to the issue of its gap', () => {
  test.each(ROWS)('%s', (_, issue, report, step) => {
    const verdict = lifeStep(issue, report);
    expect(verdict.step).toBe(step);
    expect(verdict.why).toMatch(/^[A-Z][^\n#@]*\.$/);
  });
});

describe('a chain of duplicates', () => {
  const issues = (list: Record<number, { open: boolean; duplicateOf?: number }>) => (number: number) => list[number];

  test('ends at the first open issue', () => {
    const lookup = issues({
      9: { open: false, duplicateOf: 7 },
      7: { open: false, duplicateOf: 3 },
      3: { open: true },
    });
    expect(canonicalOf(9, lookup)).toEqual({ number: 3, reopen: false });
  });

  test('that is a circle is broken by opening its oldest issue', () => {
    const lookup = issues({ 9: { open: false, duplicateOf: 7 }, 7: { open: false, duplicateOf: 9 } });
    expect(canonicalOf(9, lookup)).toEqual({ number: 7, reopen: true });
  });

  test('that leads nowhere opens the oldest issue again', () => {
    const lookup = issues({ 9: { open: false, duplicateOf: 4 }, 4: { open: false } });
    expect(canonicalOf(9, lookup)).toEqual({ number: 4, reopen: true });
    expect(canonicalOf(9, issues({ 9: { open: false, duplicateOf: 4 } }))).toEqual({ number: 9, reopen: true });
  });

  test('of one that points at itself ends there', () => {
    expect(canonicalOf(5, issues({ 5: { open: false, duplicateOf: 5 } }))).toEqual({ number: 5, reopen: true });
  });
});
