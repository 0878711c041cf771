import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The servers there have tests of their own.
    exclude: ['test/fixtures/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', './scripts/tally.mjs'],
  },
});
