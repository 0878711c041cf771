import { Octokit } from '@octokit/rest';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GapCommand, type LaneBodies, renderLane } from '../../src/intake/index.ts';
import { createGapIndex, openRepository } from '../../src/issues/index.ts';
import { newId, type Report, readReport } from '../../src/report/index.ts';
import { type Constraint, createCorpus, decide, readConstraints } from '../../src/triage/index.ts';
import { type Product, startProduct } from '../support/product.ts';

const HISTORIES = Number(process.env.HISTORIES ?? 12);
const SECRET = 'a secret that signs the markers of this test';
const THINGS = ['milestones', 'invoices', 'snapshots', 'payroll runs', 'exchange rates', 'timetables'];
const FRAMES = [
  (thing: string) => `There is no way to see ${thing} of the last month anywhere`,
  (thing: string) => `${thing}: only what belongs to the first account can be seen`,
];

let product: Product;
let lane: string;
beforeAll(async () => {
  product = await startProduct({ env: { PATCHWORK_SECRET: SECRET } });
  lane = renderLane('reports', product.repository);
});
afterAll(() => product.stop());

/** A stream of reports of one server, and which of its gaps are merged into which. */
interface History {
  stream: Report[];
  merges: [number, number][];
}
const histories: History[] = fc
  .sample(
    fc.tuple(
      fc.array(fc.tuple(fc.nat(THINGS.length - 1), fc.nat(FRAMES.length - 1)), { minLength: 3, maxLength: 8 }),
      fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 4 }),
    ),
    { numRuns: HISTORIES, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) },
  )
  .map(([picks, merges], n) => ({
    merges,
    stream: picks.map(([thing, frame]) => {
      const body = { server_name: `tracker-${n}`, what_i_needed: FRAMES[frame]?.(THINGS[thing] as string) ?? '' };
      return readReport({ ...body, what_i_tried: 'looked', gap_type: 'other' }, { now: new Date() }).report;
    }),
  }));

async function command(issue: number, given: GapCommand): Promise<void> {
  const body: LaneBodies['command'] = { issue, command: given, actor: 'owner', at: new Date().toISOString() };
  await product.server.outbox.accept({ lane, id: newId(), kind: 'command', body });
}

/** As the issues alone say it. */
async function rebuilt() {
  const octokit = new Octokit({ baseUrl: `${product.url}/api/v3`, auth: 'owner' });
  const [owner = '', name = ''] = product.repository.split('/');
  const repository = await openRepository({ owner, name, login: 'patchwork[bot]', octokit, keys: [SECRET] });
  const index = createGapIndex(repository, 0);
  await index.refresh();
  return index;
}
type Index = Awaited<ReturnType<typeof rebuilt>>;

const partition = (groups: Iterable<Report[]>) =>
  [...groups].map((reports) => reports.map(({ id }) => id).sort()).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
const gapsOf = (index: Index, { stream }: History) =>
  index.all().filter(({ held }) => held[0].server_name === stream[0]?.server_name);
const live = (index: Index, history: History) => partition(gapsOf(index, history).map(({ reports }) => reports));

async function replayed({ stream }: History, list: Constraint[]) {
  const corpus = createCorpus();
  const constraints = readConstraints(list);
  const gaps = new Map<number, Report[]>();
  for (const report of stream) {
    const decision = await decide(report, corpus, constraints);
    const number = decision.kind === 'fold' ? decision.gap : gaps.size + 1;
    const reports = [...(gaps.get(number) ?? []), report];
    gaps.set(number, reports);
    corpus.put({ number, server: report.server_name, reports });
  }
  return partition(gaps.values());
}

it(`merged and split again, issues and a replay of the stream are as if never merged, in ${HISTORIES} random histories`, async () => {
  for (const { stream } of histories)
    for (const report of stream)
      await product.server.outbox.accept({ lane, id: report.id, kind: 'report', body: report });
  await product.settled();
  const before = await rebuilt();
  for (const history of histories) {
    const numbers = gapsOf(before, history).map(({ number }) => number);
    for (const [i, j] of history.merges)
      await command(numbers[i % numbers.length] as number, {
        kind: 'merge',
        into: numbers[j % numbers.length] as number,
      });
  }
  await product.settled();
  const merged = await rebuilt();
  const moves = [...merged.everything()].flatMap(({ number, held, decisions }) =>
    decisions.merged ? [{ number, opener: held[0], at: decisions.merged.at }] : [],
  );
  expect(moves.length).toBeGreaterThan(0);
  for (const history of histories)
    expect(live(merged, history).flat().sort()).toEqual(live(before, history).flat().sort());
  // What was merged last is taken back first.
  for (const { number, opener } of moves.sort((a, b) => (a.at < b.at ? 1 : -1))) {
    const into = (await rebuilt()).canonical(number)?.number as number;
    await command(into, { kind: 'split', report: opener.id });
    await product.settled();
  }
  const after = await rebuilt();
  for (const history of histories) {
    expect(live(after, history)).toEqual(live(before, history));
    expect(await replayed(history, after.constraints())).toEqual(await replayed(history, []));
  }
  expect((await product.server.outbox.stats()).dead).toBe(0);
}, 300_000);
