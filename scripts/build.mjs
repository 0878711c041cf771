// Bundles the command line into one ESM file, so that an installed package runs without type stripping (Node refuses it
// under node_modules).
import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

await build({
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/patchworkmcp.js',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
chmodSync('dist/patchworkmcp.js', 0o755);
