import { staleDrafts } from '../../bot/index.ts';
import { type Check, type Finding, ok, plural } from './check.ts';

/** Drafts that wait for a person since long: they are named, never closed. */
export const drafts: Check = {
  name: 'drafts',
  async look({ connected }) {
    const { gaps } = await connected();
    const stale = await staleDrafts((await gaps()).repository, new Date());
    if (stale.length === 0) return [ok('No draft waits for long')];
    return stale.map(
      ({ issue, url, days }): Finding => ({
        state: 'warning',
        what: `The draft ${url} for #${issue} was not touched for ${plural(days, 'day')}`,
        next: 'Merge it, close it, or ask for another one.',
      }),
    );
  },
};
