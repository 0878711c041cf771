import { describe, expect, it } from 'vitest';
import { readRepositoryConfig } from '../../src/config/index.ts';
import type { Material } from '../../src/draft/material.ts';
import { surroundingsOf } from '../../src/draft/surroundings.ts';

function around(files: Record<string, string>, config = '') {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  const snapshot = {
    commit: '',
    special: [],
    texts,
    files: texts.map(({ path }) => ({ path, mode: '100644', sha: '', size: 1 })),
  };
  const code = Object.keys(files).filter((path) => path.endsWith('.py'));
  const selection = { files: code.map((path) => ({ path, why: '' })), tools: [], paths: code };
  const material = { snapshot, selection, config: readRepositoryConfig(config).config } as unknown as Material;
  return Object.fromEntries(surroundingsOf(material).map(({ name, text }) => [name, text]));
}

describe('what is shown around the code', () => {
  it('is the data that the code names, and no other', () => {
    const shown = around({
      'server.py': "open('data/books.json')",
      'data/books.json': '[1]',
      'data/other.json': '[2]',
    });
    expect(shown).toEqual({ 'data data/books.json': '[1]', 'other-files': 'data/books.json\ndata/other.json' });
  });

  it('is no data that is hidden, a lock file, or holds a secret', () => {
    const names = "open('.env.json'); open('package-lock.json'); open('keys.json')";
    const token = `ghp_${'a1B2c3D4'.repeat(4)}e5F6`;
    const shown = around({ 'server.py': names, '.env.json': '1', 'package-lock.json': '2', 'keys.json': token });
    expect(Object.keys(shown)).toEqual(['other-files']);
  });

  it('is the readme, and the stand-ins of patchwork.yml', () => {
    const config = 'server: {command: x, stubs: {commands: [{command: ctl, stdout: right}]}}';
    const shown = around({ 'server.py': '', 'README.md': 'How to.' }, config);
    expect(shown['file README.md']).toBe('How to.');
    expect(Object.entries(shown).find(([name]) => name.startsWith('stand-ins'))?.[1]).toContain('"stdout":"right"');
  });

  it('is what the code is built with, but no lock file and none that holds a secret', () => {
    const token = `ghp_${'a1B2c3D4'.repeat(4)}e5F6`;
    const files = {
      'server.py': '',
      'pyproject.toml': '[project]',
      'uv.lock': 'x',
      'sub/package.json': `{"a": "${token}"}`,
    };
    expect(Object.keys(around(files))).toEqual(['file pyproject.toml', 'other-files']);
  });

  it('is not the checks of earlier gaps, which hold calls that nobody must know', () => {
    expect(around({ 'server.py': '', '.patchwork/probes/9.json': '{}' })).toEqual({});
  });

  it('has an end', () => {
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`d${i}.json`, 'x'.repeat(9000)]));
    const shown = around({ 'server.py': Object.keys(files).join(), ...files });
    expect(Object.values(shown).join('').length).toBeLessThan(13_000);
    const small = around({ 'server.py': Object.keys(files).join(), ...files }, 'draft: {budget_tokens: 2000}');
    expect(Object.values(small).join('').length).toBeLessThan(2000);
  });
});
