import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { DraftAnswer } from '../../src/draft/index.ts';
import { type Product, type ProductOptions, startProduct } from '../support/product.ts';

const recorded: { probes: { json: { probes: object[] } }[]; draft: { json: DraftAnswer }[] } = JSON.parse(
  await readFile(new URL('../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);
const good = (recorded.draft[0] as { json: DraftAnswer }).json;
const TIME = 180_000;

describe('a draft whose gap is replayed', () => {
  let product: Product;
  afterEach(() => product.stop());

  async function draft(options: ProductOptions) {
    product = await startProduct({ probes: recorded.probes, replays: true, ...options });
    const { id } = await product.report();
    const { gap } = await product.until(id, (item) => item.gap !== null);
    await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    const deadline = Date.now() + TIME;
    while (Date.now() < deadline) {
      const item = (await product.ask('GET', `/api/feedback/${id}`)).json;
      if (item.drafts.at(-1)?.outcome) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const item = (await product.ask('GET', `/api/feedback/${id}`)).json;
    const pulls = await product.as('stranger', 'GET', '/pulls?state=all');
    return { run: item.drafts[0], pull: pulls[0] };
  }
  const answer = (change: Partial<DraftAnswer>) => [{ json: { ...good, ...change } }];
  const [costs, ...others] = good.edits;

  it(
    'is verified when it was open at the base and is closed with the draft, and leaves its checks behind',
    async () => {
      const { run, pull } = await draft({ drafts: recorded.draft });
      expect(run).toMatchObject({ outcome: 'verified', reason: 'replayed' });
      expect(pull.body).toContain('**verified** (replayed)');
      expect(pull.body).toMatch(/\| .*takes run_id.* \| red: .* \| green: .* \|/);
      const files = await product.as('stranger', 'GET', `/pulls/${run.pull.number}/files`);
      expect(files.map((file: { filename: string }) => file.filename)).toContain('.patchwork/probes/1.json');
    },
    TIME,
  );

  it(
    'is not verified when it does nothing',
    async () => {
      const readme = good.edits.filter((edit) => edit.path === 'README.md');
      const { run, pull } = await draft({ drafts: answer({ edits: readme, declared_changes: [] }) });
      expect(run).toMatchObject({ outcome: 'unverified', reason: 'still_open' });
      expect(pull.body).toContain('**unverified**');
    },
    TIME,
  );

  it(
    'is not verified when the surface changes otherwise than declared',
    async () => {
      const { run } = await draft({ drafts: answer({ declared_changes: [] }) });
      expect(run).toMatchObject({ outcome: 'unverified', reason: 'not_declared' });
    },
    TIME,
  );

  const [takesRun, costsOfRun] = recorded.probes[0]?.json.probes ?? [];
  const asked = (...rounds: unknown[][]) => rounds.map((probes) => ({ json: { probes } }));

  it.each([
    ['surface_only', [takesRun]],
    ['no_held_out', [takesRun, { ...costsOfRun, held_out: null }]],
  ])(
    'is plausible at most when its checks would pass an answer written into the code: %s',
    async (reason, weak) => {
      const { run, pull } = await draft({ drafts: recorded.draft, probes: asked(weak) });
      expect(run).toMatchObject({ outcome: 'plausible', reason });
      expect(pull.body).toContain(`**plausible** (${reason}): The checks passed with the draft, but they are too weak`);
    },
    TIME,
  );

  it(
    'is verified when a stronger check was given on the second question',
    async () => {
      const { run } = await draft({ drafts: recorded.draft, probes: asked([takesRun], [takesRun, costsOfRun]) });
      expect(run).toMatchObject({ outcome: 'verified' });
    },
    TIME,
  );

  it(
    'is not offered when the server does not start any more',
    async () => {
      const broken = {
        kind: 'replace' as const,
        path: 'src/server.ts',
        search: "from './tools.ts'",
        replace: "from './no-such.ts'",
      };
      const { run, pull } = await draft({ drafts: answer({ edits: [...good.edits, broken] }) });
      expect(run).toMatchObject({ outcome: 'failed', reason: 'breaks_server' });
      expect(pull).toBeUndefined();
    },
    TIME,
  );

  it(
    'is declined when the gap is closed already',
    async () => {
      const probes = [{ json: { probes: [{ kind: 'param_present', tool: 'get_costs', parameter: 'service' }] } }];
      const { run, pull } = await draft({ drafts: recorded.draft, probes });
      expect(run).toMatchObject({ outcome: 'declined', reason: 'already_works' });
      expect(pull).toBeUndefined();
    },
    TIME,
  );

  it(
    'gets its repair round with the real reason',
    async () => {
      const half = answer({
        edits: [costs as DraftAnswer['edits'][number], ...others.filter((edit) => edit.path !== 'src/tools.ts')],
        declared_changes: [],
      });
      const { run } = await draft({ drafts: [...half, ...recorded.draft] });
      expect(run).toMatchObject({ outcome: 'verified' });
    },
    TIME,
  );
});
