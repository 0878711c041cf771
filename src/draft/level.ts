import { type DraftCause, type Gap, isSealedWhole } from '../issues/index.ts';
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

/** What may be about security is not drafted in public: the pull request would tell it. */
export function refusedBySeal(gap: Gap): Ending | undefined {
  if (!gap.reports.some(isSealedWhole)) return undefined;
  return declined(
    'sealed',
    'It may be about security, so no draft is made in public. `/patchwork reveal` says where to read it; fix it in a private fork or a ' +
      'security advisory.',
  );
}
