import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { detectIsolation, findTools, type ServerSpec } from '../../src/surface/index.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const MODULES = join(ROOT, 'node_modules');

export const tools = findTools(process.env);
export const isolation = await detectIsolation(tools);

export function spec(server: Partial<ServerSpec> = {}): ServerSpec {
  return { command: 'node', args: ['server.mjs'], env: {}, ...server };
}
