import type { Outbox } from '../../outbox/index.ts';
import { PatchworkError } from '../../report/index.ts';
import { type Check, type Finding, ok, plural } from './check.ts';

const MOST_SHOWN = 20;

/** What waits, what is held up, and what failed for good and waits for a person. */
export const queue: Check = {
  name: 'outbox',
  async look({ outbox }) {
    const store = await outbox();
    const { waiting, oldest, failing } = await store.stats();
    const dead = await store.dead();
    const age = oldest ? `, the oldest since ${oldest.toISOString()}` : '';
    const findings: Finding[] = [
      ...(failing.length ? [] : [ok(`${plural(waiting, 'entry waits', 'entries wait')}${age}`)]),
      ...failing.map(
        ({ lane, errors, error, retryAt }): Finding => ({
          state: 'warning',
          what: `${lane} failed ${plural(errors, 'time')} in a row (${error}); next try ${retryAt.toISOString()}`,
        }),
      ),
      ...dead.slice(0, MOST_SHOWN).map(
        ({ id, lane, kind, receivedAt, deadReason }): Finding => ({
          state: kind === 'delivery' ? 'warning' : 'problem',
          what: `${kind} ${id} of ${lane}, from ${receivedAt.toISOString()}, was given up: ${deadReason}`,
          next: `\`patchworkmcp doctor --retry ${id}\` gives it all its attempts again.`,
        }),
      ),
    ];
    if (dead.length > MOST_SHOWN)
      findings.push({ state: 'problem', what: `${dead.length - MOST_SHOWN} more were given up` });
    return findings;
  },
};

/** Gives a dead entry its attempts again. Throws `not_found` when there is none of this id. */
export async function retryDead(outbox: Outbox, id: string): Promise<string> {
  const entry = (await outbox.dead()).find((one) => one.id === id);
  if (!entry || !(await outbox.revive(entry.lane, id))) {
    throw new PatchworkError('not_found', 'Nothing of this id was given up.', {
      next: '`patchworkmcp doctor` lists what was.',
    });
  }
  return `${entry.kind} ${id} waits again`;
}
