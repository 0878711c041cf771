import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** An HTTP server process that prints its port as its first line; the address of its MCP endpoint. */
export async function serving(
  args: string[],
  cwd: string,
  env: Record<string, string>,
): Promise<{ url: URL; stderr: () => string } & AsyncDisposable> {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const [line] = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data'),
    once(child, 'close').then(() => {
      throw new Error(`the server ended: ${stderr}`);
    }),
  ]);
  const stop = async () => {
    const closed = once(child, 'close');
    child.kill();
    await closed;
  };
  return { url: new URL(`http://127.0.0.1:${Number(line)}/mcp`), stderr: () => stderr, [Symbol.asyncDispose]: stop };
}
