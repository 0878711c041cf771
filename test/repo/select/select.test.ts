import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CodeFile, type GapText, selectContext } from '../../../src/repo/select/index.ts';
import { gap } from './reports.ts';
import { goTickets, pythonLibrary, rustParcels, typescriptNotes } from './servers.ts';

function paths(files: CodeFile[], words: Partial<GapText>, budgetTokens = 2000): string[] {
  return selectContext(files, gap(words), { budgetTokens }).files.map(({ path }) => path);
}

function why(files: CodeFile[], words: Partial<GapText>, path: string): string | undefined {
  const { files: chosen } = selectContext(files, gap(words), { budgetTokens: 2000 });
  return chosen.find((file) => file.path === path)?.why;
}

describe('selectContext', () => {
  test('puts the file first whose words the report uses, whatever the language', () => {
    expect(paths(pythonLibrary, { what_i_needed: 'search the catalogue by shelf' })[0]).toBe(
      'src/library_mcp/catalogue.py',
    );
    expect(paths(typescriptNotes, { what_i_needed: 'version 2.0.0 of the notes' })[0]).toBe('src/index.ts');
    expect(paths(goTickets, { what_i_needed: 'fetch a queue of tickets' })[0]).toBe('client/tickets.go');
    expect(paths(rustParcels, { what_i_needed: 'the place of the last event' })[0]).toBe('parcel-core/src/tracking.rs');
  });

  test('puts the file that registers a tool above files that share more words with the report', () => {
    const [first] = paths(rustParcels, { what_i_tried: 'track_parcel(parcel=7) has an unknown parcel error' });
    expect(first).toBe('server/src/tools.rs');
  });

  test('says of each file why it is there', () => {
    const words = { what_i_needed: 'more than one queue', what_i_tried: 'list_tickets with two queues' };
    expect(why(goTickets, words, 'tools/tickets.go')).toBe('registers a tool the report names');
    expect(why(goTickets, words, 'main.go')).toBe('uses tools/tickets.go');
    expect(why(pythonLibrary, { what_i_needed: 'reserve_book for a class' }, 'src/library_mcp/http.py')).toBe(
      'used by src/library_mcp/loans.py',
    );
  });

  test('brings in what the right file leans on, though it shares no word with the report', () => {
    const words = { what_i_needed: 'reserve_book for a whole class' };
    const chosen = paths(pythonLibrary, words);
    expect(chosen.indexOf('src/library_mcp/loans.py')).toBeLessThan(chosen.indexOf('src/library_mcp/models.py'));
    expect(chosen).toContain('src/library_mcp/http.py');
  });

  test("a maintainer's note weighs more than the agent's guess", () => {
    const guess = { what_i_tried: 'perhaps the catalogue' };
    const isBefore = (words: Partial<GapText>, first: string, second: string) => {
      const chosen = paths(pythonLibrary, words);
      return chosen.indexOf(`src/library_mcp/${first}.py`) < chosen.indexOf(`src/library_mcp/${second}.py`);
    };
    expect(isBefore(guess, 'catalogue', 'loans')).toBe(true);
    expect(isBefore({ ...guess, notes: ['this belongs to the loans'] }, 'loans', 'catalogue')).toBe(true);
  });

  test('adds the test of a chosen file while budget remains, and no other test', () => {
    expect(paths(goTickets, { what_i_tried: 'list_tickets' }).at(-1)).toBe('tools/tickets_test.go');
    expect(paths(goTickets, { what_i_tried: 'list_tickets' }, 200)).not.toContain('tools/tickets_test.go');
    expect(why(typescriptNotes, { what_i_tried: 'list_notes' }, 'src/tools/notes.test.ts')).toBe(
      'tests src/tools/notes.ts',
    );
  });

  test('lists every source path, and neither documents, tests, manifests nor built files', () => {
    const { paths: all } = selectContext(typescriptNotes, gap({}), { budgetTokens: 0 });
    expect(all).toEqual(['src/api/notesApi.ts', 'src/index.ts', 'src/tools/notebooks.ts', 'src/tools/notes.ts']);
  });

  test('counts JSON as source only where it defines tools', () => {
    const files = [
      { path: 'tools.json', text: '[{"name": "get_rate", "description": "A rate", "inputSchema": {}}]' },
      { path: 'tools-lock.json', text: '{"resolved": []}' },
      { path: 'tsconfig.json', text: '{}' },
    ];
    expect(selectContext(files, gap({}), { budgetTokens: 100 }).paths).toEqual(['tools.json']);
  });

  test('shows of a long file the head, the tool the report names and what it calls, cut at definitions', () => {
    const tool = (name: string) => [
      `@mcp.tool()`,
      `def ${name}(city: str):`,
      ...Array.from({ length: 30 }, (_, n) => `    step_${n}(city)`),
      '    return 1',
      '',
    ];
    const lines = [
      'import httpx',
      '',
      ...tool('rain_radar'),
      ...tool('pollen_count'),
      ...tool('tide_table').map((line) => line.replace('return 1', 'return shorten_answer(city)')),
      ...tool('moon_phase'),
      'def shorten_answer(city):',
      ...Array.from({ length: 30 }, () => '    city = city.strip()'),
      ...tool('snow_depth'),
    ];
    const files = [{ path: 'server.py', text: lines.join('\n') }];
    const { files: chosen } = selectContext(files, gap({ what_i_tried: 'tide_table is cut off' }), {
      budgetTokens: 700,
    });
    const shown = (chosen[0]?.ranges ?? []).map(([first, last]) => lines.slice(first - 1, last).join('\n')).join('\n');
    expect(shown).toContain('import httpx');
    expect(shown).toContain('@mcp.tool()\ndef tide_table');
    expect(shown).toContain('return shorten_answer(city)');
    expect(shown).toContain('def shorten_answer(city):\n    city = city.strip()');
    expect(shown).not.toContain('pollen_count');
  });

  test('shows what a tool calls in its own file, two calls deep, though other files have functions of that name', () => {
    const define = (name: string, calls: string) => [
      `def ${name}(value):`,
      ...Array.from({ length: 30 }, (_, n) => `    step_${n}(value)`),
      `    return ${calls}(value)`,
      '',
    ];
    const lines = [
      ...['rain_radar', 'pollen_count', 'moon_phase'].flatMap((name) => ['@mcp.tool()', ...define(name, 'str')]),
      ...define('trim_edges', 'str'),
      ...define('snow_depth', 'str'),
      ...define('send_request', 'trim_edges'),
      ...define('wind_speed', 'str'),
      ...['@mcp.tool()', ...define('tide_table', 'send_request')],
      ...define('frost_days', 'str'),
    ];
    const others = ['a', 'b', 'c'].map((name) => ({
      path: `${name}.py`,
      text: 'def send_request(value):\n    pass\n\n\ndef trim_edges(value):\n    pass\n',
    }));
    const files = [{ path: 'server.py', text: lines.join('\n') }, ...others];
    const { files: chosen } = selectContext(files, gap({ what_i_tried: 'tide_table fails' }), { budgetTokens: 900 });
    const ranges = chosen.find(({ path }) => path === 'server.py')?.ranges ?? [];
    const shown = ranges.map(([first, last]) => lines.slice(first - 1, last).join('\n')).join('\n');
    expect(['tide_table', 'send_request', 'trim_edges'].filter((name) => shown.includes(`def ${name}(`))).toHaveLength(
      3,
    );
    expect(['pollen_count', 'moon_phase', 'snow_depth'].filter((name) => shown.includes(`def ${name}(`))).toEqual([]);
  });

  test('gives one long file no more than its share while others want it', () => {
    const define = (name: string) => `def ${name}(currency):\n${'    currency = currency.strip()\n'.repeat(15)}\n`;
    const long = Array.from({ length: 60 }, (_, n) => define(`invoice_currency_${n}`)).join('\n');
    const others = Array.from({ length: 25 }, (_, n) => ({ path: `other_${n}.py`, text: define('convert') }));
    const words = gap({ what_i_needed: 'the invoice in another currency' });
    const { files: chosen } = selectContext([{ path: 'invoice.py', text: long }, ...others], words, {
      budgetTokens: 2500,
    });
    expect(chosen[0]?.path).toBe('invoice.py');
    expect(chosen.length).toBeGreaterThan(10);
  });

  test('shows many files in part rather than one file whole', () => {
    const body = (word: string) =>
      Array.from({ length: 40 }, (_, n) => `export function ${word}${n}(input: string) {\n  return input;\n}\n`).join(
        '\n',
      );
    const files = ['invoice', 'payment', 'refund', 'ledger'].map((word) => ({
      path: `src/${word}.ts`,
      text: `${body(word)}\nexport function ${word}Currency() {\n  return 'EUR';\n}\n`,
    }));
    const { files: chosen } = selectContext(files, gap({ what_i_needed: 'another currency' }), { budgetTokens: 1000 });
    expect(chosen).toHaveLength(4);
    for (const { path, ranges } of chosen) {
      const text = files.find((file) => file.path === path)?.text.split('\n') ?? [];
      expect((ranges ?? []).map(([first, last]) => text.slice(first - 1, last).join('\n')).join('\n')).toContain(
        'Currency',
      );
    }
  });

  test('puts generated files behind those that people wrote', () => {
    const text = 'export function listInvoices(page: number) {}\n';
    const files = [
      { path: 'src/a.ts', text: `// Code generated by openapi; DO NOT EDIT.\n${text}` },
      { path: 'src/b.ts', text },
    ];
    expect(paths(files, { what_i_needed: 'invoices by page' })).toEqual(['src/b.ts', 'src/a.ts']);
  });

  test('is not led astray by paths that are names of every object', () => {
    const files = ['constructor', 'a.constructor', '__proto__', 'b/toString', 'a.__proto__'].map((path) => ({
      path,
      text: 'x',
    }));
    expect(selectContext(files, gap({ what_i_needed: 'x constructor' }), { budgetTokens: 100 }).files).toEqual([]);
  });

  test('does not depend on the order of the files', () => {
    const words = gap({ what_i_needed: 'reserve a book', what_i_tried: 'search_books' });
    const selection = selectContext(pythonLibrary, words, { budgetTokens: 300 });
    expect(selectContext(pythonLibrary.toReversed(), words, { budgetTokens: 300 })).toEqual(selection);
  });

  test('answers for an empty repository, an empty report and no budget', () => {
    expect(selectContext([], gap({}), { budgetTokens: 100 })).toEqual({ files: [], tools: [], paths: [] });
    expect(paths(goTickets, {}, 0)).toEqual([]);
    expect(paths(goTickets, {}).length).toBeGreaterThan(0);
  });

  test('keeps its promises about ranges and budget for any text', () => {
    const path = fc.constantFrom(
      'src/a.ts',
      'src/b.py',
      'c.go',
      'src/d.rs',
      'tools.json',
      'src/deep/mod.rs',
      'b_test.py',
    );
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'def list_items(b):',
        '  return list_items()',
        '}',
        '',
        '/* x',
        '@tool',
        '#[tool]',
        'from .a import b',
        '`${',
        '"""',
      ),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(line, { maxLength: 200 }).map((all) => all.join('\n')),
    );
    const tree = fc.uniqueArray(fc.record({ path, text }), { selector: (file) => file.path, maxLength: 7 });
    fc.assert(
      fc.property(tree, fc.string(), fc.nat(2000), (files, words, budgetTokens) => {
        const report = gap({ what_i_needed: words, what_i_tried: 'list_items returns nothing' });
        const selection = selectContext(files, report, { budgetTokens });
        let spent = 0;
        for (const { path: chosen, ranges } of selection.files) {
          const lines = (files.find((file) => file.path === chosen) as CodeFile).text.split('\n');
          let end = -1;
          let size = ranges ? 0 : lines.join('\n').length;
          for (const [first, last] of ranges ?? []) {
            expect(first).toBeGreaterThan(end + 1);
            expect(last).toBeGreaterThanOrEqual(first);
            expect(last).toBeLessThanOrEqual(lines.length);
            size += lines.slice(first - 1, last).reduce((sum, each) => sum + each.length + 1, 0);
            end = last;
          }
          spent += Math.ceil(size / 4);
        }
        expect(spent).toBeLessThanOrEqual(budgetTokens);
        expect(new Set(selection.files.map((file) => file.path)).size).toBe(selection.files.length);
        for (const { path: registered, line: at } of selection.tools) {
          expect(at).toBeGreaterThan(0);
          expect(at).toBeLessThanOrEqual(
            (files.find((file) => file.path === registered) as CodeFile).text.split('\n').length,
          );
        }
        expect(selectContext(files, report, { budgetTokens })).toEqual(selection);
      }),
    );
  });
});
