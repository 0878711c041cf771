import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openReplay, type ServerSpec } from '../../src/surface/index.ts';
import { folder, isolation, MODULES, repository, serverV2, spec, tools } from './support.ts';

const tool = (name: string) => `server.registerTool('${name}', { description: 'd' }, async () => ({ content: [] }));`;

async function session(server: Partial<ServerSpec>) {
  return openReplay({ server: spec(server), isolation, tools, modules: MODULES });
}

/** A package with a script that runs when it is installed, as a tarball. */
async function tarball(): Promise<Buffer> {
  const { readFile } = await import('node:fs/promises');
  const dir = await repository({
    'package.json': JSON.stringify({
      name: 'dep',
      version: '1.0.0',
      main: 'index.js',
      scripts: { postinstall: 'echo ran > ran.txt' },
    }),
    'index.js': "module.exports = require('node:fs').existsSync(__dirname + '/ran.txt') ? 'ran_script' : 'no_script';",
  });
  const out = await folder();
  execFileSync('npm', ['pack', '--pack-destination', out], { cwd: dir, stdio: 'pipe' });
  return readFile(join(out, 'dep-1.0.0.tgz'));
}

const withDep = (more: string): Record<string, string> => ({
  'package.json': JSON.stringify({ name: 'under-test', type: 'module', dependencies: { dep: './dep.tgz' } }),
  ...serverV2(
    `${tool('one')} server.registerTool(dep, { description: '${more}' }, async () => ({ content: [] }));`,
    "import dep from 'dep';",
  ),
});

async function written(files: Record<string, string>, tar: Buffer): Promise<string> {
  const { writeFile } = await import('node:fs/promises');
  const dir = await repository(files);
  await writeFile(join(dir, 'dep.tgz'), tar);
  return dir;
}

