import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repositories.ts';

/** Ours, as package.json says it. */
const PACKAGE: { version: string; repository: { url: string } } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);

export const VERSION = PACKAGE.version;

/** `owner/name` of this project on GitHub, by package.json: a fork that names itself there hands out its own Action. */
export const PROJECT = new URL(PACKAGE.repository.url).pathname.slice(1).replace(/\.git$/, '');
