import { expect, it } from 'vitest';
import { killForge } from './forge.ts';

it('loses nothing that it answered when it is killed while it writes', { timeout: 240_000 }, async () => {
  const { findings, answered } = await killForge({ kills: 10, seed: 'forge' });
  expect(findings).toEqual([]);
  expect(answered).toBeGreaterThan(10);
});
