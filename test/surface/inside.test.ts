import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { writeKit } from '../../src/surface/stubs.ts';
import { folder, ROOT } from './support.ts';

it('the scripts beside a server work from a bundle, also a minified one', async () => {
  const dir = await folder();
  const bundle = join(dir, 'kit.mjs');
  await build({
    entryPoints: [join(ROOT, 'src/surface/stubs.ts')],
    ...{
      outfile: bundle,
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      logLevel: 'error',
    },
  });
  const made: typeof import('../../src/surface/stubs.ts') = await import(bundle);
  const rulePort = 20_000 + (process.pid % 10_000);
  const rule = { method: 'GET', path: '/a/**', query: {}, status: 200, headers: {}, body: 'text' };
  const asked = (of: string, body: string) => ({ ...rule, method: 'POST', containing: of, body });
  const stubs = {
    http: [rule, asked('"q":"b"', 'of b'), asked('"q"', 'of others')],
    hosts: ['api.example.com'],
    commands: [],
    files: [],
  };
  expect(await made.writeKit(dir, { kit: dir, door: dir }, { stubs, rulePort })).toEqual(
    await writeKit(dir, { kit: dir, door: dir }, { stubs, rulePort }),
  );
  await made.writeKit(dir, { kit: dir, door: dir }, { stubs, rulePort });
  const attendant = spawn(process.execPath, [join(dir, 'attend.mjs')], { stdio: 'inherit' });
  onTestFinished(() => void attendant.kill('SIGKILL'));
  while (
    await access(join(dir, 'ready')).then(
      () => false,
      () => true,
    )
  )
    await sleep(20);
  await writeFile(
    join(dir, 'client.mjs'),
    `const ask = async (init) => (await fetch('https://api.example.com/a/b/c', init)).text();
    const asking = (q) => ask({ method: 'POST', body: JSON.stringify({ q }) });
    console.log([await ask(), await asking('b'), await asking('c')].join(', '));`,
  );
  const client = spawn(process.execPath, ['--import', join(dir, 'preload.mjs'), join(dir, 'client.mjs')]);
  const [said] = await once(client.stdout, 'data');
  expect(String(said)).toBe('text, of b, of others\n');
});
