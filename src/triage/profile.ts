import type { Report } from '../report/index.ts';
import { type Facet, facetsOf, isStrong } from './facets.ts';
import { functionWords, plain, termsOf, withoutPayload } from './words.ts';

/** A report as the matching sees it. */
export interface Profile {
  /** Stemmed words and whole identifiers (with a leading `#`), weighted by field; damped, so that repeating a word gains little. */
  terms: ReadonlyMap<string, number>;
  /** The terms in which it says what it needs. */
  needed: ReadonlySet<string>;
  /** What kinds of change single terms among them speak of. */
  kinds: ReadonlyMap<string, ReadonlySet<Facet>>;
  /** One word of the report for each term, to show. */
  words: ReadonlyMap<string, string>;
  /** The server's tools it names, weighted by field. */
  tools: ReadonlyMap<string, number>;
  /** Those among them that it names where it says what it needs, not only what it tried. */
  about: ReadonlySet<string>;
  /** The kinds of change it speaks of; and those it suggests, where it suggests any. */
  facets: ReadonlySet<Facet>;
  suggested: ReadonlySet<Facet>;
}

/** What a report needs says most about its gap; what its user was after says little. */
const FIELDS = [
  ['what_i_needed', 3],
  ['suggestion', 2],
  ['what_i_tried', 1],
  ['user_goal', 0.3],
] as const;

const MAX_TERMS = 200;
// Each begins where no name can have begun before it, so that a long run of letters is read once.
const IDENTIFIER = /(?<![A-Za-z0-9_.\-/])(?:[A-Za-z][A-Za-z0-9]*(?:[_.\-/][A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+)/g;
const CALLED = /(?<![A-Za-z0-9_.\-/])([A-Za-z][A-Za-z0-9]{0,127})(?:`?\(|`)/g;
const WHOLE = /^(?:[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+)$/;
const VERB = `(?:${`add append archive assign book cancel check close compare copy count create delete describe download edit
  execute export fetch filter find forecast generate get import insert invoke link list load lookup merge modify move open post
  publish put query read remove rename resolve respond restart run save search select send set show start stop submit summarize
  sync trigger update upload upsert validate view watch write`.replace(/\s+/g, '|')})`;
/** get_costs, costs_get, getCosts: most names of tools hold a verb at one end, and names of parameters seldom do. */
const TOOL_LIKE = new RegExp(`^(?:${VERB}(?:_|[A-Z])|\\w+_${VERB}$)`);

/** Looks at nothing but the report itself, so that a gap is the same whatever else was read before it. */
export function profileOf(report: Report): Profile {
  const known = new Set(report.tools_available);
  const texts = FIELDS.map(([field, weight]) => ({ field, weight, text: withoutPayload(report[field]) }));
  const tools = new Map<string, number>();
  const about = new Set<string>();
  for (const { field, weight, text } of texts) {
    for (const name of namesIn(text)) {
      const told = field === 'what_i_needed' || field === 'what_i_tried';
      if (!known.has(name) && !(told && TOOL_LIKE.test(name))) continue;
      tools.set(name, (tools.get(name) ?? 0) + weight);
      if (weight > 1) about.add(name);
    }
  }

  const weights = new Map<string, number>();
  const words = new Map<string, string>();
  const needed = new Set<string>();
  const ignored = functionWords(plain(texts.map(({ text }) => text).join('\n')));
  const add = (term: string, word: string, weight: number) => {
    if (!weights.has(term) && weights.size === MAX_TERMS) return;
    weights.set(term, (weights.get(term) ?? 0) + weight);
    if (!words.has(term)) words.set(term, word);
  };
  for (const { field, weight, text } of texts) {
    for (const [name] of text.matchAll(IDENTIFIER)) {
      if (WHOLE.test(name) && !tools.has(name)) add(`#${plain(name).replaceAll(' ', '_')}`, name, weight);
    }
    for (const { term, word } of termsOf(plain(hide(text, tools)), ignored)) add(term, word, weight);
    if (field === 'what_i_needed') for (const term of weights.keys()) needed.add(term);
  }

  const kinds = new Map<string, ReadonlySet<Facet>>();
  for (const term of needed) {
    const spoken = facetsOf(words.get(term) ?? '');
    if (spoken.size) kinds.set(term, spoken);
  }
  const wish = (field: keyof Report) => facetsOf(hide(texts.find((part) => part.field === field)?.text ?? '', tools));
  const suggested = wish('suggestion');
  const wished = new Set([...wish('what_i_needed'), ...suggested]);
  const facets = wished.size ? wished : wish('what_i_tried');
  return {
    terms: new Map([...weights].map(([term, weight]) => [term, 1 + Math.log(1 + weight)])),
    needed,
    kinds,
    words,
    tools,
    about,
    facets,
    suggested: [...suggested].some(isStrong) ? suggested : facets,
  };
}

/** The identifiers of a text, those written as code or as a call included. */
function namesIn(text: string): string[] {
  const called = [...text.matchAll(CALLED)].map((match) => match[1] ?? '');
  return [...(text.match(IDENTIFIER) ?? []), ...called.filter((name) => !/[a-z][A-Z]/.test(name))];
}

/** The name of an existing tool says nothing about what it lacks. */
function hide(text: string, tools: ReadonlyMap<string, number>): string {
  let rest = text;
  for (const name of [...tools.keys()].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(name, ' ');
  return rest;
}
