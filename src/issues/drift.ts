import type { Gap } from './gap.ts';
import { DRAFTING_LABEL } from './labels.ts';
import { labelsOf } from './update.ts';

export interface Drift {
  missing: string[];
  stale: string[];
}

/** Families of which a gap has one label, by its reports alone. A severity may be a person's own. */
const OURS = /^(?:gap|impact):/;

/** How the labels of a gap's issue differ from what its marker says. Labels that people put there are none of ours. */
export function driftOf(gap: Gap): Drift {
  if (gap.reports.length === 0) return { missing: [], stale: [] };
  const wanted = labelsOf(gap.reports, {
    decisions: gap.decisions,
    ...(gap.harm === undefined ? {} : { harm: gap.harm }),
  });
  const hasSeverity = gap.labels.some((name) => name.startsWith('severity:'));
  const isDrafting = gap.status?.runs.at(-1)?.outcome === undefined;
  return {
    missing: wanted.filter((name) => !gap.labels.includes(name) && !(name.startsWith('severity:') && hasSeverity)),
    stale: gap.labels.filter(
      (name) => (OURS.test(name) && !wanted.includes(name)) || (name === DRAFTING_LABEL && !(gap.status && isDrafting)),
    ),
  };
}
