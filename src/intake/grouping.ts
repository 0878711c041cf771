import type { Gap, GapIndex, Gaps } from '../issues/index.ts';
import type { Model } from '../model/index.ts';
import type { Lease } from '../outbox/index.ts';
import type { Report } from '../report/index.ts';
import { type Corpus, createCorpus, type Decision, decide, readConstraints } from '../triage/index.ts';
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
  /** The gaps as the corpus was told them. The index makes a new one whenever anything about a gap changes. */
  told: Map<number, Gap | undefined>;
}

const memories = new WeakMap<GapIndex, Memory>();

export function groupingFor(gaps: Gaps, lease: Lease, model: Model | undefined): Grouping {
  const { corpus, told } = upToDate(gaps.index);
  const judge = model && modelJudge(model, corpus.get);
  return {
    async place(report) {
      const renewing = judge && setInterval(() => lease.renew().catch(() => clearInterval(renewing)), RENEW_MS);
      try {
        return await decide(report, corpus, readConstraints([]), judge);
      } finally {
        clearInterval(renewing);
      }
    },
    expect(report, gap) {
      const { reports } = corpus.get(gap.number) ?? gap;
      const known = reports.some(({ id }) => id === report.id);
      corpus.put({ number: gap.number, server: report.server_name, reports: known ? reports : [...reports, report] });
      told.set(gap.number, undefined);
    },
  };
}

/** What a new gap's issue says about its grouping. Relatives are links, made by us from numbers alone. */
export function renderGrouping({ why, relatives }: Extract<Decision, { kind: 'new' }>): string {
  return relatives.length ? `${why} Possibly related: ${relatives.map((number) => `#${number}`).join(', ')}.` : why;
}

function upToDate(index: GapIndex): Memory {
  const memory = memories.get(index) ?? { corpus: createCorpus(), told: new Map() };
  memories.set(index, memory);
  const { corpus, told } = memory;
  const current = new Map(index.all().map((gap) => [gap.number, gap]));
  for (const number of told.keys()) {
    if (current.has(number)) continue;
    corpus.remove(number);
    told.delete(number);
  }
  for (const [number, gap] of current) {
    if (told.get(number) === gap) continue;
    corpus.put({ number, server: gap.reports[0]?.server_name ?? '', reports: gap.reports });
    told.set(number, gap);
  }
  return memory;
}
