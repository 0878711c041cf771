import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { testVectors } from './vectors.ts';

describe('the TypeScript drop-in behaves as all drop-ins', async () => {
  await testVectors({
    command: process.execPath,
    args: [fileURLToPath(new URL('run-vector.ts', import.meta.url))],
    agent: /^PatchworkMCP-TypeScript\/2\.\d+$/,
  });
});
