/** What a draft takes besides the model, the build and the server: the recorded answer comes at once, and nothing is run. */
import { readFile } from 'node:fs/promises';
import { type Product, startProduct } from '../support/product.ts';

const RUNS = 12;
const MOST_MS = 3000;

const recorded = new URL('../../examples/cost-server.recorded.json', import.meta.url);
const product = await startProduct({ drafts: JSON.parse(await readFile(recorded, 'utf8')).draft });
const times: number[] = [];
const before = process.cpuUsage();
try {
  for (let run = 0; run < RUNS; run += 1) times.push(await timeDraft(product, run));
} finally {
  await product.stop();
}
const { user, system } = process.cpuUsage(before);
const sorted = times.toSorted((a, b) => a - b);
const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
const processor = Math.round((user + system) / 1000 / RUNS);
console.log(
  `${RUNS} drafts, from the label to the pull request: median ${at(0.5)} ms, slowest ${at(1)} ms (at most ${MOST_MS}); ` +
    `processor, with GitHub's part and the report's: ${processor} ms each`,
);
process.exit(at(0.5) < MOST_MS ? 0 : 1);

async function timeDraft({ report, until, as }: Product, run: number): Promise<number> {
  const { id } = await report({ server_name: `server-${run}`, session_id: `s${run}` });
  const { gap } = await until(id, (item) => item.gap !== null);
  const began = performance.now();
  await as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
  const item = await until(id, (found) => found.drafts.at(-1)?.outcome !== undefined);
  const took = performance.now() - began;
  const pull = item.drafts.at(-1)?.pull?.number;
  if (!pull) throw new Error(`no draft: ${item.drafts.at(-1)?.reason}`);
  await as('owner', 'PATCH', `/pulls/${pull}`, { state: 'closed' });
  return took;
}
