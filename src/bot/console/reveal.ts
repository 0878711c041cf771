import type { Gap, Gaps } from '../../issues/index.ts';
import { NotPrivate, sealedReports, type TwinDoor, writeTwin } from './twin.ts';

/**
 * Where a person with write access reads what is sealed in a gap. Never on its own issue: that is public, or may become so, and
 * GitHub mails comments the moment they are made. `twin` is the private repository that the configuration names.
 */
export async function reveal(door: TwinDoor, gap: Gap, twin: Gaps | undefined): Promise<string> {
  const { length: count } = sealedReports(gap);
  if (!count) return 'Nothing on this issue is sealed.';
  const what = `${count} ${count === 1 ? 'report has' : 'reports have'} sealed fields.`;
  if (!twin) {
    return (
      `${what} Nothing of them is posted here, where others may read it. With a key they are at \`/api/feedback/${gap.number}\` and ` +
      'in `get_report` of `/mcp`; `patchworkmcp keys create --scope report:read` makes such a key. With `privacy.private_repo` ' +
      'in patchwork.yml, they are put there.'
    );
  }
  try {
    return `${what} They are in ${await writeTwin(door, twin, gap)}.`;
  } catch (error) {
    if (error instanceof NotPrivate) return `${what} ${error.message}, so nothing is put there.`;
    throw error;
  }
}
