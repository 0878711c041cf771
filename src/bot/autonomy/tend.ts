import { parseBranch } from '../../draft/index.ts';
import { at, type Gaps, isOurs, type Repository } from '../../issues/index.ts';
import { type Level, reaches } from '../../triage/index.ts';
import { type AutoDraftWork, draftByPolicy } from './drafts.ts';
import { type LifecycleWork, nameReleases, shipMerged } from './lifecycle.ts';
import { isUnfinished, type MergeWork, mergeable, tendMerge } from './merge.ts';
import { readStanding } from './standing.ts';

export type TendWork = MergeWork & LifecycleWork & AutoDraftWork;

const DAY_MS = 86_400_000;

/**
 * Does in one repository what nobody has to ask for: looks after drafts that may be merged, marks what was shipped, and asks for
 * drafts. Everything is decided from what GitHub says now, so that doing it again, later or after a crash does nothing twice.
 */
export async function tend(work: TendWork): Promise<void> {
  const { gaps, now } = work;
  const { repository, index } = gaps;
  await index.refresh();
  const standing = await readStanding(repository);
  for (const { number } of index.all()) {
    const gap = index.byNumber(number);
    const run = gap && mergeable(gap);
    if (!gap || !run || !(reaches(standing.config.level, 'auto-merge') || run.merge)) continue;
    const others = index
      .all()
      .flatMap(({ status }) => status?.runs ?? [])
      .filter(({ request }) => request !== run.request);
    const merged = others.filter(({ merge }) => merge?.commit && Date.parse(merge.at) > now().getTime() - DAY_MS);
    await tendMerge(work, gap, standing, { today: merged.length, unfinished: others.some(isUnfinished) });
  }
  const open = await openPulls(repository);
  await shipMerged(work, open);
  await nameReleases(work);
  if (reaches(standing.config.level, 'auto-draft')) await draftByPolicy(work, standing, open);
}

/** Whether there may be anything to do in a repository: where nobody drafts and nothing goes by itself, nothing is asked. */
export function needsTending({ index }: Gaps, level: Level): boolean {
  if (reaches(level, 'auto-draft')) return true;
  return index.all().some(({ status, shipped }) => {
    const drafts = (status?.runs ?? []).filter(({ pull }) => pull);
    return drafts.some(({ pull }) => shipped.every((one) => one.pull !== pull?.number || !one.release));
  });
}

/** Numbers of the open pull requests from branches of ours. */
async function openPulls(repository: Repository): Promise<Set<number>> {
  const { octokit } = repository;
  const route = { ...at(repository), state: 'open' as const, per_page: 100 };
  const pulls = await octokit.paginate(octokit.rest.pulls.list, route);
  const ours = pulls.filter(({ user, head }) => isOurs(repository, user) && parseBranch(head.ref));
  return new Set(ours.map(({ number }) => number));
}
