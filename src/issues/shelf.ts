import type { Report } from '../report/index.ts';
import { gapKey } from '../triage/index.ts';
import type { Gap } from './gap.ts';

/**
 * The gaps of one repository next to each other. A report may stand in several issues, because it was moved or a crash came between
 * two writes; it counts in one of them.
 */
export interface Shelf {
  /** Takes a gap as its issue alone says it. */
  put(gap: Gap): void;
  remove(number: number): void;
  /** All that count at least one report, by number. */
  all(): Gap[];
  /** Every issue of ours, also those whose reports all count elsewhere. */
  everything(): Iterable<Gap>;
  byNumber(number: number): Gap | undefined;
  byReport(id: string): Gap | undefined;
  /** The gap whose reports include these words, the oldest if there are several. */
  byKey(key: string): Gap | undefined;
  /** Tells the number of each gap that is new, other than before, or gone. */
  onChange(listener: (number: number) => void): void;
}

export function createShelf(): Shelf {
  const gaps = new Map<number, Gap>();
  const holders = new Map<string, number[]>();
  const counting = new Map<string, number>();
  const numbersByKey = new Map<string, Set<number>>();
  const listeners = new Set<(number: number) => void>();

  function count(report: Report, number: number | undefined): void {
    if (number === undefined) counting.delete(report.id);
    else counting.set(report.id, number);
  }

  /** Decides anew where these reports count, and brings every gap up to date that holds one of them. */
  function settle(reports: Iterable<Report>, numbers: Set<number>): void {
    for (const report of reports) {
      const held = holders.get(report.id) ?? [];
      const before = counting.get(report.id);
      const owner = held.length > 1 ? ownerOf(held.map((number) => gaps.get(number) as Gap)) : held[0];
      count(report, owner);
      for (const number of before === owner ? [] : [before, owner]) if (number !== undefined) numbers.add(number);
    }
    for (const number of numbers) {
      const gap = gaps.get(number);
      if (gap) recount(gap);
      for (const listener of listeners) listener(number);
    }
  }

  function recount(gap: Gap): void {
    forgetKeys(gap);
    const own = gap.held.filter(({ id }) => counting.get(id) === gap.number);
    gaps.set(gap.number, { ...gap, reports: own.length === gap.held.length ? gap.held : own });
    for (const report of own) {
      const key = gapKey(report);
      numbersByKey.set(key, (numbersByKey.get(key) ?? new Set()).add(gap.number));
    }
  }

  function forgetKeys({ number, reports }: Gap): void {
    for (const report of reports) {
      const numbers = numbersByKey.get(gapKey(report));
      numbers?.delete(number);
      if (numbers?.size === 0) numbersByKey.delete(gapKey(report));
    }
  }

  function release(number: number): Report[] {
    const known = gaps.get(number);
    if (!known) return [];
    forgetKeys(known);
    gaps.delete(number);
    for (const { id } of known.held) {
      const rest = (holders.get(id) ?? []).filter((other) => other !== number);
      if (rest.length) holders.set(id, rest);
      else holders.delete(id);
    }
    return known.held;
  }

  return {
    put(gap) {
      const before = release(gap.number);
      gaps.set(gap.number, { ...gap, reports: [] });
      for (const { id } of gap.held) holders.set(id, [...(holders.get(id) ?? []), gap.number]);
      settle([...before, ...gap.held], new Set([gap.number]));
    },
    remove(number) {
      settle(release(number), new Set([number]));
    },
    all: () => [...gaps.values()].filter(({ reports }) => reports.length).sort((a, b) => a.number - b.number),
    everything: () => gaps.values(),
    byNumber: (number) => gaps.get(number),
    byReport: (id) => gaps.get(counting.get(id) ?? 0),
    byKey: (key) => gaps.get(Math.min(...(numbersByKey.get(key) ?? [0]))),
    onChange: (listener) => void listeners.add(listener),
  };
}

/** Not where it was moved away from; where it was moved to last; the oldest issue where nobody said. */
function ownerOf(held: Gap[]): number {
  const numbers = new Set(held.map(({ number }) => number));
  const claim = ({ decisions }: Gap) =>
    (decisions.took ?? []).reduce((latest, { from, at }) => (numbers.has(from) && at > latest ? at : latest), '');
  const [owner] = held
    .map((gap) => ({ number: gap.number, left: gap.decisions.merged ? 1 : 0, claim: claim(gap) }))
    .sort((a, b) => a.left - b.left || (a.claim < b.claim ? 1 : a.claim > b.claim ? -1 : a.number - b.number));
  return owner?.number ?? 0;
}
