import { enableTarget, type Health, readHealth } from '../../bot/index.ts';
import { targetsOf } from '../../config/index.ts';
import { type Check, type Finding, ok } from './check.ts';

const SHOWN = 5;

/** Who is told of events, and how that went: the delivery log. */
export const notifications: Check = {
  name: 'notifications',
  async look({ environment, connected, outbox }) {
    const { owner, repo, config } = await connected();
    const targets = targetsOf(environment.notify.targets, (await config()).config.notify);
    if (!targets.length) return [ok('nobody is told (PATCHWORK_NOTIFY, or `notify` in patchwork.yml)')];
    const store = await outbox();
    const health = await readHealth(store, `${owner}/${repo}`);
    return targets.map(({ name, events }): Finding => {
      const known = health.find(({ target }) => target === name);
      if (!known) return ok(`${name}: ${events.length} kinds of events; nothing was sent yet`);
      const what = `${name}: ${log(known)}`;
      if (known.disabled) {
        return {
          state: 'problem',
          what: `${name} is told nothing more since ${known.disabled.at}: ${known.disabled.why}. ${log(known)}`,
          next: '`--fix` has it tried again.',
          async fix() {
            await enableTarget(store, `${owner}/${repo}`, name);
            return `${name} is tried again`;
          },
        };
      }
      if (known.failingSince) return { state: 'warning', what, next: 'It is tried again for three days.' };
      return ok(what);
    });
  },
};

function log({ recent }: Health): string {
  return recent
    .slice(-SHOWN)
    .toReversed()
    .map(({ at, event, issue, result, ms }) => `${at.slice(0, 19)}Z ${event} #${issue} ${result} (${ms} ms)`)
    .join('; ');
}
