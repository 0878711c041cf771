import { expect, it } from 'vitest';
import { showMore } from '../../src/draft/more-files.ts';

it('shows files that are asked for, code or not, and none that a draft may not touch', () => {
  const texts = ['src/a.py', 'docs/b.md', '.patchwork/probes/1.json', '.env'].map((path) => ({
    path,
    text: 'x'.repeat(40),
  }));
  const snapshot = { commit: '', special: [], files: [], texts };
  const selection = { files: [], tools: [], paths: ['src/a.py'] };
  const asked = [...texts.map(({ path }) => path), 'none.py'];
  const { shown, missing } = showMore(selection, snapshot, asked, 1000);
  expect(shown).toEqual(['src/a.py', 'docs/b.md']);
  expect(missing).toHaveLength(3);
  expect(showMore(selection, snapshot, ['src/a.py', 'docs/b.md'], 15).shown).toEqual(['src/a.py']);
});
