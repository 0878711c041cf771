import { createHash } from 'node:crypto';

/** All branches of ours begin with it. */
export const BRANCH_PREFIX = 'patchwork/';

/**
 * The branch of one draft request: the same request always gets the same branch, so that an interrupted run finds its own and two
 * runners of one request meet, and another request never does. `title` has to be one that nobody can change in between.
 *
 *     patchwork/12-filter-costs-by-run-4f9a1c02
 */
export function renderBranch(issue: number, title: string, request: string): string {
  const slug = title
    .replace(/^\[[^\]]*\]\s*/, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  const id = createHash('sha256').update(request).digest('hex').slice(0, 8);
  return `${BRANCH_PREFIX}${[issue, slug, id].filter(Boolean).join('-')}`;
}

/** The issue a branch of ours belongs to. */
export function parseBranch(branch: string): { issue: number; id: string } | undefined {
  const match = /^patchwork\/(\d+)(?:-[a-z0-9-]*)?-([0-9a-f]{8})$/.exec(branch);
  return match ? { issue: Number(match[1]), id: match[2] as string } : undefined;
}
