import { expect, it } from 'vitest';
import { DASHBOARD_TITLE, EMPTY, renderDashboard } from '../../../src/bot/dashboard/body.ts';
import { findDashboard } from '../../../src/bot/dashboard/issue.ts';
import { overviewOf } from '../../../src/bot/dashboard/overview.ts';
import type { Gaps, IssueData } from '../../../src/issues/index.ts';
import { SIGNED } from './sample.ts';

const BODY = renderDashboard(overviewOf([], [], [], new Date()), EMPTY, undefined, SIGNED);
const issue = (number: number, login: string, body = BODY, title = DASHBOARD_TITLE) =>
  ({ number, title, body, state: 'open', user: { login } }) as IssueData;

function find(...issues: IssueData[]) {
  const repository = { id: SIGNED.repositoryId, keys: SIGNED.keys, login: 'us[bot]', logins: ['us[bot]'] };
  const gaps = { repository, index: { others: () => issues } } as unknown as Gaps;
  const { found, others } = findDashboard(gaps);
  return [found?.number, others.map(({ number }) => number)];
}

it('is the oldest issue of ours with our marker; a second one is known as such', () => {
  expect(find(issue(9, 'us[bot]'), issue(4, 'us[bot]'))).toEqual([4, [9]]);
});

it('is found by its title when somebody emptied it, and by its marker under another title', () => {
  expect(find(issue(4, 'us[bot]', ''))).toEqual([4, []]);
  expect(find(issue(4, 'us[bot]', BODY, 'Our gaps'), issue(5, 'us[bot]', ''))).toEqual([4, []]);
});

it('is never an issue of somebody else, nor one with a marker of another repository or key', () => {
  expect(find(issue(1, 'stranger'), issue(2, 'us'))).toEqual([undefined, []]);
  const foreign = renderDashboard(overviewOf([], [], [], new Date()), EMPTY, undefined, { ...SIGNED, repositoryId: 8 });
  const unsigned = renderDashboard(overviewOf([], [], [], new Date()), EMPTY, undefined, {
    ...SIGNED,
    keys: ['other'],
  });
  expect(find(issue(3, 'us[bot]', foreign, 'a'), issue(4, 'us[bot]', unsigned, 'b'))).toEqual([undefined, []]);
});
