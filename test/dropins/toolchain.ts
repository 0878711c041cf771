import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'vitest';

/** A suite for machines that have `tool`; others say in its title what is missing. Where CI is set nothing is left out. */
export function needing(tool: string): (title: string, suite: () => void) => void {
  try {
    execFileSync(tool, [tool === 'go' ? 'version' : '--version'], { stdio: 'ignore' });
    return describe;
  } catch (error) {
    if (process.env.CI) throw new Error(`${tool} is needed where CI is set`, { cause: error });
    return (title) => it.skip(`${title} (left out: no ${tool} on this machine)`, () => {});
  }
}

/** Runs a compiler or linter; throws with all it said if it fails. */
export async function run(command: string, args: string[], cwd: string, env: Record<string, string> = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} in ${cwd}:\n${said}`);
  return said;
}
