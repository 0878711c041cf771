// Bundles the Action into the one file that GitHub runs: nothing is installed there. The bundle is committed; `--check` says whether
// it is that of these sources.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = 'action/dist/index.js';

/** Nothing lies beside the bundle: the grammars are packed into it. */
const grammars: Plugin = {
  name: 'grammars',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/grammar\.ts$/ }, () => ({ path: `${ROOT}action/src/grammar.ts` }));
    bundler.onLoad({ filter: /\.wasm$/ }, async ({ path }) => {
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
      const packed = brotliCompressSync(await readFile(path), { params });
      return { contents: `export default ${JSON.stringify(packed.toString('base64'))};`, loader: 'js' };
    });
  },
};

/** Writes the bundle to `outfile`; with `write: false` gives its bytes. Another `entry` is packed in the same way. */
export async function bundleAction(
  outfile: string,
  { write = true, entry = 'action/src/main.ts' } = {},
): Promise<Uint8Array | undefined> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    // Of its sixty languages the bundle holds those that are used; what Node loads is one file of all.
    alias: { stopword: 'stopword/src/stopword.js' },
    // With its `sideEffects: false` zod is put into an order in which it does not start.
    ignoreAnnotations: true,
    legalComments: 'eof',
    // Dependencies in CommonJS ask for Node's own modules, and where they are.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url), __filename = import.meta.filename;",
    },
    plugins: [grammars],
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
