import { type Candidate, give, type Leader } from './candidates.ts';
import { folderOf, stemOf } from './graph/paths.ts';
import { identifierTerms } from './words.ts';

/** Files that hold a folder together or define what all of it shares: nearly a third of all files that commits change. */
const hub =
  /^(?:index|mod|lib|__init__|main|server|tools?|toolsets?|(?:tool_)?registry|definitions?|schemas?|types|errors?|params|requests?)$/;

const hubPoints = 0.2;
const stemPoints = 0.2;
/** A hub one folder up belongs to the leader, but less. */
const parentShare = 0.7;

/**
 * Lends the score of the best files to what stands beside them by name: hub files of the same folder or the one above,
 * and the same stem in a parallel layer (`models/incident` beside `tools/incident`).
 */
export function lendBeside(candidates: readonly Candidate[], leaders: readonly Leader[]): void {
  const places = candidates.map(({ source: { path } }) => {
    const folder = folderOf(path);
    const stem = stemOf(path);
    const words = new Set([...identifierTerms(stem), ...identifierTerms(folder.slice(folder.lastIndexOf('/') + 1))]);
    return { path, folder, stem, isHub: hub.test(stem), words };
  });
  const asHub = candidates.map(() => ({ points: 0, why: '' }));
  const asTwin = candidates.map(() => ({ points: 0, why: '' }));
  for (const { index, weight } of leaders) {
    const leader = places[index] as (typeof places)[number];
    const parent = folderOf(leader.folder);
    const stemWords = identifierTerms(leader.stem);
    places.forEach(({ folder, stem, isHub, words }, other) => {
      if (other === index) return;
      const share = folder === leader.folder ? 1 : folder === parent ? parentShare : 0;
      const hubbed = isHub ? hubPoints * weight * share : 0;
      if (hubbed > (asHub[other] as { points: number }).points)
        asHub[other] = { points: hubbed, why: `holds the folder of ${leader.path} together` };
      if (leader.isHub || folder === leader.folder) return;
      const isTwin =
        stem === leader.stem ||
        (stemWords.length > 0 && stemWords.length < 3 && stemWords.every((word) => words.has(word)));
      const twinned = isTwin ? stemPoints * weight : 0;
      if (twinned > (asTwin[other] as { points: number }).points)
        asTwin[other] = { points: twinned, why: `is named like ${leader.path}` };
    });
  }
  candidates.forEach((candidate, index) => {
    for (const { points, why } of [asHub[index], asTwin[index]] as { points: number; why: string }[])
      give(candidate, points, why);
  });
}
