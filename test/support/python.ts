import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './process.ts';

const run = promisify(execFile);

/** Whether this machine has a Python to make environments with. */
export const hasPython = await run('python3', ['-c', 'import venv, ensurepip']).then(
  () => true,
  () => false,
);

/** The interpreter of an environment with these packages, made once and kept below node_modules. */
export async function pythonWith(...packages: string[]): Promise<string> {
  const name = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 16);
  const folder = join(ROOT, 'node_modules/.cache/patchworkmcp', `python-${name}`);
  const interpreter = join(folder, 'bin/python');
  if (await exists(interpreter)) return interpreter;
  const draft = `${folder}.${process.pid}`;
  await mkdir(join(folder, '..'), { recursive: true });
  await run('python3', ['-m', 'venv', draft]);
  await run(join(draft, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...packages], { timeout: 300_000 });
  // Another run may have been faster; an environment may be moved as long as only its interpreter is called.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  return interpreter;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
