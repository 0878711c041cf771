import { disagree, type Facet, isStrong } from './facets.ts';
import type { Profile } from './profile.ts';
import { partsOf } from './words.ts';

/** Each term once, with its weight, and whether it stands where the report says what it needs. */
export type Terms = Iterable<readonly [term: string, weight: number, needed: boolean]>;

/** What a report asks for, as the comparison needs it. */
export interface Traits {
  terms: Terms;
  /** What kinds of change single needed terms speak of. */
  kinds: ReadonlyMap<string, ReadonlySet<Facet>>;
  tools: ReadonlyMap<string, number>;
  about: ReadonlySet<string>;
  facets: ReadonlySet<Facet>;
  suggested: ReadonlySet<Facet>;
}

/** How rare something is among the reports of a server: near 0 is everywhere. */
export interface Rarity {
  term(term: string): number;
  /** At most 1. */
  facet(facet: Facet): number;
}

export interface Likeness {
  score: number;
  /** What speaks against the same change closing both, whatever the score. */
  against?: 'another tool' | 'another kind of change' | 'another thing';
  /** The terms that both use, the most telling first. */
  shared: string[];
}

// Weights of the parts of a score. How they were chosen, and what they reach: test/bench/fold.ts.
const TOOLS = 0.25;
const FACETS = 0.4;
const AGAINST = 0.3;
const NO_SHARED_TOOL = 0.15;
/** A word that only names a tool counts less: that both use the tool is counted already. */
const WORD_OF_TOOL = 0.5;
const WEAK_FACET = 0.5;
/** So that a common word is not a full match either where reports are short, and few: what is rare is not known yet. */
const WORD_DAMPING = 20;
/** “Filter by owner” and “filter by amount”: where each has only so many words of its own, those are what it is about. */
const FEW_WORDS = 2;
/** So that one common facet, shared by two short reports, is not a full match. */
const FACET_DAMPING = 0.3;

/** Compares one report with any number of others of its server. Scores are about −0.5 to 1.6, and symmetrical. */
export function likenessTo(report: Profile, rarity: Rarity): (other: Traits) => Likeness {
  const rarities = new Map<string, number>();
  const rare = (term: string) => {
    const value = rarities.get(term) ?? rarity.term(term);
    rarities.set(term, value);
    return value;
  };
  const ownParts = partsOf(report.tools.keys());

  return (other) => {
    const nameParts = ownParts.union(partsOf(other.tools.keys()));
    const words = compareWords(report, other, (term) => rare(term) * (nameParts.has(term) ? WORD_OF_TOOL : 1));
    const contrary = speaksAgainst(report, other);
    const against = contrary ?? (words.sameNeed ? undefined : 'another thing');
    return {
      score:
        words.likeness +
        TOOLS * cosine(report.tools, other.tools) +
        FACETS * facetLikeness(report.facets, other.facets, rarity) -
        (contrary ? AGAINST : 0) -
        (sharesTool(report, other) ? 0 : NO_SHARED_TOOL),
      shared: words.shared,
      ...(against ? { against } : {}),
    };
  };
}

function compareWords(report: Profile, other: Traits, weigh: (term: string) => number) {
  const common = report.facets.intersection(other.facets);
  /** Says something that no kind of change in common explains. */
  const tells = (term: string, { kinds }: Pick<Traits, 'kinds'>) =>
    !term.startsWith('#') && kinds.get(term)?.isDisjointFrom(common) !== false;
  const contributions = new Map<string, number>();
  let product = 0;
  let ofReport = 0;
  let ofOther = 0;
  let onlyOther = 0;
  // What is needed decides: a suggestion in the same words may be a habit.
  let together = common.size > 0;
  for (const [term, weight, needed] of other.terms) {
    const value = weight * weigh(term);
    ofOther += value * value;
    const mine = report.terms.get(term);
    if (mine === undefined) {
      if (needed && tells(term, other)) onlyOther += 1;
      continue;
    }
    together ||= needed || report.needed.has(term);
    const contribution = value * mine * weigh(term);
    product += contribution;
    contributions.set(term, contribution);
  }
  for (const [term, weight] of report.terms) ofReport += (weight * weigh(term)) ** 2;
  const onlyReport = [...report.needed].filter((term) => !contributions.has(term) && tells(term, report)).length;
  return {
    likeness: product / (Math.sqrt(ofReport * ofOther) + WORD_DAMPING),
    shared: [...contributions].sort((a, b) => b[1] - a[1]).map(([term]) => term),
    sameNeed: together && !(isFew(onlyReport) && isFew(onlyOther)),
  };
}

function isFew(words: number): boolean {
  return words > 0 && words <= FEW_WORDS;
}

export function speaksAgainst(
  a: Pick<Traits, 'tools' | 'about' | 'facets' | 'suggested'>,
  b: typeof a,
): Likeness['against'] {
  if (passesBy(a, b) || passesBy(b, a)) return 'another tool';
  if (disagree(a.facets, b.facets) || disagree(a.suggested, b.suggested)) return 'another kind of change';
  return undefined;
}

/** What one needs of its tools, or tried with them where it does not say, is about none that the other names. */
function passesBy(a: Pick<Traits, 'tools' | 'about'>, b: Pick<Traits, 'tools'>): boolean {
  const names = a.about.size ? a.about : a.tools.keys();
  return a.tools.size > 0 && b.tools.size > 0 && ![...names].some((name) => b.tools.has(name));
}

function sharesTool(a: Pick<Traits, 'tools'>, b: Pick<Traits, 'tools'>): boolean {
  for (const name of a.tools.keys()) if (b.tools.has(name)) return true;
  return false;
}

function facetLikeness(a: ReadonlySet<Facet>, b: ReadonlySet<Facet>, rarity: Rarity): number {
  const weigh = (facet: Facet) => rarity.facet(facet) * (isStrong(facet) ? 1 : WEAK_FACET);
  let both = 0;
  let ofA = 0;
  let ofB = 0;
  for (const facet of a) {
    ofA += weigh(facet);
    if (b.has(facet)) both += weigh(facet);
  }
  for (const facet of b) ofB += weigh(facet);
  return both && both / (Math.sqrt(ofA * ofB) + FACET_DAMPING);
}

function cosine(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let product = 0;
  for (const [name, weight] of a) product += weight * (b.get(name) ?? 0);
  const square = (weights: ReadonlyMap<string, number>) => [...weights.values()].reduce((sum, w) => sum + w * w, 0);
  return product && product / Math.sqrt(square(a) * square(b));
}
