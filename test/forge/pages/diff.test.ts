import { expect, test } from 'vitest';
import { diff, parsePatch } from '../../../src/forge/pages/diff.ts';

test('each line of a patch has its number on the side where it stands', () => {
  const patch = '@@ -3,3 +3,3 @@ class A\n same\n-old\n+new\n end\n\\ No newline at end of file\n@@ -9 +9,0 @@\n-gone';
  expect(parsePatch(patch)).toEqual([
    { kind: 'gap', text: '@@ -3,3 +3,3 @@ class A' },
    { kind: 'same', old: 3, new: 3, text: 'same' },
    { kind: 'del', old: 4, text: 'old' },
    { kind: 'add', new: 4, text: 'new' },
    { kind: 'same', old: 5, new: 5, text: 'end' },
    { kind: 'note', text: 'No newline at end of file' },
    { kind: 'gap', text: '@@ -9 +9,0 @@' },
    { kind: 'del', old: 9, text: 'gone' },
  ]);
});

test('a long file is folded, a short one is open', () => {
  const file = (filename: string, lines: number) => ({
    filename,
    status: 'added',
    additions: lines,
    deletions: 0,
    patch: `@@ -0,0 +1,${lines} @@\n${'+x\n'.repeat(lines)}`,
  });
  const markup = String(diff([file('short.ts', 3), file('long.json', 500)], '/o/r/blob/abc'));
  expect(markup.match(/<details class="box diff" id="file-\d" (open)?>/g)).toEqual([
    '<details class="box diff" id="file-0" open>',
    '<details class="box diff" id="file-1" >',
  ]);
  expect(markup).toContain('501 lines, folded');
});

test('a change without a patch says so', () => {
  const binary = { filename: 'a.png', status: 'added', additions: 0, deletions: 0 };
  expect(String(diff([binary], '/o/r/blob/abc'))).toContain('Binary, empty or too long to show.');
});
