import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A project folder of its own in which `packages` are installed: links from the name a server imports to a folder below
 * node_modules. The drop-in and the test servers lie in it as copies, so that they find the zod of that SDK.
 */
export async function cell(packages: Record<string, string>): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'cell-'));
  for (const path of ['dropins/typescript', 'test/dropins/servers']) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  for (const [name, installed] of Object.entries(packages)) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, 'node_modules', installed), link);
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
