import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findTools } from '../../src/surface/index.ts';
import { rustEnv } from '../../src/surface/rust-toolchain.ts';
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
        const ask = "from urllib.request import urlopen; print(urlopen('https://api.example.com/').read().decode(), end='')";
        const { execFileSync } = await import('node:child_process');
        return { content: [{ type: 'text', text: JSON.stringify({
          stub: String(execFileSync('python3', ['-c', ask])),
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
    expect(told.said.stub).toBe('it is me');
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

  it('are also a package manager in a folder of its own, and all versions of Python', async () => {
    const home = await folder();
    for (const each of [
      'pnpm/node_modules/.bin',
      '.pyenv/shims',
      '.pyenv/versions/3.9.1/bin',
      '.pyenv/versions/3.13.0/bin',
    ])
      await mkdir(join(home, each), { recursive: true });
    await writeFile(join(home, 'pnpm/node_modules/.bin/pnpm'), '');
    const path = ['pnpm/node_modules/.bin', '.pyenv/shims'].map((each) => join(home, each));
    const found = findTools({ HOME: home, PATH: path.join(':') });
    expect(found.folders).toEqual(expect.arrayContaining([join(home, 'pnpm/node_modules'), join(home, '.pyenv')]));
    expect(found.path.split(':').slice(-4)).toEqual([
      ...path,
      ...['3.13.0', '3.9.1'].map((version) => join(home, '.pyenv/versions', version, 'bin')),
    ]);
    expect(found.env.PYENV_ROOT).toBe(join(home, '.pyenv'));
  });

  it('are the Rust of this machine where a repository pins one that is not there', async () => {
    const rustup = await repository({
      'settings.toml': 'default_toolchain = "1.95.0-x86_64-unknown-linux-gnu"\n',
      'toolchains/1.95.0-x86_64-unknown-linux-gnu/x': '',
      'toolchains/nightly-x86_64-unknown-linux-gnu/x': '',
    });
    const chosen = async (
      files: Record<string, string>,
      cwd = '.',
      env: Record<string, string> = { RUSTUP_HOME: rustup },
    ) => rustEnv({ path: '', folders: [], network: {}, env }, await repository(files), cwd);
    const own = { RUSTUP_TOOLCHAIN: '1.95.0-x86_64-unknown-linux-gnu' };
    const pin = '[toolchain]\nchannel = "1.94.1"\n';
    expect(await chosen({ 'rust-toolchain.toml': pin })).toEqual(own);
    expect(await chosen({ 'rust-toolchain': '1.94.1\n', 'crates/a/x': '' }, 'crates/a')).toEqual(own);
    expect(await chosen({ 'rust-toolchain.toml': pin.replace('1.94.1', 'nightly') })).toEqual({});
    expect(await chosen({ 'Cargo.toml': '' })).toEqual({});
    expect(await chosen({ 'rust-toolchain.toml': pin }, '.', {})).toEqual({});
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
