import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findTools } from '../../src/surface/index.ts';
import { folder, isolation, repository, serverV2 } from './support.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

describe('the isolation that a system gives', () => {
  it('is all of it, or what is missing is said', () => {
    const { missing, user, ...given } = isolation;
    const isFull = user !== 'same' && Object.values(given).every(Boolean);
    expect(missing.length === 0).toBe(isFull);
    if (process.env.CI) expect(missing).toEqual([]);
  });

  it.runIf(isRoot)('reaches as far for a user without rights, where user namespaces are allowed', async () => {
    const home = await folder();
    await chmod(home, 0o777);
    await writeFile(join(home, 'secret'), 'x');
    const dir = await repository(
      serverV2(`server.registerTool('spy', { description: 'd' }, async () => {
        const fs = await import('node:fs');
        const can = (what) => { try { what(); return true } catch { return false } };
        return { content: [{ type: 'text', text: JSON.stringify({
          reads: can(() => fs.readFileSync('${home}/secret')), writes: can(() => fs.writeFileSync('${home}/x', '')),
          tree: can(() => fs.writeFileSync('x', '')), usr: can(() => fs.writeFileSync('/usr/x', '')),
          pids: fs.readdirSync('/proc').filter((pid) => /^\\d+$/.test(pid)).length,
          effective: /CapEff:\\s+0+\\n/.test(fs.readFileSync('/proc/self/status', 'utf8')),
        }) }] };
      });`),
    );
    await chmod(dir, 0o755);
    const us = ['--reuid=1000', '--regid=1000', '--clear-groups', 'env', '-i', `HOME=${home}`, 'PATH=/usr/bin:/bin'];
    const script = [process.execPath, join(import.meta.dirname, 'as-user.ts'), dir];
    const { stdout } = await run('setpriv', [...us, ...script], { timeout: 30_000 });
    const told = JSON.parse(stdout);
    if (!told.isolation.mount && !process.env.CI) return expect(told.isolation.missing).not.toEqual([]);
    expect(told.isolation).toEqual({ ...isolation, user: 'mapped', missing: [] });
    expect(told.said).toMatchObject({ reads: false, writes: false, tree: true, usr: false, effective: true });
    expect(told.said.pids).toBeLessThan(6);
  });
});

describe('the tools that a server is shown', () => {
  it('are those along the path, without anything else of a home', async () => {
    const home = await folder();
    const folders = [
      '.local/bin',
      '.local/lib',
      '.local/share/keyrings',
      '.cargo/bin',
      '.rustup',
      '.nvm/v24/bin',
      '.nvm/v24/lib',
    ];
    for (const each of [...folders, '.pyenv/shims', 'bin']) await mkdir(join(home, each), { recursive: true });
    await writeFile(join(home, '.cargo/credentials.toml'), 'token');
    const bins = ['.local/bin', '.cargo/bin', '.nvm/v24/bin', '.pyenv/shims', 'bin', 'gone/bin'].map((each) =>
      join(home, each),
    );
    const found = findTools({ HOME: home, PATH: [...bins, '/usr/bin', 'relative', '/x/node_modules/.bin'].join(':') });
    const ours = found.folders.filter((each) => each.startsWith(home)).map((each) => each.slice(home.length + 1));
    expect(ours.sort()).toEqual(['.cargo/bin', '.local/bin', '.nvm/v24', '.pyenv', '.rustup', 'bin']);
    expect(found.path.split(':')).toContain('/usr/bin');
    expect(found.path).not.toMatch(/relative|gone|\.bin/);
  });

  it('get through to a registry, without credentials', () => {
    const found = findTools({
      HTTPS_PROXY: 'http://proxy:8080',
      HTTP_PROXY: 'http://u:p@proxy',
      GITHUB_TOKEN: 'x',
      npm_config_registry: 'http://r/',
    });
    expect(found.network).toEqual({ HTTPS_PROXY: 'http://proxy:8080', npm_config_registry: 'http://r/' });
  });
});
