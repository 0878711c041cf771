import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addedCommands, parseCommands, renderCommand } from '../../src/bot/command.ts';

const commands = parseCommands;

describe('commands in a comment', () => {
  it.each([
    ['/patchwork draft', { kind: 'draft' }],
    ['/patchwork redraft Name the parameter `run_id`.', { kind: 'redraft', guidance: 'Name the parameter `run_id`.' }],
    ['/patchwork merge #12', { kind: 'merge', into: 12 }],
    ['/patchwork split 01JD4T7Q9ZK3V5X8Y2B6N0M1RS', { kind: 'split', report: '01JD4T7Q9ZK3V5X8Y2B6N0M1RS' }],
    ['/patchwork severity HIGH', { kind: 'severity', severity: 'high' }],
    ['/patchwork severity auto', { kind: 'severity', severity: 'auto' }],
    ['/patchwork workaround Ask for one day at a time.', { kind: 'workaround', text: 'Ask for one day at a time.' }],
    ['/patchwork fixed-in v1.4.0', { kind: 'fixed-in', version: 'v1.4.0' }],
    ['/patchwork park not before the summer', { kind: 'park', why: 'not before the summer' }],
    ['/Patchwork unpark', { kind: 'unpark' }],
    ['/patchwork reveal', { kind: 'reveal' }],
    ['/patchwork', { kind: 'help' }],
  ])('%s', (line, command) => expect(commands(line)).toEqual([command]));

  it.each(['fly', 'merge', 'merge one', 'split 12', 'severity urgent', 'workaround', 'fixed-in soon'])(
    'says what is wrong with `%s`',
    (rest) =>
      expect(commands(`/patchwork ${rest}`)).toEqual([{ kind: 'unknown', text: rest, problem: expect.any(String) }]),
  );

  it('are read one a line, several a comment, with words around them', () => {
    const body = 'Thanks!\n/patchwork severity high\n/patchwork park later\n\nBye\r\n/patchwork help\n---\nme';
    expect(commands(body).map(({ kind }) => kind)).toEqual(['severity', 'park', 'help']);
  });

  it.each([
    '```\n/patchwork draft\n```',
    '~~~\n/patchwork draft',
    '    /patchwork draft',
    '> /patchwork draft',
    '> quoted\n/patchwork draft',
    'Write `x\n/patchwork draft\n` for a draft',
    '`/patchwork draft`',
    '- /patchwork draft',
    '<!--\n/patchwork draft\n-->',
    'a <!-- b\n/patchwork draft\n--> c',
    '<b>/patchwork draft</b>',
    '<details><summary>log</summary>\n\n/patchwork draft\n\n</details>',
    '<blockquote>\n\nSomebody wrote:\n\n/patchwork draft\n\n</blockquote>',
    '<table><tr><td>\n\n/patchwork draft\n\n</td></tr></table>',
    'Please /patchwork draft',
    '/patchworks draft',
    '\\/patchwork draft',
    '# /patchwork draft',
  ])('are none in %j', (body) => expect(commands(body)).toEqual([]));

  it('are read again behind what was folded away', () => {
    const body = '<details>\n\n/patchwork draft\n\n</details>\n\n/patchwork park\n\n<br>\n\n/patchwork help';
    expect(commands(body).map(({ kind }) => kind)).toEqual(['park', 'help']);
  });

  it('are only the new ones after an edit, wherever the old ones moved', () => {
    const before = 'One\n/patchwork draft\n/patchwork severity low';
    const after = '/patchwork severity low\n\nOne, two\n/patchwork   draft\n/patchwork park';
    expect(addedCommands(before, after).map(({ kind }) => kind)).toEqual(['park']);
  });

  it.each([
    'draft',
    'redraft Use `run_id`',
    'merge #12',
    'split 01JD4T7Q9ZK3V5X8Y2B6N0M1RS',
    'severity auto',
    'workaround none',
    'fixed-in 1.2.0-rc.1',
    'park',
    'unpark',
    'help',
  ])('are written as they are read: %s', (rest) => {
    const [command] = parseCommands(`/patchwork ${rest}`);
    expect(command && renderCommand(command)).toBe(`/patchwork ${rest}`);
  });

  it('count once for each line, ten at most, and no text breaks the reader', () => {
    expect(commands('/patchwork draft\n/patchwork draft')).toHaveLength(1);
    expect(commands(Array.from({ length: 30 }, (_, i) => `/patchwork merge #${i + 1}`).join('\n'))).toHaveLength(10);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        parseCommands(text);
        const once = parseCommands(`/patchwork ${text}`);
        expect(parseCommands(once.map(renderCommand).join('\n'))).toHaveLength(once.length);
      }),
      { numRuns: 300 },
    );
  });
});
