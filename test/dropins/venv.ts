import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shortHash } from './match.ts';
import { run } from './toolchain.ts';

const UV = '0.13.8';
const root = fileURLToPath(new URL('../..', import.meta.url));
const requirements = join(root, 'test/dropins/runners/python/requirements');
const cache = join(root, 'node_modules/.cache/dropins-python');

/**
 * The interpreter of a virtual environment with exactly the packages of `requirements/<name>.txt`. It is made once for each list
 * and interpreter, aside and then renamed, so that another run at the same time does no harm.
 */
export async function venv(name: string): Promise<string> {
  const list = join(requirements, `${name}.txt`);
  const python = await interpreter();
  const folder = join(cache, `${name}-${shortHash(`${python}\n${await readFile(list, 'utf8')}`)}`);
  await once(folder, async (aside) => {
    const uv = await installer(python);
    // The system's certificates, like pip: a mirror's are often not among those that uv brings along.
    const env = { UV_CACHE_DIR: join(cache, 'uv'), UV_SYSTEM_CERTS: 'true' };
    await run(uv, ['venv', '--quiet', '--relocatable', '--python', python, aside], root, env);
    const install = ['pip', 'install', '--quiet', '--no-deps', '--python', join(aside, 'bin/python')];
    await run(uv, [...install, '--requirements', list], root, env);
  });
  return join(folder, 'bin/python');
}

/** The machine's own Python, behind whatever chooses it. */
export async function interpreter(): Promise<string> {
  const ask = 'import sys; assert sys.version_info >= (3, 10), sys.version; print(sys.executable)';
  return (await run('python3', ['-c', ask], root)).trim();
}

async function installer(python: string): Promise<string> {
  const folder = join(cache, `uv-${UV}-${shortHash(python)}`);
  await once(folder, async (aside) => {
    await run(python, ['-m', 'venv', aside], root);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', `uv==${UV}`];
    await run(join(aside, 'bin/python'), pip, root);
  });
  return join(folder, 'bin/uv');
}

const making = new Map<string, Promise<void>>();

function once(folder: string, make: (aside: string) => Promise<void>): Promise<void> {
  const made = making.get(folder) ?? unlessThere(folder, make);
  making.set(folder, made);
  return made;
}

async function unlessThere(folder: string, make: (aside: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const aside = `${folder}.${process.pid}`;
  await mkdir(cache, { recursive: true });
  await make(aside);
  await rename(aside, folder).catch(() => rm(aside, { recursive: true }));
}
