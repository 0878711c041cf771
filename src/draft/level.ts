import type { DraftCause } from '../issues/index.ts';
import { type Asked, type Level, mayDraft } from '../triage/index.ts';
import { declined, type Ending } from './failure.ts';

/** A word is given by a person who names the gap; a label or a check box is set in passing. */
const ASKED: Record<DraftCause, Asked> = {
  label: 'mark',
  action: 'mark',
  dashboard: 'mark',
  command: 'word',
  api: 'word',
  cli: 'word',
  auto: 'policy',
};

/** Why the repository's level allows no draft here; undefined when it does. */
export function refusedByLevel(level: Level, by: DraftCause): Ending | undefined {
  const [first] = mayDraft(level, ASKED[by]).objections;
  return first && declined(first.code, `${first.why} Here is the brief.`);
}
