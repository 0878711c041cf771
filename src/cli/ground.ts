import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from '../draft/index.ts';
import { detectIsolation, findTools, sweepLeftOver } from '../surface/index.ts';
import { ROOT } from './repositories.ts';

/**
 * What this machine offers for running a server under test; asked of it once, after what a killed run left is cleared away. `cache`
 * is a folder for what one repository's packages and compilers leave, so that its next draft does not begin from nothing.
 */
export async function findGround(cache?: string): Promise<Ground> {
  await sweepLeftOver();
  const tools = findTools(process.env);
  const modules = join(ROOT, 'node_modules');
  const isolation = await detectIsolation(tools);
  return {
    isolation,
    tools,
    ...(existsSync(modules) ? { modules } : {}),
    // Without a root of its own, a draft could leave something there for the base of the next.
    ...(cache && isolation.mount ? { cache } : {}),
  };
}
