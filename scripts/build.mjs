// Bundles the command line into ESM files, so that an installed package runs without type stripping (Node refuses it under
// node_modules). One chunk for each command: `wrap` starts with every client and must not load what only `serve` needs.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { patchworkmcp: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
chmodSync('dist/patchworkmcp.js', 0o755);
