import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/report/index.ts';
import {
  type Constraint,
  type Corpus,
  createCorpus,
  decide,
  gapKey,
  type Judge,
  readConstraints,
} from '../../src/triage/index.ts';
import { reportOf } from './reports.ts';

const TOOLS = ['list_issues', 'get_issue', 'update_issue', 'export_issues'];
const WISHES = [
  'a date range',
  'pagination with a cursor',
  'sorting by priority',
  'the milestone',
  'csv export',
  'bulk changes',
];
const FRAMES = [
  (wish: string, tool: string) => `${tool} is missing ${wish} for the weekly summary of the team`,
  (wish: string, tool: string) => `I wish for ${wish} when calling ${tool} on a large project`,
  (wish: string) => `Everything about ${wish} has to be done by hand at the moment, one by one`,
];

const report = fc
  .tuple(fc.nat(TOOLS.length - 1), fc.nat(WISHES.length - 1), fc.nat(FRAMES.length - 1))
  .map(([tool, wish, frame]) => [tool, wish, frame] as const);

function toReports(picks: (readonly [number, number, number])[]): Report[] {
  return picks.map(([tool, wish, frame], i) => ({
    ...reportOf({
      what_i_needed: FRAMES[frame]?.(WISHES[wish] as string, TOOLS[tool] as string) ?? '',
      what_i_tried: TOOLS[tool] as string,
    }),
    id: `r${i}`,
  }));
}

/** Without a judge; one that takes the first it is shown if it is somewhat alike; and one that never folds. */
const JUDGES: (Judge | undefined)[] = [
  undefined,
  async (_, [first]) => ({ sameAs: first && first.score > 0.35 ? first.gap : null }),
  async () => ({ sameAs: null }),
];

async function replay(stream: Report[], list: Constraint[], judge: Judge | undefined, corpus = createCorpus()) {
  const constraints = readConstraints(list);
  const gaps = new Map<number, Report[]>();
  for (const report of stream) {
    const decision = await decide(report, corpus, constraints, judge);
    const number = decision.kind === 'fold' ? decision.gap : gaps.size + 1;
    gaps.set(number, [...(gaps.get(number) ?? []), report]);
    corpus.put({ number, server: 'tracker', reports: gaps.get(number) ?? [] });
  }
  return gaps;
}

const partition = (gaps: Map<number, Report[]>) => [...gaps.values()].map((reports) => reports.map(({ id }) => id));
const candidates = (corpus: Corpus, probes: Report[]) =>
  probes.map((probe) => corpus.shortlist(probe).map(({ gap, score }) => ({ gap, score: score.toFixed(6) })));

describe('what people merge and split', () => {
  test('split, then the stream replayed: as if never merged, in 1,000 random histories', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(report, { minLength: 2, maxLength: 14 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { minLength: 1, maxLength: 6 }),
        fc.nat(JUDGES.length - 1),
        async (picks, edits, which) => {
          const stream = toReports(picks);
          const judge = JUDGES[which];
          const never = await replay(stream, [], judge);
          const openers = [...never.values()].map((reports) => gapKey(reports[0] as Report));
          const history: Constraint[] = edits.map(([i, j, merge]) => ({
            kind: merge ? 'together' : 'apart',
            a: openers[i % openers.length] as string,
            b: openers[j % openers.length] as string,
          }));
          // Every merge is taken back in the end.
          const splits = history.map(({ a, b }): Constraint => ({ kind: 'apart', a: b, b: a }));
          const after = await replay(stream, [...history, ...splits], judge);
          expect(partition(after)).toEqual(partition(never));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('what was merged is one gap after a replay, and what was split is not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(report, { minLength: 2, maxLength: 14 }),
        fc.nat(),
        fc.nat(),
        fc.nat(JUDGES.length - 1),
        async (picks, i, j, which) => {
          const stream = toReports(picks);
          const [x, y] = [stream[i % stream.length] as Report, stream[j % stream.length] as Report];
          const [a, b] = [gapKey(x), gapKey(y)];
          fc.pre(a !== b);
          const together = await replay(stream, [{ kind: 'together', a, b }], JUDGES[which]);
          const apart = await replay(stream, [{ kind: 'apart', a, b }], JUDGES[which]);
          const holds = (gaps: Map<number, Report[]>) =>
            [...gaps.values()].some((reports) => reports.includes(x) && reports.includes(y));
          expect(holds(apart)).toBe(false);
          // Words that were there before a person spoke may stand in a gap of their own already.
          const firstOf = (key: string) => stream.find((report) => gapKey(report) === key) as Report;
          const [first, second] = [firstOf(a), firstOf(b)];
          expect([...together.values()].some((reports) => reports.includes(first) && reports.includes(second))).toBe(
            true,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a corpus that lived through merges and splits is the same as one built anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(report, { minLength: 2, maxLength: 14 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 5 }),
        async (picks, merges) => {
          const stream = toReports(picks);
          const lived = createCorpus();
          const gaps = await replay(stream, [], undefined, lived);
          const numbers = [...gaps.keys()];
          const put = (number: number, reports: Report[]) => lived.put({ number, server: 'tracker', reports });
          for (const [i, j] of merges) {
            const [from, into] = [numbers[i % numbers.length] as number, numbers[j % numbers.length] as number];
            if (from === into) continue;
            put(into, [...(gaps.get(into) ?? []), ...(gaps.get(from) ?? [])]);
            lived.remove(from);
            put(from, gaps.get(from) ?? []);
            put(into, gaps.get(into) ?? []);
          }
          const fresh = createCorpus();
          for (const [number, reports] of gaps) fresh.put({ number, server: 'tracker', reports });
          expect(candidates(lived, stream)).toEqual(candidates(fresh, stream));
        },
      ),
      { numRuns: 200 },
    );
  });
});
