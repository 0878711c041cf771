import { describe, expect, it } from 'vitest';
import { refusePath } from '../../src/repo/index.ts';

describe('where a draft may write', () => {
  it.each([
    'src/server.ts',
    'README.md',
    'docs/tools.md',
    'Makefile',
    'src/déjà-vu.py',
    'a/b/c/d.rs',
    'test/costs.test.ts',
    'github/x.go',
  ])('%s is an ordinary file', (path) => {
    expect(refusePath(path)).toBeUndefined();
  });

  it.each([
    '../x',
    'a/../../x',
    '/etc/passwd',
    'C:\\x',
    'C:/x',
    'a\\b',
    '',
    '.',
    'a//b',
    'a/./b',
    'x/',
    'a\0b',
    'a\nb',
    'a\u202eb',
    '.git/hooks/pre-commit',
    'a/.GIT/config',
    'git~1/config',
    'src/.git',
    'x'.repeat(300),
    'trailing.',
    'trailing ',
    ' leading',
    'con.txt',
    'src/aux',
    'src/nul.py',
    'decompose\u0301.ts',
    'a:b',
    'a*b',
    '\ud800.ts',
    'fu\u200bll.ts',
  ])('%j is unsafe', (path) => {
    expect(refusePath(path)?.code).toBe('unsafe_path');
  });

  it.each([
    '.github/workflows/release.yml',
    '.GitHub/workflows/x.yml',
    '.github/patchwork.yml',
    'CODEOWNERS',
    'docs/CODEOWNERS',
    'package-lock.json',
    'sub/yarn.lock',
    'Cargo.lock',
    'go.sum',
    'AGENTS.md',
    'sub/claude.md',
    '.env',
    '.npmrc',
    'a/.hidden/b',
    'node_modules/x/index.js',
    'vendor/x.go',
    'src/feedback-tool.ts',
    'feedback_tool.py',
    'feedback_tool.go',
    'Jenkinsfile',
  ])('%s is protected', (path) => {
    expect(refusePath(path)?.code).toBe('protected_path');
  });
});
