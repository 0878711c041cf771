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
    'app/(shop)/[id]/$slug.tsx',
    'src/agents/agent.ts',
    'docs/block.md',
    'src/lockfile.ts',
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
    '．．/x',
    'src/…/x',
    'com¹.txt',
    'CONOUT$',
    '--help',
    'a\u00a0',
    'a`b`.ts',
    'a;b',
    '$(id)/x',
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
    'azure-pipelines.yaml',
    'bitbucket-pipelines.yml',
    'action.yml',
    'renovate.json',
    'AGENT.md',
    'AGENTS.override.md',
    'CLAUDE.local.md',
    'rules/style.mdc',
    'docs/fix.prompt.md',
    'mcp.json',
    '.vscode/tasks.json',
    'deno.lock',
    'go.work.sum',
    'gradle.lockfile',
    'pylock.toml',
    '.ｇithub/workflows/x.yml',
    'feedback_tool/text.rs',
  ])('%s is protected', (path) => {
    expect(refusePath(path)?.code).toBe('protected_path');
  });

  it.each([
    ['package-lock.json', true],
    ['vendor/x.go', true],
    ['vendor/AGENTS.md', false],
    ['.github/package-lock.json', false],
    ['node_modules/.bin/x', false],
    ['.env', false],
    ['../package-lock.json', false],
  ])('%s may be left out: %s', (path, may) => {
    expect(refusePath(path)?.mayBeLeftOut).toBe(may);
  });
});
