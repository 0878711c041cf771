import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The servers there have tests of their own.
    exclude: ['test/fixtures/**'],
    // Many tests wait for processes and clocks: one of two cores would idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Twice what the slowest need on two busy cores: what hangs is told late, what is slow is no failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './scripts/tally.mjs'],
  },
});
