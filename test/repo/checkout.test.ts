import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckout, readSnapshot } from '../../src/repo/index.ts';
import { type Product, startProduct } from '../support/product.ts';

describe('a snapshot from a clone', () => {
  let dir: string;
  let product: Product;
  let head: string;
  const git = (...args: string[]) => execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8' }).trim();

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'patchwork-checkout-'));
    git('init', '-q', '-b', 'main');
    await mkdir(join(dir, 'src'));
    await writeFile(join(dir, 'src', 'a.ts'), 'export const a = 1;\r\n');
    await writeFile(join(dir, 'same.ts'), 'export const a = 1;\r\n');
    await writeFile(join(dir, 'bom.txt'), '\u{FEFF}text');
    await writeFile(join(dir, 'empty'), '');
    await writeFile(join(dir, 'latin.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    await writeFile(join(dir, 'logo.png'), Buffer.from([0x89, 0x50, 0, 1]));
    await writeFile(join(dir, 'a name\twith ünusual\nletters.md'), 'hello');
    await writeFile(join(dir, 'run.sh'), '#!/bin/sh\n');
    await chmod(join(dir, 'run.sh'), 0o755);
    await symlink('src/a.ts', join(dir, 'link.ts'));
    git('add', '-A');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.test', 'commit', '-qm', 'first');
    head = git('rev-parse', 'HEAD');
    product = await startProduct({ local: { name: 'linked', description: '', source: { linked: dir } } });
  });
  afterAll(async () => {
    await product.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('is the one that GitHub’s API gives', async () => {
    const octokit = new Octokit({ auth: 'owner', baseUrl: `${product.url}/api/v3` });
    const { blob, ...here } = (await readCheckout(dir, head)) ?? expect.unreachable();
    const there = await readSnapshot(octokit, { owner: 'owner', name: 'linked' }, head);
    const sorted = (list: { path: string }[]) => list.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    expect({ ...here, files: sorted(here.files) }).toEqual({ ...there, files: sorted(there.files) });
    expect(here.texts.map(({ path }) => path)).not.toContain('latin.txt');
    const logo = here.files.find(({ path }) => path === 'logo.png');
    expect(Buffer.from((await blob?.(logo?.sha ?? '')) ?? [])).toEqual(Buffer.from([0x89, 0x50, 0, 1]));
  });

  it('does not see what another step left in the working tree', async () => {
    await writeFile(join(dir, 'src', 'a.ts'), 'export const a = 2;');
    const snapshot = await readCheckout(dir, head);
    expect(snapshot?.texts.find(({ path }) => path === 'src/a.ts')?.text).toBe('export const a = 1;\r\n');
  });

  it('is absent where the clone lacks the commit, or is none', async () => {
    expect(await readCheckout(dir, 'f'.repeat(40))).toBeUndefined();
    expect(await readCheckout(tmpdir(), head)).toBeUndefined();
  });
});
