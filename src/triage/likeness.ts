import { disagree, type Facet, isStrong } from './facets.ts';
import { partsOf } from './words.ts';

/** What a report asks for, as the comparison needs it. */
export interface Traits {
  /** Term and weight, each term once. */
  terms: Iterable<readonly [string, number]>;
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
  against?: 'another tool' | 'another kind of change';
  /** The terms that both use, with what they add, the most telling first. */
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
/** So that one common facet, shared by two short reports, is not a full match. */
const FACET_DAMPING = 0.3;

/** Compares one report with any number of others of its server. Scores are about −0.5 to 1.6, and symmetrical. */
export function likenessTo(report: Traits & { terms: ReadonlyMap<string, number> }, rarity: Rarity) {
  const rarities = new Map<string, number>();
  const rare = (term: string) => {
    let value = rarities.get(term);
    if (value === undefined) {
      value = rarity.term(term);
      rarities.set(term, value);
    }
    return value;
  };
  const own = partsOf(report.tools.keys());

  return (other: Traits): Likeness => {
    const nameParts = new Set([...own, ...partsOf(other.tools.keys())]);
    const weigh = (term: string) => rare(term) * (nameParts.has(term) ? WORD_OF_TOOL : 1);
    let product = 0;
    let ofOther = 0;
    let ofReport = 0;
    const contributions: [string, number][] = [];
    for (const [term, weight] of other.terms) {
      const value = weight * weigh(term);
      ofOther += value * value;
      const mine = report.terms.get(term);
      if (mine === undefined) continue;
      const contribution = value * mine * weigh(term);
      product += contribution;
      contributions.push([term, contribution]);
    }
    if (product) for (const [term, weight] of report.terms) ofReport += (weight * weigh(term)) ** 2;
    const against = speaksAgainst(report, other);
    return {
      score:
        (product && product / Math.sqrt(ofReport * ofOther)) +
        TOOLS * cosine(report.tools, other.tools) +
        FACETS * facetLikeness(report.facets, other.facets, rarity) -
        (against ? AGAINST : 0) -
        (sharesTool(report, other) ? 0 : NO_SHARED_TOOL),
      ...(against ? { against } : {}),
      shared: contributions.sort((a, b) => b[1] - a[1]).map(([term]) => term),
    };
  };
}

export function speaksAgainst(a: Traits, b: Traits): Likeness['against'] {
  if (passesBy(a, b) || passesBy(b, a)) return 'another tool';
  if (disagree(a.facets, b.facets) || disagree(a.suggested, b.suggested)) return 'another kind of change';
  return undefined;
}

/** What one needs of its tools, or tried with them where it does not say, is about none that the other names. */
function passesBy(a: Traits, b: Traits): boolean {
  const names = a.about.size ? a.about : a.tools.keys();
  return a.tools.size > 0 && b.tools.size > 0 && ![...names].some((name) => b.tools.has(name));
}

function sharesTool(a: Traits, b: Traits): boolean {
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
