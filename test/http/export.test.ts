import { describe, expect, it } from 'vitest';
import { exportRows } from '../../src/http/export.ts';
import { itemOf } from '../../src/http/items.ts';
import { rowOf } from '../../src/http/rows.ts';
import { readReport } from '../../src/report/index.ts';

/** The second line of a CSV of one report, cell by cell. */
function cells(need: string): string[] {
  const body = { server_name: 's', what_i_needed: need, what_i_tried: 'x', gap_type: 'other' };
  const row = rowOf(itemOf(readReport(body, { now: new Date(0) }).report, undefined, []));
  const [, line = ''] = [...exportRows([row], 'csv')].join('').split(/\r\n/);
  return [...line.matchAll(/"(?:[^"]|"")*"|[^,]+|(?<=,)(?=,)/g)].map(([cell]) => cell);
}

describe('a CSV of reports', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '  =1+1', '＝1+1', '\t=1+1', '="x",=1'])(
    'holds no formula that a spreadsheet would run: %j',
    (text) => {
      expect(cells(text)[4]?.replace(/^"/, '')).toMatch(/^'/);
    },
  );

  it.each(['a;=1+1', 'a\t=1+1', 'a,=1+1', 'a\n=1+1', 'a"'])('keeps one text in one cell: %j', (text) => {
    expect(cells(text)[4]).toBe(`"${text.replaceAll('"', '""')}"`);
  });
});
