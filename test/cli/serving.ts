import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from '../support/process.ts';

/** A server process of Node that prints its port as its first line; the address of its MCP endpoint. */
export async function serving(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ url: URL; stderr: () => string } & AsyncDisposable> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
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
