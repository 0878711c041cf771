import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blocksOf } from '../../../src/repo/select/blocks.ts';

/** The first line of each block. */
function starts(text: string): string[] {
  const lines = text.split('\n');
  return blocksOf(lines).map(([first]) => (lines[first - 1] as string).trim());
}

const body = (count: number, indent: string) =>
  `${Array.from({ length: count }, (_, n) => `${indent}step(${n})`).join('\n')}\n`;

describe('blocksOf', () => {
  test('keeps a short file whole', () => {
    expect(blocksOf(['a', 'b'])).toEqual([[1, 2]]);
    expect(blocksOf([''])).toEqual([[1, 1]]);
  });

  test('cuts at definitions of the outer level', () => {
    const text = `import x\n\n${['one', 'two', 'three'].map((name) => `def ${name}():\n${body(30, '    ')}`).join('\n')}`;
    expect(starts(text)).toEqual(['import x', 'def one():', 'def two():', 'def three():']);
  });

  test('cuts a long class at its methods', () => {
    const methods = ['get', 'put'].map((name) => `  ${name}() {\n${body(40, '    ')}  }\n`);
    expect(starts(`export class Api {\n${methods.join('\n')}}\n`)).toEqual([
      'export class Api {',
      'get() {',
      'put() {',
    ]);
  });

  test('keeps comments, decorators and attributes with what they belong to', () => {
    const rust = ['one', 'two'].map(
      (name) => `/// About ${name}.\n#[tool(\n    name = "${name}"\n)]\npub fn ${name}() {\n${body(40, '    ')}}\n`,
    );
    expect(starts(rust.join('\n'))).toEqual(['/// About one.', '/// About two.']);
    const python = ['one', 'two'].map(
      (name) => `# ${name}\n@mcp.tool(\n    name="${name}",\n)\n@traced\nasync def ${name}():\n${body(40, '    ')}`,
    );
    expect(starts(python.join('\n'))).toEqual(['# one', '# two']);
  });

  test('joins short neighbours', () => {
    const text = `${Array.from({ length: 10 }, (_, n) => `import a${n}`).join('\n')}\nfunction f() {\n${body(60, '  ')}}\n`;
    expect(starts(text).slice(0, 2)).toEqual(['import a0', 'function f() {']);
  });

  test('cuts by length what has no definitions', () => {
    expect(blocksOf(Array.from({ length: 130 }, (_, n) => `# ${n}`))).toEqual([
      [1, 60],
      [61, 120],
      [121, 130],
    ]);
  });

  test('covers any file in order, without a gap', () => {
    const line = fc
      .tuple(fc.nat(12), fc.constantFrom('', 'a', '}', '// b', '@c', '#[d]', 'else', '"""'))
      .map(([indent, text]) => ' '.repeat(indent) + text);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 400 }), (lines) => {
        let end = 0;
        for (const [first, last] of blocksOf(lines)) {
          expect(first).toBe(end + 1);
          expect(last).toBeGreaterThanOrEqual(first);
          expect(last - first).toBeLessThan(60);
          end = last;
        }
        expect(end).toBe(lines.length);
      }),
    );
  });
});
