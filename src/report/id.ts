import { randomInt } from 'node:crypto';
import { ulid } from 'ulid';

const RANGE = 2 ** 32;

/**
 * A ULID for now or for a time in milliseconds. The library asks the operating system for every single character of it;
 * `randomInt` is as unpredictable and keeps a supply.
 */
export function newId(time?: number): string {
  return ulid(time, () => randomInt(RANGE) / RANGE);
}
