import { describe, expect, test } from 'vitest';
import { isSource } from '../../../../src/repo/select/code/language.ts';
import { graphOf, nameIndex } from '../../../../src/repo/select/graph/index.ts';
import type { CodeFile } from '../../../../src/repo/select/index.ts';
import { readSource } from '../../../../src/repo/select/source.ts';
import { goTickets, pythonLibrary, rustParcels, typescriptNotes } from '../servers.ts';

/** The files that one file leans on, with their strengths. */
function leansOn(files: CodeFile[], path: string): Record<string, number> {
  const sources = files.filter((file) => isSource(file.path)).map(readSource);
  const graph = graphOf(sources, files, nameIndex(sources));
  const edges = graph[sources.findIndex((source) => source.path === path)] ?? new Map<number, number>();
  return Object.fromEntries([...edges].map(([to, strength]) => [sources[to]?.path, strength]));
}

/** The files that one file imports. */
function imports(files: CodeFile[], path: string): string[] {
  return Object.entries(leansOn(files, path))
    .filter(([, strength]) => strength === 1)
    .map(([to]) => to)
    .sort();
}

const files = (texts: Record<string, string>): CodeFile[] =>
  Object.entries(texts).map(([path, text]) => ({ path, text }));

describe('graphOf', () => {
  test('follows absolute and relative imports of Python', () => {
    expect(imports(pythonLibrary, 'src/library_mcp/server.py')).toEqual([
      'src/library_mcp/catalogue.py',
      'src/library_mcp/loans.py',
    ]);
    expect(imports(pythonLibrary, 'src/library_mcp/loans.py')).toEqual([
      'src/library_mcp/http.py',
      'src/library_mcp/models.py',
    ]);
    const tree = files({
      'a/b/c.py': 'from .. import (\n  d,  # one\n  e as f,\n)\nimport a.g\n',
      'a/d.py': '',
      'a/e.py': '',
      'a/g.py': '',
      'd.py': '',
    });
    expect(imports(tree, 'a/b/c.py')).toEqual(['a/d.py', 'a/e.py', 'a/g.py']);
  });

  test('follows imports of TypeScript that name the built file, a folder, an alias or a package of the workspace', () => {
    expect(imports(typescriptNotes, 'src/index.ts')).toEqual(['src/tools/notebooks.ts', 'src/tools/notes.ts']);
    const tree = files({
      'packages/core/package.json': '{"name": "@acme/core"}',
      'packages/core/src/index.ts': '',
      'packages/core/src/rate.ts': '',
      'packages/server/src/main.ts':
        "import a from '@acme/core';\nimport b from '@acme/core/rate';\nexport * from './tools';\nconst c = await import('@/deep/c.js');\nimport d from '../../..';\n",
      'packages/server/src/tools/index.ts': '',
      'packages/server/src/deep/c.ts': '',
    });
    expect(imports(tree, 'packages/server/src/main.ts')).toEqual([
      'packages/core/src/index.ts',
      'packages/core/src/rate.ts',
      'packages/server/src/deep/c.ts',
      'packages/server/src/tools/index.ts',
    ]);
  });

  test('follows a Go import to the files of the package that define what is used', () => {
    expect(imports(goTickets, 'tools/tickets.go')).toEqual(['client/tickets.go']);
    expect(imports(goTickets, 'main.go')).toEqual(['tools/tickets.go']);
  });

  test('follows modules of Rust, paths in code, and crates of the workspace', () => {
    expect(imports(rustParcels, 'server/src/main.rs')).toEqual(['server/src/error.rs', 'server/src/tools.rs']);
    expect(imports(rustParcels, 'server/src/tools.rs')).toEqual(['parcel-core/src/tracking.rs', 'server/src/error.rs']);
    const tree = files({
      'src/lib.rs': 'pub mod api;\n',
      'src/api.rs': 'use super::config::{self, Limit};\nfn f() { crate::store::disk::open() }\n',
      'src/config.rs': '',
      'src/store/mod.rs': '',
      'src/store/disk.rs': 'use self::super::cache;\n',
      'src/store/cache.rs': '',
    });
    expect(imports(tree, 'src/lib.rs')).toEqual(['src/api.rs']);
    expect(imports(tree, 'src/api.rs')).toEqual(['src/config.rs', 'src/store/disk.rs']);
  });

  test('connects files by a name that only one of them defines, and not by one that many define', () => {
    const tree = files({
      'a.go': 'package x\n\nfunc renderRate() {}\nfunc helper() {}\n',
      'b.go': 'package x\n\nfunc use() { renderRate(); helper() }\n',
      'c.go': 'package x\n\nfunc helper() {}\n',
      'd.go': 'package x\n\nfunc helper() {}\n',
    });
    const edges = leansOn(tree, 'b.go');
    expect(Object.keys(edges)).toEqual(['a.go']);
    expect(edges['a.go']).toBeLessThan(1);
  });

  test('never leads a file to itself', () => {
    for (const tree of [pythonLibrary, typescriptNotes, goTickets, rustParcels]) {
      for (const { path } of tree) expect(Object.keys(leansOn(tree, path))).not.toContain(path);
    }
  });
});
