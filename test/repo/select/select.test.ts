import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CodeFile, type GapText, selectContext } from '../../../src/repo/select/index.ts';

const gap = (words: Partial<GapText>): GapText => ({
  server_name: 'weather',
  what_i_needed: '',
  what_i_tried: '',
  gap_type: 'missing_parameter',
  suggestion: '',
  user_goal: '',
  tools_available: [],
  ...words,
});

const weather: CodeFile[] = [
  { path: 'README.md', text: '# Weather\nForecast for a city.\n' },
  {
    path: 'src/forecast.ts',
    text: 'export async function getForecast(city: string) {\n  return fetchJson("/forecast", { city });\n}\n',
  },
  { path: 'src/alerts.ts', text: 'export async function listAlerts(region: string) {\n  return [];\n}\n' },
  { path: 'test/forecast.test.ts', text: "test('forecast for a city', () => getForecast('Kyiv'));\n" },
];

describe('selectContext', () => {
  test('puts the file whose words the report uses first, and leaves tests and documents out', () => {
    const { files, paths } = selectContext(weather, gap({ what_i_needed: 'forecasts for several cities at once' }), {
      budgetTokens: 1000,
    });
    expect(files[0]).toMatchObject({ path: 'src/forecast.ts' });
    expect(paths).toEqual(['src/alerts.ts', 'src/forecast.ts']);
  });

  test('keeps every promise about ranges and budget for any text', () => {
    const path = fc.constantFrom(
      'src/a.ts',
      'src/b.py',
      'c.go',
      'src/d.rs',
      'tools.json',
      'src/deep/er/mod.rs',
      'x.md',
    );
    const line = fc.oneof(fc.string(), fc.constantFrom('def a(b):', '  return list_items()', '}', '', '/* x', '@tool'));
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(line, { maxLength: 200 }).map((all) => all.join('\n')),
    );
    const tree = fc.uniqueArray(fc.record({ path, text }), { selector: (file) => file.path, maxLength: 7 });
    fc.assert(
      fc.property(tree, fc.string(), fc.nat(2000), (files, words, budgetTokens) => {
        const report = gap({ what_i_needed: words, what_i_tried: 'list_items return' });
        const selection = selectContext(files, report, { budgetTokens });
        let spent = 0;
        for (const { path: chosen, ranges } of selection.files) {
          const lines = (files.find((file) => file.path === chosen) as CodeFile).text.split('\n');
          let end = 0;
          let cost = ranges ? 0 : lines.join('\n').length;
          for (const [first, last] of ranges ?? []) {
            expect(first).toBeGreaterThan(end === 0 ? 0 : end + 1);
            expect(last).toBeGreaterThanOrEqual(first);
            expect(last).toBeLessThanOrEqual(lines.length);
            cost += lines.slice(first - 1, last).reduce((sum, each) => sum + each.length + 1, 0);
            end = last;
          }
          spent += Math.ceil(cost / 4);
        }
        expect(spent).toBeLessThanOrEqual(budgetTokens);
        expect(new Set(selection.files.map((file) => file.path)).size).toBe(selection.files.length);
        expect(selectContext(files, report, { budgetTokens })).toEqual(selection);
      }),
    );
  });
});
