import { type LaneKind, renderLane } from '../../intake/index.ts';
import { inline } from '../../issues/index.ts';
import type { Outbox } from '../../outbox/index.ts';

const WHAT: Partial<Record<LaneKind, string>> = {
  reports: 'reports, notes or decisions',
  events: 'webhooks',
  drafts: 'draft requests',
  notices: 'notices',
  console: 'commands or ticks',
};
const LONGEST_REASON = 160;

/** What was given up after its last attempt, as sentences. */
export async function deadLetters(outbox: Outbox, repository: string): Promise<string[]> {
  const kinds = Object.entries(WHAT) as [LaneKind, string][];
  const sentences = await Promise.all(
    kinds.map(async ([kind, what]) => {
      const dead = await outbox.dead(renderLane(kind, repository));
      if (!dead.length) return [];
      const reason = dead.at(-1)?.deadReason?.slice(0, LONGEST_REASON) ?? '';
      return [`${dead.length} ${what} could not be worked off; the last because of ${inline(reason || 'unknown')}.`];
    }),
  );
  return sentences.flat();
}
