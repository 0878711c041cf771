import { isPublic } from '../../intake/index.ts';
import { unsealedGaps } from '../../issues/index.ts';
import { type Check, ok, plural } from './check.ts';

const MOST_NAMED = 10;

/** What stands open in a public repository though it would be sealed today: it came while the repository was private. */
export const privacy: Check = {
  name: 'privacy',
  async look({ environment, connected }) {
    if (environment.github.mode === 'local') return [{ state: 'skipped', what: 'Nobody else reads this GitHub' }];
    const { gaps, config } = await connected();
    const { repository, index } = await gaps();
    if (!(await isPublic(repository))) return [ok('The repository is private: nothing is sealed')];
    const open = unsealedGaps(index.all(), (await config()).config.privacy.sealed);
    if (open.length === 0) return [ok('The repository is public, and what has to be sealed is')];
    const named = open.slice(0, MOST_NAMED).map(({ number }) => `#${number}`);
    const rest = open.length > named.length ? ` and ${open.length - named.length} more` : '';
    return [
      {
        state: 'warning',
        what: `${plural(open.length, 'public gap shows', 'public gaps show')} what would be sealed today: ${named.join(', ')}${rest}`,
        next: 'Edit or delete what must not be public; GitHub keeps the history of edits, which its owner can delete.',
      },
    ];
  },
};
