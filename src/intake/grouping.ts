import { type Gap, type GapIndex, type Gaps, isSealedWhole } from '../issues/index.ts';
import type { Model } from '../model/index.ts';
import type { Lease } from '../outbox/index.ts';
import type { Report } from '../report/index.ts';
import {
  type Constraints,
  type Corpus,
  createCorpus,
  type Decision,
  decide,
  gapKey,
  type Judge,
  readConstraints,
} from '../triage/index.ts';
import type { Asked } from './arrived.ts';
import { isSilent, modelJudge } from './judge.ts';
import { holding } from './turn.ts';

/** Where the reports of one turn of a lane belong. */
export interface Grouping {
  /** `asked`: what the agent that reported it was offered, and what it said. */
  place(report: Report, asked?: Asked): Promise<Decision>;
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
  const byModel = model && modelJudge(model, corpus.get);
  return {
    async place(report, asked) {
      const judge = agentJudge(gaps.index, asked) ?? byModel;
      return holding(lease, decide(report, corpus, constraints, judge));
    },
    expect(report, { number }) {
      memory.expected.set(number, [...(memory.expected.get(number) ?? []), report]);
      memory.changed.add(number);
      upToDate(gaps.index);
    },
  };
}

/** The agent's word counts only for what it was offered. */
function agentJudge(index: GapIndex, asked: Asked | undefined): Judge | undefined {
  const { gaps, sameAs } = asked ?? {};
  if (sameAs === undefined || !gaps?.includes(sameAs)) return undefined;
  return async () => ({ sameAs: index.canonical(sameAs)?.number ?? null, who: 'the agent that reported it' });
}

/** What is known of a report at once, from memory alone. */
export interface Recognised {
  /** The gap that it will fold into. */
  gap?: Gap;
  /** Gaps that it might be, for the agent to say. */
  offers: Gap[];
}

/** The doors recognise in a tenth of their time, and at most so long at a stretch: recognising must never slow taking down. */
const SHARE = 0.1;
const STRETCH_MS = 200;

/** Recognises reports at the door, before anything is decided. */
export function createRecogniser(): (gaps: Gaps, report: Report, model: Model | undefined) => Promise<Recognised> {
  let spare = STRETCH_MS;
  let last = performance.now();
  return async ({ index }, report, model) => {
    const same = index.byKey(gapKey(report));
    const started = performance.now();
    spare = Math.min(STRETCH_MS, spare + (started - last) * SHARE);
    last = started;
    if (same || !isSilent(model, Date.now()) || spare <= 0) return { offers: [], ...(same ? { gap: same } : {}) };
    const { corpus, constraints } = upToDate(index);
    const decision = await decide(report, corpus, constraints);
    spare -= performance.now() - started;
    if (decision.kind === 'new') return { offers: decision.offers.flatMap(({ gap }) => index.byNumber(gap) ?? []) };
    const gap = index.byNumber(decision.gap);
    return { offers: [], ...(gap ? { gap } : {}) };
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
    if (!gap?.reports.length || gap.reports.some(isSealedWhole)) {
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
