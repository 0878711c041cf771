import type { Report } from '../report/index.ts';
import { createCorpus } from './corpus.ts';
import { SAFE_MARGIN } from './decide.ts';
import { gapKey } from './key.ts';

const [STAYING, LEAVING] = [1, 2];

/**
 * The reports that go along when one leaves a gap: those in its words, and those that came after it and are more like what leaves
 * than like what stays, so that they came here on its account. `reports` are those of the gap, the one that opened it first.
 */
export function carriedBy(report: Report, reports: Report[]): Report[] {
  const key = gapKey(report);
  const corpus = createCorpus();
  const sides = new Map<number, Report[]>([
    [STAYING, []],
    [LEAVING, []],
  ]);
  const [opening, ...rest] = reports;
  const later = rest.toSorted((a, b) => (a.received_at < b.received_at ? -1 : a.received_at > b.received_at ? 1 : 0));
  for (const one of opening ? [opening, ...later] : []) {
    const side = one !== opening && (gapKey(one) === key || followsIt(one)) ? LEAVING : STAYING;
    const members = [...(sides.get(side) ?? []), one];
    sides.set(side, members);
    corpus.put({ number: side, server: report.server_name, reports: members });
  }
  return sides.get(LEAVING) ?? [];

  function followsIt(one: Report): boolean {
    const [best, second] = corpus.shortlist(one);
    return best?.gap === LEAVING && best.score - Math.max(0, second?.score ?? 0) >= SAFE_MARGIN;
  }
}
