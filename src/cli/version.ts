import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repositories.ts';

/** Ours, as package.json says it. */
export const VERSION: string = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
