import { type MarkerKeys, parseMarker, renderMarker } from './marker.ts';
import { inline } from './quote.ts';

/** That a draft of a gap was merged, and where its change first came out: one comment for each merged draft, edited. */
export interface Shipped {
  gap: string;
  pull: number;
  /** The commit on the default branch. */
  commit: string;
  /** The release or tag that has it. */
  release?: { version: string; name: string; url: string };
}

interface Signed {
  keys: MarkerKeys;
  repositoryId: number;
}

export function renderShipped(shipped: Shipped, signed: Signed): string {
  const { pull, commit, release } = shipped;
  const place = { repositoryId: signed.repositoryId, role: 'shipped' as const };
  return [
    `### Shipped with #${pull}`,
    release
      ? `In [${inline(release.name)}](${release.url}) and later: reports of version ${inline(release.version)} or newer reopen this issue.`
      : `Merged as ${commit}. The release that has it is named here once there is one.`,
    renderMarker(signed.keys, place, shipped),
  ].join('\n\n');
}

export function parseShipped(body: string, signed: Signed): Shipped | undefined {
  const place = { repositoryId: signed.repositoryId, role: 'shipped' as const };
  const shipped = parseMarker(signed.keys, place, body) as Shipped | undefined;
  return typeof shipped?.gap === 'string' && typeof shipped.pull === 'number' ? shipped : undefined;
}
