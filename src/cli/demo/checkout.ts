import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../repositories.ts';

const run = promisify(execFile);

/**
 * A folder with a branch's files, gone when done with. It lies under the project, so that the sample finds the dependencies.
 */
export async function checkout(gitDir: string, branch: string): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(ROOT, '.patchwork-checkout-'));
  await run('git', ['--git-dir', gitDir, '--work-tree', dir, 'checkout', '--force', branch, '--', '.'], {
    env: { ...process.env, GIT_INDEX_FILE: join(dir, '.index') },
  });
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}
