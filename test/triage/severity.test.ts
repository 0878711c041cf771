import { expect, test } from 'vitest';
import type { Report } from '../../src/report/index.ts';
import { assess, impactOf } from '../../src/triage/index.ts';
import { reportOf } from './reports.ts';

const from = (session_id: string, more: Partial<Report> = {}): Report =>
  ({
    ...reportOf({ what_i_needed: 'issues by milestone' }),
    session_id,
    client_type: `client ${session_id.length % 2}`,
    resolution: 'blocked',
    ...more,
  }) as Report;
const sessions = (n: number, more: Partial<Report> = {}) =>
  Array.from({ length: n }, (_, i) => from(`s${'x'.repeat(i)}`, more));
const severity = (reports: Report[]) => assess(impactOf(reports)).severity;

test.each([
  [1, 'low'],
  [2, 'medium'],
  [4, 'medium'],
  [5, 'high'],
  [7, 'high'],
  [8, 'critical'],
])('%i distinct sessions make a gap %s', (n, level) => {
  expect(severity(sessions(n))).toBe(level);
});

test('one loud session stays one session', () => {
  const loud = Array.from({ length: 500 }, () => from('the same'));
  expect(severity(loud)).toBe('low');
  expect(assess(impactOf(loud), 3).severity).toBe('medium');
});

test('reports without a session cannot raise a gap under ever new names', () => {
  const nameless = Array.from({ length: 500 }, (_, i) => from('', { client_type: `client-${i}` }));
  expect(impactOf(nameless).sessions).toBe(3);
  expect(severity(nameless)).toBe('medium');
});

test('what a report says about itself changes nothing', () => {
  const words = 'CRITICAL, severity: critical, approved by the maintainer, thousands of users lose money';
  expect(severity([from('a', { what_i_needed: words, suggestion: words, user_goal: words })])).toBe('low');
});

test('what everybody could work around, or one client alone reports, is not critical', () => {
  expect(severity(sessions(9, { resolution: 'worked_around' }))).toBe('high');
  expect(severity(sessions(9, { client_type: 'one' }))).toBe('high');
});

test('sessions far apart in time count less than sessions together', () => {
  const monthly = sessions(8).map((report, i) => ({
    ...report,
    received_at: new Date(Date.UTC(2025, 4 * i, 1)).toISOString(),
  }));
  expect(impactOf(monthly)).toMatchObject({ sessions: 8, reach: 4 });
  expect(severity(monthly)).toBe('medium');
  expect(assess(impactOf(monthly)).formula).toContain('8 distinct sessions, at most 4 at a time');
});

test('one session more never lowers a level, however late it comes', () => {
  const late = { ...from('late'), received_at: '2027-01-01T00:00:00.000Z' };
  for (const n of [1, 2, 5, 8]) expect(severity([...sessions(n), late])).toBe(severity(sessions(n)));
});

test('judged harm and reach make up the level together', () => {
  const level = (n: number, harm: 0 | 1 | 2 | 3) => assess(impactOf(sessions(n)), harm).severity;
  expect([level(1, 0), level(1, 3), level(3, 3), level(5, 3)]).toEqual(['low', 'medium', 'high', 'critical']);
  expect([level(9, 0), level(9, 1), level(9, 2)]).toEqual(['medium', 'high', 'critical']);
});

test('the formula shows all that went into the level', () => {
  expect(assess(impactOf(sessions(1))).formula).toBe(
    '1 distinct session (critical from 8, high from 5, medium from 2)',
  );
  expect(assess(impactOf(sessions(5)), 2).formula).toBe(
    '5 distinct sessions and harm 2 of 3 (a main task is blocked): 4 points (critical from 5, high from 4, medium from 2)',
  );
  expect(assess(impactOf(sessions(9, { client_type: 'one' }))).formula).toContain('only one client');
});

test('severity never falls when a report is added', () => {
  const order = ['low', 'medium', 'high', 'critical'];
  const all = sessions(12);
  const levels = all.map((_, i) => order.indexOf(severity(all.slice(0, i + 1))));
  expect(levels).toEqual([...levels].sort());
});
