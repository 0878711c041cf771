import type { Report } from '../report/index.ts';
import { type Facet, isStrong } from './facets.ts';
import { gapKey, nameKey, wordingKey } from './key.ts';
import { type Likeness, likenessTo, type Rarity, speaksAgainst, type Terms, type Traits } from './likeness.ts';
import { noiseOf } from './noise.ts';
import { createPostings, type Posting, type Postings } from './postings.ts';
import { type Profile, profileOf } from './profile.ts';

/** A gap as the corpus knows it: the number of its issue and all its reports, oldest first. */
export interface KnownGap {
  number: number;
  server: string;
  reports: Report[];
}

/** A gap that a report may belong to. */
export interface Candidate {
  gap: number;
  /** From its two most similar reports; 0.5 is alike, 1 nearly the same, 0 for one that is only likely because many ask for it. */
  score: number;
  /** Words that the report shares with the most similar one, the most telling first. */
  terms: string[];
  /** The ids of the most similar reports, the best first. */
  reports: string[];
  /** What speaks against folding unread, whatever the score. */
  against?: Likeness['against'];
}

/** The gaps of one repository in memory, to find the few that a report may belong to. */
export interface Corpus {
  /** Takes a gap in, or what has become of it. */
  put(gap: KnownGap): void;
  remove(number: number): void;
  get(number: number): KnownGap | undefined;
  /** The keys of all reports of a gap. */
  keys(number: number): Iterable<string>;
  /** The gaps that hold a report in the same words, the oldest first. */
  byKey(key: string): number[];
  /**
   * The gaps of the report's server that are most like it, the best first; where fewer have anything in common with it, then those
   * with the most reports. Noise is never among them.
   */
  shortlist(report: Report, limit?: number): Candidate[];
}

/** Of one gap, so many wordings are compared: its first and its newest. */
const FIRST_WORDINGS = 64;
const NEWEST_WORDINGS = 128;
/** So many gaps are compared in full, each by so many wordings: those that the postings find most like the report. */
const COMPARED_GAPS = 48;
const COMPARED_WORDINGS = 8;
/** What a shared tool or kind of change adds to the rough score, beside the cosine of the words. */
const ROUGH_SIGN = 0.06;
/** Postings read for one shortlist; the commonest terms, which say least, are read last. */
const MAX_READ = 250_000;
const SHOWN_TERMS = 6;

/** One wording in one gap. */
interface Wording extends Traits {
  gap: number;
  terms: WeightedTerms;
  /** Tools and facets, as postings. */
  signs: Posting[];
  reports: string[];
}

interface Server {
  wordings: Map<number, Wording>;
  /** By wording id: the gap, and one over the length of its terms without regard to rarity. */
  owners: number[];
  scales: number[];
  /** Ids of forgotten wordings, to be given again. */
  free: number[];
  postings: Postings;
}

interface Entry {
  gap: KnownGap;
  server: Server;
  ids: Set<string>;
  keys: Set<string>;
  /** Wording ids by what they say, oldest first. */
  wordings: Map<string, number>;
  opener: Profile | undefined;
}

