import type { Report } from '../report/index.ts';
import type { Constraints } from './constraints.ts';
import type { Candidate, Corpus } from './corpus.ts';
import { gapKey } from './key.ts';
import { noiseOf } from './noise.ts';

/**
 * Says whether a report and one of the gaps shown ask for the same: a model, the reporting agent, a person. Anything but the
 * number of a gap that was shown means new; so does a promise that fails. `who` names it on the issue: “the agent that …”.
 */
export type Judge = (report: Report, candidates: Candidate[]) => Promise<{ sameAs: number | null; who?: string }>;

/**
 * Where a report belongs. `relatives` are gaps that it may have to do with, `offers` those worth asking the reporting agent about.
 * `why` is one sentence for the issue: words of ours, code spans of single words, no reference.
 */
export type Decision =
  | { kind: 'fold'; gap: number; by: 'person' | 'key' | 'judge' | 'likeness'; why: string }
  | { kind: 'new'; relatives: number[]; offers: Candidate[]; why: string };

/** How many gaps a judge is shown, and how many a new gap names as its likely relatives. */
export const SHOWN = 8;
const RELATIVES = 4;

// Chosen on the development split of the folding benchmark, with a margin: test/bench/fold.ts says how.
const SAFE_SCORE = 0.46;
export const SAFE_MARGIN = 0.06;
/** From here on it is worth asking an agent that is busy with something else. */
const PLAUSIBLE_SCORE = 0.18;
const MOST_OFFERED = 3;
/** Below this a gap has no more than a word in common with the report. */
const RELATED_SCORE = 0.1;

/**
 * Finds the gap a report belongs to: a person's word first, then the same words, then the judge's reading of the most similar
 * gaps. Without a judge only what is much alike, and more than any other gap, folds. In doubt it is a new gap: a duplicate can
 * be merged, a report in the wrong issue is hidden.
 */
export async function decide(
  report: Report,
  corpus: Corpus,
  constraints: Constraints,
  judge?: Judge,
): Promise<Decision> {
  const key = gapKey(report);
  const allowed = (number: number) => !constraints.forbids(key, corpus.keys(number));
  const holding = (keys: string[]) => keys.flatMap((other) => corpus.byKey(other)).filter(allowed)[0];

  const merged = holding(constraints.companions(key));
  if (merged !== undefined)
    return { kind: 'fold', gap: merged, by: 'person', why: 'A person said that what it asks for belongs to this gap.' };
  const same = holding([key]);
  if (same !== undefined)
    return { kind: 'fold', gap: same, by: 'key', why: 'An earlier report of this gap uses the same words.' };
  const noise = noiseOf(report);
  if (noise)
    return {
      kind: 'new',
      relatives: [],
      offers: [],
      why: `It reads like ${noise}, so it is not compared with other gaps.`,
    };

  // What a person keeps apart stays in the ranking, so that nothing else moves up into its place.
  const ranked = corpus.shortlist(report, SHOWN);
  const candidates = ranked.filter(({ gap }) => allowed(gap));
  const relatives = candidates.filter(({ score }) => score >= RELATED_SCORE).map(({ gap }) => gap);
  const offers = candidates.filter(({ score, against }) => score >= PLAUSIBLE_SCORE && !against);
  const asNew = (why: string): Decision => ({
    kind: 'new',
    relatives: relatives.slice(0, RELATIVES),
    offers: offers.slice(0, MOST_OFFERED),
    why,
  });
  const [best, second] = ranked;
  if (!best) return asNew('This server has no earlier gap to compare it with.');
  if (!candidates.length || (!judge && best !== candidates[0]))
    return asNew('A person keeps it apart from the gap that is most like it.');

  if (judge) {
    const { sameAs, who } = await verdict(judge, report, candidates);
    const chosen = candidates.find(({ gap }) => gap === sameAs);
    if (!chosen) return asNew(`It was compared with ${counted(candidates.length)}; none was recognised as the same.`);
    return {
      kind: 'fold',
      gap: chosen.gap,
      by: 'judge',
      why: `It was recognised as the same gap among ${counted(candidates.length)}${who ? ` by ${who}` : ''} (${likeness(chosen)}).`,
    };
  }

  const lead = best.score - Math.max(0, second?.score ?? 0);
  if (best.score >= SAFE_SCORE && lead >= SAFE_MARGIN && !best.against) {
    return { kind: 'fold', gap: best.gap, by: 'likeness', why: `It is much alike: ${likeness(best)}.` };
  }
  if (best.score < RELATED_SCORE) return asNew('No earlier gap of this server is much like it.');
  const doubt = best.against
    ? `it asks for ${best.against}`
    : best.score < SAFE_SCORE
      ? `below the ${SAFE_SCORE} that is safe unread`
      : `less than ${SAFE_MARGIN} ahead of the next`;
  return asNew(`The most similar gap is not similar enough to fold unread (${likeness(best)}): ${doubt}.`);
}

/** A judge that fails has said nothing. */
async function verdict(judge: Judge, report: Report, candidates: Candidate[]): ReturnType<Judge> {
  try {
    return (await judge(report, candidates)) ?? { sameAs: null };
  } catch {
    return { sameAs: null };
  }
}

function likeness({ score, terms }: Candidate): string {
  // Terms are letters, digits and underscores: nothing in them can end a code span.
  const shared = terms.map((term) => `\`${term}\``).join(', ');
  return `score ${score.toFixed(2)}${shared ? `; both say ${shared}` : ''}`;
}

function counted(gaps: number): string {
  return gaps === 1 ? 'the likeliest gap' : `the ${gaps} likeliest gaps`;
}
