import type { Gap, GapIndex, Gaps } from '../issues/index.ts';
import type { Model } from '../model/index.ts';
import type { Lease } from '../outbox/index.ts';
import type { Report } from '../report/index.ts';
import {
  type Constraints,
  type Corpus,
  createCorpus,
  type Decision,
  decide,
  readConstraints,
} from '../triage/index.ts';
import { modelJudge } from './judge.ts';

/** Well below every lease: a judge takes longer to read than a lane's lease lasts. */
const RENEW_MS = 1000;

/** Where the reports of one turn of a lane belong. */
export interface Grouping {
  place(report: Report): Promise<Decision>;
  /** The report goes to this gap, though GitHub does not know yet: what comes after it is compared with it already. */
  expect(report: Report, gap: Gap): void;
}

interface Memory {
  corpus: Corpus;
  constraints: Constraints;
  /** Gaps that changed since the corpus was told of them. */
  changed: Set<number>;
  /** Reports on their way into a gap's issue. */
  expected: Map<number, Report[]>;
}

const memories = new WeakMap<GapIndex, Memory>();

export function groupingFor(gaps: Gaps, lease: Lease, model: Model | undefined): Grouping {
  const memory = memoryOf(gaps.index);
  for (const number of memory.expected.keys()) memory.changed.add(number);
  memory.expected.clear();
  const { corpus, constraints } = upToDate(gaps.index);
  const judge = model && modelJudge(model, corpus.get);
  return {
    async place(report) {
      const renewing = judge && setInterval(() => lease.renew().catch(() => clearInterval(renewing)), RENEW_MS);
      try {
        return await decide(report, corpus, constraints, judge);
      } finally {
        clearInterval(renewing);
      }
    },
    expect(report, { number }) {
      memory.expected.set(number, [...(memory.expected.get(number) ?? []), report]);
      memory.changed.add(number);
      upToDate(gaps.index);
    },
  };
}

/** What a new gap's issue says about its grouping. Relatives are links, made by us from numbers alone. */
export function renderGrouping({ why, relatives }: Extract<Decision, { kind: 'new' }>): string {
  return relatives.length ? `${why} Possibly related: ${relatives.map((number) => `#${number}`).join(', ')}.` : why;
}

function memoryOf(index: GapIndex): Memory {
  const known = memories.get(index);
  if (known) return known;
  const all = [...index.everything()].map(({ number }) => number);
  const memory: Memory = {
    corpus: createCorpus(),
    constraints: readConstraints([]),
    changed: new Set(all),
    expected: new Map(),
  };
  index.onChange((number) => memory.changed.add(number));
  memories.set(index, memory);
  return memory;
}

function upToDate(index: GapIndex): Memory {
  const memory = memoryOf(index);
  if (memory.changed.size === 0) return memory;
  const { corpus, changed, expected } = memory;
  for (const number of changed) {
    const gap = index.byNumber(number);
    if (!gap?.reports.length) {
      corpus.remove(number);
      continue;
    }
    const known = new Set(gap.reports.map(({ id }) => id));
    const coming = (expected.get(number) ?? []).filter(({ id }) => !known.has(id));
    corpus.put({ number, server: gap.held[0].server_name, reports: [...gap.reports, ...coming] });
  }
  changed.clear();
  memory.constraints = readConstraints(index.constraints());
  return memory;
}
