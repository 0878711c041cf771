import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, type Edit, type Snapshot } from '../../src/repo/index.ts';
import { PatchworkError } from '../../src/report/index.ts';

const limits = { maxFiles: 5, maxLines: 200 };

function snapshot(texts: Record<string, string>, more: Partial<Snapshot> = {}): Snapshot {
  const files = Object.keys(texts).map((path) => ({ path, mode: '100644', sha: '0', size: 1 }));
  return {
    commit: 'c',
    files,
    special: [],
    texts: Object.entries(texts).map(([path, text]) => ({ path, text })),
    ...more,
  };
}

const after = (files: Record<string, string>, edits: Edit[], more?: Partial<Snapshot>) =>
  Object.fromEntries(applyEdits(snapshot(files, more), edits, limits).map((change) => [change.path, change.after]));

function refusal(files: Record<string, string>, edits: Edit[], more?: Partial<Snapshot>): string {
  try {
    applyEdits(snapshot(files, more), edits, limits);
    return 'taken';
  } catch (error) {
    return error instanceof PatchworkError ? error.code : String(error);
  }
}

describe('a draft’s edits', () => {
  it('create, replace, rewrite and delete, several files at once', () => {
    const files = { 'a.ts': 'one\ntwo\n', 'b.ts': 'old\n', 'c.ts': 'gone\n' };
    const edits: Edit[] = [
      { kind: 'replace', path: 'a.ts', search: 'two', replace: 'three' },
      { kind: 'write', path: 'b.ts', content: 'new\n' },
      { kind: 'delete', path: 'c.ts' },
      { kind: 'write', path: 'd/e.ts', content: 'made\n' },
    ];
    expect(after(files, edits)).toEqual({
      'a.ts': 'one\nthree\n',
      'b.ts': 'new\n',
      'c.ts': undefined,
      'd/e.ts': 'made\n',
    });
  });

  it('build on each other in one file', () => {
    const edits: Edit[] = [
      { kind: 'replace', path: 'a.ts', search: 'one', replace: 'two' },
      { kind: 'replace', path: 'a.ts', search: 'two', replace: 'three' },
    ];
    expect(after({ 'a.ts': 'one' }, edits)).toEqual({ 'a.ts': 'three' });
  });

  it('keep line ends, byte order mark and the missing last newline', () => {
    expect(
      after({ 'a.ts': 'one\r\ntwo\r\n' }, [{ kind: 'replace', path: 'a.ts', search: 'one\ntwo', replace: 'x\ny' }]),
    ).toEqual({ 'a.ts': 'x\r\ny\r\n' });
    expect(after({ 'a.ts': '\ufeffone\r\n' }, [{ kind: 'write', path: 'a.ts', content: 'two\n' }])).toEqual({
      'a.ts': '\ufefftwo\r\n',
    });
    expect(after({ 'a.ts': 'one' }, [{ kind: 'replace', path: 'a.ts', search: 'one', replace: 'two' }])).toEqual({
      'a.ts': 'two',
    });
  });

  it('keep a replacement’s dollar signs', () => {
    expect(after({ 'a.ts': 'x' }, [{ kind: 'replace', path: 'a.ts', search: 'x', replace: "$& $1 $' $$" }])).toEqual({
      'a.ts': "$& $1 $' $$",
    });
  });

  it('keep the mode of an executable file', () => {
    const script = { files: [{ path: 'run.sh', mode: '100755', sha: '0', size: 1 }] };
    const [change] = applyEdits(
      snapshot({ 'run.sh': 'a' }, script),
      [{ kind: 'write', path: 'run.sh', content: 'b' }],
      limits,
    );
    expect(change?.mode).toBe('100755');
  });

  const files = { 'a.ts': 'one two one\n', 'B.ts': 'x\n', 'src/deep/c.ts': 'x\n' };
  it.each<[string, Edit[], string]>([
    [
      'a search text that is not there',
      [{ kind: 'replace', path: 'a.ts', search: 'three', replace: '' }],
      'search_not_found',
    ],
    [
      'a search text that is there twice',
      [{ kind: 'replace', path: 'a.ts', search: 'one', replace: '' }],
      'search_not_unique',
    ],
    ['overlapping occurrences', [{ kind: 'replace', path: 'a.ts', search: 'o', replace: '' }], 'search_not_unique'],
    ['an empty search text', [{ kind: 'replace', path: 'a.ts', search: '', replace: 'x' }], 'search_empty'],
    ['a file that does not exist', [{ kind: 'replace', path: 'z.ts', search: 'a', replace: 'b' }], 'file_not_found'],
    ['deleting what does not exist', [{ kind: 'delete', path: 'z.ts' }], 'file_not_found'],
    [
      'deleting twice',
      [
        { kind: 'delete', path: 'a.ts' },
        { kind: 'delete', path: 'a.ts' },
      ],
      'file_not_found',
    ],
    ['no edits', [], 'no_edits'],
    ['edits that change nothing', [{ kind: 'write', path: 'a.ts', content: 'one two one\n' }], 'no_change'],
    ['a case variant of a file', [{ kind: 'write', path: 'b.ts', content: 'x' }], 'unsafe_path'],
    ['a case variant of a folder', [{ kind: 'write', path: 'SRC/x.ts', content: 'x' }], 'unsafe_path'],
    [
      'two files that differ only by case',
      [
        { kind: 'write', path: 'new.ts', content: 'x' },
        { kind: 'write', path: 'New.ts', content: 'x' },
      ],
      'unsafe_path',
    ],
    ['one endless line', [{ kind: 'write', path: 'n', content: 'x'.repeat(200_000) }], 'too_many_lines'],
    ['a file as a folder', [{ kind: 'write', path: 'a.ts/b', content: 'x' }], 'unsafe_path'],
    ['a path outside', [{ kind: 'write', path: '../x', content: 'x' }], 'unsafe_path'],
    ['a workflow', [{ kind: 'write', path: '.github/workflows/x.yml', content: 'x' }], 'protected_path'],
    [
      'too many files',
      Array.from({ length: 6 }, (_, i) => ({ kind: 'write' as const, path: `n${i}`, content: 'x' })),
      'too_many_files',
    ],
    ['too many lines', [{ kind: 'write', path: 'n', content: 'x\n'.repeat(300) }], 'too_many_lines'],
  ])('%s is refused', (_name, edits, code) => {
    expect(refusal(files, edits)).toBe(code);
  });

  it('may change what exists in two cases', () => {
    const twins = { 'Docs/a.md': 'x\n', 'docs/a.md': 'y\n' };
    for (const path of Object.keys(twins)) {
      expect(after(twins, [{ kind: 'write', path, content: 'z\n' }])).toEqual({ [path]: 'z\n' });
    }
    expect(refusal(twins, [{ kind: 'write', path: 'DOCS/a.md', content: 'z' }])).toBe('unsafe_path');
  });

  it('never go through links, submodules or files that are not text', () => {
    expect(refusal(files, [{ kind: 'write', path: 'link/x', content: 'x' }], { special: ['link'] })).toBe(
      'unsafe_path',
    );
    expect(refusal(files, [{ kind: 'write', path: 'link', content: 'x' }], { special: ['link'] })).toBe('unsafe_path');
    const binary = { files: [{ path: 'logo.png', mode: '100644', sha: '0', size: 9 }], texts: [] };
    expect(refusal({}, [{ kind: 'write', path: 'logo.png', content: 'x' }], binary)).toBe('not_text');
  });

  it('change all files or none, and only those named', () => {
    const path = fc.constantFrom('a.ts', 'B.ts', 'new.ts', '../evil', 'dir/new.ts');
    const edit = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), path, content: fc.string() }),
      fc.record({
        kind: fc.constant('replace' as const),
        path,
        search: fc.constantFrom('one', 'two', 'x'),
        replace: fc.string(),
      }),
      fc.record({ kind: fc.constant('delete' as const), path }),
    );
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 5 }), (edits) => {
        const before = snapshot(files);
        try {
          const named = new Set(edits.map((one) => one.path));
          for (const change of applyEdits(before, edits, limits)) {
            expect(named).toContain(change.path);
            expect(change.path).not.toContain('..');
          }
        } catch (error) {
          expect(error).toBeInstanceOf(PatchworkError);
        }
        expect(before).toEqual(snapshot(files));
      }),
    );
  });
});
