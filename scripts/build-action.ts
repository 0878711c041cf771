// Bundles the Action into the one file that GitHub runs: nothing is installed there. The bundle is committed; `--check` says whether
// it is that of these sources.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = 'action/dist/index.js';

/** Writes the bundle to `outfile`; with `write: false` gives its bytes. */
export async function bundleAction(outfile: string, { write = true } = {}): Promise<Uint8Array | undefined> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['action/src/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    // With its `sideEffects: false` zod is put into an order in which it does not start.
    ignoreAnnotations: true,
    legalComments: 'eof',
    // Dependencies in CommonJS ask for Node's own modules by `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
    write,
  });
  return outputFiles?.[0]?.contents;
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const built = await bundleAction(FILE, { write: false });
    const committed = await readFile(new URL(`../${FILE}`, import.meta.url)).catch(() => Buffer.alloc(0));
    if (Buffer.compare(built ?? Buffer.alloc(0), committed) !== 0) {
      console.error(`${FILE} is not that of these sources: run \`npm run build:action\` and commit it.`);
      process.exitCode = 1;
    }
  } else await bundleAction(FILE);
}
