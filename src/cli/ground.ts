import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from '../draft/index.ts';
import { detectIsolation, findTools, sweepLeftOver } from '../surface/index.ts';
import { ROOT } from './repositories.ts';

/** What this machine offers for running a server under test; asked of it once, after what a killed run left is cleared away. */
export async function findGround(): Promise<Ground> {
  await sweepLeftOver();
  const tools = findTools(process.env);
  const modules = join(ROOT, 'node_modules');
  return { isolation: await detectIsolation(tools), tools, ...(existsSync(modules) ? { modules } : {}) };
}
