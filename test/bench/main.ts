/**
 * `npm run bench [name]…`: what the product promises in figures, each measured in one run against something that does less, because
 * machines differ and are noisy. The benchmarks of folding and of context selection have runners of their own, which call
 * `npm run -s fold` and `npm run -s select`.
 */
import { spawnSync } from 'node:child_process';

const BENCHES: Record<string, string> = {
  outbox: 'durable reports over HTTP, next to the same endpoint without storage',
  api: 'reading 10,000 gaps with 50,000 reports, exports, and a hundred drafts watched at once',
  intake: 'what a stream and a storm of reports cost GitHub',
  scale: 'folding decisions and the gap index at 10,000 gaps',
  forge: 'the local forge with 10,000 issues and 20,000 comments',
  gaps: 'the gaps of test/fixtures/gaps, each with a good draft and with wrong ones',
  draft: 'a draft without the time of model, build and server',
  wrap: 'one tool call through wrap, next to the bare server',
};

const asked = process.argv.slice(2);
const names = asked.length ? asked : Object.keys(BENCHES);
let failed = 0;
for (const name of names) {
  if (!BENCHES[name]) {
    console.error(`There is no bench "${name}": ${Object.keys(BENCHES).join(', ')}.`);
    process.exit(2);
  }
  console.log(`\n## ${name}: ${BENCHES[name]}\n`);
  const run = spawnSync(process.execPath, [new URL(`./${name}.ts`, import.meta.url).pathname], { stdio: 'inherit' });
  if (run.status !== 0) failed += 1;
}
process.exitCode = failed ? 1 : 0;