export function createCorpus(): Corpus {
  const entries = new Map<number, Entry>();
  const servers = new Map<string, Server>();
  const numbersByKey = new Map<string, Set<number>>();

  function serverOf(name: string): Server {
    const key = nameKey(name);
    const known = servers.get(key);
    if (known) return known;
    const server: Server = { wordings: new Map(), owners: [], scales: [], free: [], postings: createPostings() };
    servers.set(key, server);
    return server;
  }

  function learn(entry: Entry, report: Report): void {
    const { gap, server } = entry;
    entry.ids.add(report.id);
    const key = gapKey(report);
    entry.keys.add(key);
    numbersByKey.set(key, (numbersByKey.get(key) ?? new Set()).add(gap.number));
    const words = wordingKey(report);
    const known = server.wordings.get(entry.wordings.get(words) ?? -1);
    if (known) {
      if (known.reports.length < NEWEST_WORDINGS) known.reports.push(report.id);
      return;
    }
    if (noiseOf(report)) return;
    const profile = profileOf(report);
    entry.opener ??= profile;
    const id = server.free.pop() ?? server.owners.length;
    server.owners[id] = gap.number;
    server.scales[id] = 1 / (Math.hypot(...profile.terms.values()) || 1);
    const terms = new WeightedTerms(server.postings.add(id, profile.terms), profile);
    server.wordings.set(id, {
      gap: gap.number,
      terms,
      signs: server.postings.add(id, signsOf(profile)),
      kinds: profile.kinds,
      tools: profile.tools,
      about: profile.about,
      facets: profile.facets,
      suggested: profile.suggested,
      reports: [report.id],
    });
    entry.wordings.set(words, id);
    if (entry.wordings.size > FIRST_WORDINGS + NEWEST_WORDINGS) {
      const [oldest] = [...entry.wordings].slice(FIRST_WORDINGS, FIRST_WORDINGS + 1);
      if (oldest) forget(entry, ...oldest);
    }
  }

  function forget({ server, wordings }: Entry, words: string, id: number): void {
    const wording = server.wordings.get(id);
    wordings.delete(words);
    if (!wording) return;
    server.wordings.delete(id);
    server.postings.remove(id, [...wording.terms.postings, ...wording.signs]);
    server.free.push(id);
  }

  function remove(number: number): void {
    const entry = entries.get(number);
    if (!entry) return;
    for (const [words, id] of [...entry.wordings]) forget(entry, words, id);
    for (const key of entry.keys) {
      const numbers = numbersByKey.get(key);
      numbers?.delete(number);
      if (numbers?.size === 0) numbersByKey.delete(key);
    }
    entries.delete(number);
  }

  function shortlist(report: Report, limit = 8): Candidate[] {
    const server = servers.get(nameKey(report.server_name));
    if (!server?.wordings.size) return [];
    const profile = profileOf(report);
    const rarity = rarityIn(server);
    const compare = likenessTo(profile, rarity);
    const candidates: Candidate[] = [];
    for (const [number, ids] of nearest(server, profile, rarity)) {
      const compared = ids
        .map((id) => server.wordings.get(id) as Wording)
        .map((wording) => ({ wording, ...compare(wording) }))
        .sort((a, b) => b.score - a.score);
      const [best, second = best] = compared;
      if (!best || !second) continue;
      const opener = entries.get(number)?.opener;
      const against = best.against ?? (opener && speaksAgainst(profile, opener));
      candidates.push({
        gap: number,
        score: (best.score + second.score) / 2,
        terms: best.shared.slice(0, SHOWN_TERMS).map((term) => profile.words.get(term) ?? term),
        reports: compared.flatMap(({ wording }) => wording.reports.slice(0, 1)),
        ...(against ? { against } : {}),
      });
    }
    const ranked = candidates.sort((a, b) => b.score - a.score || a.gap - b.gap).slice(0, limit);
    return ranked.length < limit ? [...ranked, ...commonest(server, ranked).slice(0, limit - ranked.length)] : ranked;
  }

  /** Of the gaps that are not among those found those with the most reports: the likeliest where no word tells. */
  function commonest(server: Server, found: Candidate[]): Candidate[] {
    const known = new Set(found.map(({ gap }) => gap));
    return [...new Set(server.wordings.values().map(({ gap }) => gap))]
      .filter((gap) => !known.has(gap))
      .map((number) => (entries.get(number) as Entry).gap)
      .sort((a, b) => b.reports.length - a.reports.length || a.number - b.number)
      .map(({ number, reports }) => ({
        gap: number,
        score: 0,
        terms: [],
        reports: reports.slice(0, 1).map(({ id }) => id),
      }));
  }

  return {
    put(gap) {
      const known = entries.get(gap.number);
      const ids = new Set(gap.reports.map((report) => report.id));
      const kept = known && known.gap.server === gap.server && known.ids.isSubsetOf(ids) ? known : undefined;
      if (known && !kept) remove(gap.number);
      const entry: Entry = kept ?? {
        gap,
        server: serverOf(gap.server),
        ids: new Set(),
        keys: new Set(),
        wordings: new Map(),
        opener: undefined,
      };
      entry.gap = gap;
      entries.set(gap.number, entry);
      for (const report of gap.reports) if (!entry.ids.has(report.id)) learn(entry, report);
    },
    remove,
    get: (number) => entries.get(number)?.gap,
    keys: (number) => entries.get(number)?.keys ?? [],
    byKey: (key) => [...(numbersByKey.get(key) ?? [])].sort((a, b) => a - b),
    shortlist,
  };
}

