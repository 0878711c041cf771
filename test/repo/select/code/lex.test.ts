import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Language } from '../../../../src/repo/select/code/language.ts';
import { lex } from '../../../../src/repo/select/code/lex.ts';

/** The tokens as one would write them down: names bare, strings in quotes. */
function read(source: string, language: Language): string {
  const { kind, text } = lex(source, language);
  return text.map((each, at) => (kind[at] === 'string' ? JSON.stringify(each) : each)).join(' ');
}

describe('lex', () => {
  const cases: [title: string, language: Language, source: string, tokens: string][] = [
    ['leaves out comments of Python', 'python', 'a # b\n"""c\nd""" e', 'a "c\\nd" e'],
    ['takes prefixes of Python strings away', 'python', 'f"a" rb\'b\' x', '"a" "b" x'],
    ['leaves out comments of TypeScript', 'typescript', 'a // b\n/* c */ d', 'a d'],
    ['reads code inside a template string', 'typescript', '`a \x24{b({c: `d`})} e`', '"a " b ( { c : "d" } ) " e"'],
    ['tells a regular expression from a division', 'typescript', 'x = /["\'`]/g; a / b / c', 'x = "" g ; a / b / c'],
    ['reads raw strings of Go', 'go', 'a := `b "c\n` + d', 'a : = "b \\"c\\n" + d'],
    ['knows nested comments of Rust', 'rust', 'a /* b /* c */ d */ e', 'a e'],
    [
      'tells a lifetime from a character',
      'rust',
      "fn f<'a>(x: &'a str, q: char) { q == '\"' || q == '\\'' }",
      'fn f < a > ( x : & a str , q : char ) { q = = | | q = = "\\\\\'" }',
    ],
    ['reads raw strings of Rust', 'rust', 'r#"a "b" c"# d', '"a \\"b\\" c" d'],
    ['keeps an escaped quote inside', 'json', '{"a\\"b": 1}', '{ "a\\\\\\"b" : }'],
    ['ends an unclosed string with its line', 'typescript', 'a = "b\nc', 'a = "b" c'],
  ];
  test.each(cases)('%s', (_, language, source, tokens) => {
    expect(read(source, language)).toBe(tokens);
  });

  test('knows the line of each token, behind strings and comments of several lines too', () => {
    const { text, line } = lex('a\n/*\n\n*/ b `c\n` d\n"e\\\nf" g', 'typescript');
    expect(text.map((each, at) => `${each.trim()}:${line[at]}`)).toEqual([
      'a:1',
      'b:4',
      'c:4',
      'd:5',
      'e\\\nf:6',
      'g:7',
    ]);
  });

  test('reads any text to its end, lines in order and inside the text', () => {
    const languages = fc.constantFrom<Language>('python', 'typescript', 'go', 'rust', 'json');
    const pieces = fc.constantFrom(
      '"',
      "'",
      '`',
      '${',
      '}',
      '/*',
      '*/',
      '//',
      '#',
      '"""',
      'r#"',
      '\\',
      '\n',
      '/',
      'a',
      "'a",
      '{',
      '[',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, languages, (source, language) => {
        const { kind, text: found, line } = lex(source, language);
        expect(found).toHaveLength(kind.length);
        expect(line.toSorted((a, b) => a - b)).toEqual(line);
        if (line.length > 0) expect(line.at(-1)).toBeLessThanOrEqual(source.split('\n').length);
      }),
    );
  });
});