describe('before a server starts', () => {
  it('packages are installed without running their scripts, and not again for the other side', async () => {
    const tar = await tarball();
    await using replay = await session({ install: 'npm install --offline' });
    const base = await replay.examine({ dir: await written(withDep('a'), tar), probes: [] });
    expect(base.install).toMatchObject({ ok: true, reused: false });
    expect(base.surface?.tools.map(({ name }) => name)).toEqual(['no_script', 'one']);
    const head = await replay.examine({ dir: await written(withDep('b'), tar), probes: [] });
    expect(head.install).toMatchObject({ ok: true, reused: true });
    expect(head.surface?.tools.map(({ name, description }) => [name, description])).toEqual([
      ['no_script', 'b'],
      ['one', 'd'],
    ]);
    const other = {
      ...withDep('c'),
      'package.json': JSON.stringify({ name: 'other', type: 'module', dependencies: { dep: './dep.tgz' } }),
    };
    expect((await replay.examine({ dir: await written(other, tar), probes: [] })).install).toMatchObject({
      reused: false,
    });
  });

  it('scripts stay off whatever the repository says', async () => {
    const files = { ...withDep('a'), '.npmrc': 'ignore-scripts=false\nforeground-scripts=true\n' };
    await using replay = await session({ install: 'npm install --offline' });
    const base = await replay.examine({ dir: await written(files, await tarball()), probes: [] });
    expect(base.surface?.tools.map(({ name }) => name)).toEqual(['no_script', 'one']);
  });

  it('it is built without a network, and a build that fails is named with its words', async () => {
    const dial = `require('node:net').connect(443, '192.0.2.1').on('error', (e) => { console.log(e.code); process.exit(e.code === 'ENETUNREACH' ? 0 : 9) })`;
    const files = {
      ...serverV2(tool('one')),
      'build.cjs': `require('node:fs').writeFileSync('built.txt', ''); ${dial}`,
    };
    await using replay = await session({ build: 'node build.cjs && test -e built.txt' });
    const good = await replay.examine({ dir: await repository(files), probes: [] });
    if (isolation.network) expect(good.build).toMatchObject({ ok: true, tail: 'ENETUNREACH' });
    const bad = await replay.examine({
      dir: await repository({ ...files, 'build.cjs': "console.log('error TS1: no'); process.exit(2)" }),
      probes: [],
    });
    expect(bad.build).toMatchObject({ ok: false });
    expect(bad.failure).toMatchObject({ stage: 'build', code: 'build_failed', tail: 'error TS1: no' });
    expect(bad.surface).toBeUndefined();
  });

  it('what the base leaves in the cache is there for the drafts, what a draft leaves is not', async () => {
    const build =
      'ls "$XDG_CACHE_HOME/left" 2>/dev/null; mkdir -p "$XDG_CACHE_HOME/left" && touch "$XDG_CACHE_HOME/left/$(cat side)"';
    await using replay = await session({ build });
    const left: unknown[] = [];
    for (const side of ['base', 'one', 'two']) {
      const dir = await repository({ ...serverV2(tool('one')), side });
      left.push((await replay.examine({ dir, probes: [] })).build?.tail);
    }
    expect(left).toEqual(['', 'base', isolation.mount ? 'base' : 'base\none']);
  });

  it('the base is built once, and what its server left there is not there when it is examined again', async () => {
    const build = 'cat "$XDG_CACHE_HOME/built" >&2; echo built >> "$XDG_CACHE_HOME/built"; echo yes > built.txt';
    const left = "import { existsSync, writeFileSync } from 'node:fs';";
    const code = `${tool('one')} if (existsSync('left')) process.exit(1); writeFileSync('left', ''); if (!existsSync('built.txt')) process.exit(2);`;
    await using replay = await session({ build });
    const dir = await repository(serverV2(code, left));
    expect((await replay.examine({ dir, probes: [] })).build).toMatchObject({ ok: true, reused: false });
    const again = await replay.examine({ dir, probes: [] });
    expect(again.build).toMatchObject({ ok: true, reused: true });
    expect(again.surface?.tools.map(({ name }) => name)).toEqual(['one']);
    const other = await replay.examine({ dir: await repository(serverV2(code, left)), probes: [] });
    expect(other.build).toMatchObject({ ok: true, reused: false, tail: 'built' });
  });

  it('a cache can be kept for later replays', async () => {
    const cache = await folder();
    const build = 'cat "$XDG_CACHE_HOME/left" 2>/dev/null; echo base > "$XDG_CACHE_HOME/left"';
    for (const tail of ['', 'base']) {
      await using replay = await openReplay({ server: spec({ build }), isolation, tools, modules: MODULES, cache });
      const dir = await repository(serverV2(tool('one')));
      expect((await replay.examine({ dir, probes: [] })).build).toMatchObject({ ok: true, tail });
    }
  });

  it('nothing happens in the folder that was given, and nothing of git is there', async () => {
    const dir = await repository(serverV2(tool('one')));
    execFileSync('git', ['init', '-q'], { cwd: dir });
    await using replay = await session({ build: 'test ! -e .git && echo x > left.txt' });
    expect((await replay.examine({ dir, probes: [] })).build).toMatchObject({ ok: true });
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: dir }).toString()).toBe('?? server.mjs\n');
  });
});

describe('after a server has answered', () => {
  it('the repository’s own commands run, up to the first that fails', async () => {
    await using replay = await session({});
    const dir = await repository(serverV2(tool('one')));
    const seen = await replay.examine({ dir, probes: [], checks: ['echo fine', 'echo no >&2; exit 3', 'echo never'] });
    expect(seen.checks).toMatchObject([
      { command: 'echo fine', ok: true, tail: 'fine' },
      { ok: false, tail: 'no', why: 'The check command failed: it ended with status 3.' },
    ]);
  });

  it('a replay can be stopped', async () => {
    const stop = new AbortController();
    await using replay = await openReplay({ server: spec(), isolation, tools, signal: stop.signal });
    const examined = replay.examine({
      dir: await repository({ 'server.mjs': 'setInterval(() => {}, 1000)' }),
      probes: [],
    });
    setTimeout(() => stop.abort(), 1500);
    expect((await examined).failure).toMatchObject({ stage: 'start', code: 'stopped' });
  });
});