/** The terms of one wording, held by the postings they stand in. */
class WeightedTerms implements Terms {
  readonly postings: Posting[];
  readonly weights: Float32Array;
  readonly needed: Uint8Array;
  constructor(postings: Posting[], profile: Profile) {
    this.postings = postings;
    this.weights = Float32Array.from(profile.terms.values());
    this.needed = Uint8Array.from(profile.terms.keys(), (term) => (profile.needed.has(term) ? 1 : 0));
  }
  *[Symbol.iterator](): Generator<readonly [string, number, boolean]> {
    for (const [i, { name }] of this.postings.entries()) yield [name, this.weights[i] ?? 0, this.needed[i] === 1];
  }
}

function signsOf(profile: Profile): [string, number][] {
  return [
    ...[...profile.tools.keys()].map((name): [string, number] => [`tool ${name}`, 1]),
    ...[...profile.facets].map((facet): [string, number] => [`facet ${facet}`, isStrong(facet) ? 1 : 0.5]),
  ];
}

function rarityIn({ wordings, postings }: Server): Rarity {
  const total = wordings.size;
  const rare = (name: string) => Math.log(1 + (total + 1) / (postings.count(name) + 0.5));
  const highest = Math.log(1 + (total + 1) / 0.5);
  return { term: rare, facet: (facet: Facet) => rare(`facet ${facet}`) / highest };
}

/** The gaps worth comparing in full, with the ids of their most similar wordings: a rough score from the postings alone. */
function nearest(server: Server, profile: Profile, rarity: Rarity): [number, number[]][] {
  const { postings, scales, owners } = server;
  const rough = new Float32Array(owners.length);
  let read = 0;
  const count = (posting: Posting | undefined, share: number, inProportion: boolean) => {
    if (!posting || read > MAX_READ) return;
    read += posting.members.length;
    for (let i = 0; i < posting.members.length; i += 1) {
      const id = posting.members[i] as number;
      const part = inProportion ? (posting.weights[i] as number) * (scales[id] as number) : 1;
      rough[id] = (rough[id] as number) + share * part;
    }
  };
  for (const [name, weight] of signsOf(profile))
    count(postings.get(name), ROUGH_SIGN * weight * rarity.term(name), false);
  const terms = [...profile.terms]
    .map(([term, weight]) => ({ term, share: weight * rarity.term(term) ** 2 }))
    .sort((a, b) => b.share - a.share);
  const whole = Math.sqrt(terms.reduce((sum, { share }) => sum + share * share, 0)) || 1;
  for (const { term, share } of terms) count(postings.get(term), share / whole, true);

  const byGap = new Map<number, { id: number; score: number }[]>();
  for (let id = 0; id < rough.length; id += 1) {
    const score = rough[id] as number;
    if (score === 0) continue;
    const gap = owners[id] as number;
    const own = byGap.get(gap);
    if (own) own.push({ id, score });
    else byGap.set(gap, [{ id, score }]);
  }
  return [...byGap]
    .map(([gap, found]) => ({ gap, found, best: Math.max(...found.map(({ score }) => score)) }))
    .sort((a, b) => b.best - a.best)
    .slice(0, COMPARED_GAPS)
    .map(({ gap, found }) => {
      const ids = found.sort((a, b) => b.score - a.score).map(({ id }) => id);
      return [gap, ids.slice(0, COMPARED_WORDINGS)];
    });
}
