import {
  at,
  type Gap,
  type Gaps,
  type IssueData,
  isOurs,
  parseTwin,
  renderTwin,
  signed,
  unseal,
} from '../../issues/index.ts';
import type { Report } from '../../report/index.ts';

/** How many issues of the twin are written at one look: others wait behind it. */
const MOST_AT_ONCE = 5;

export interface TwinDoor {
  gaps: Gaps;
  /** Before each write: the lane is still ours, and GitHub's budget allows it. */
  spend(writes: number): Promise<void>;
  /** How many sealed reports of a gap the twin shows, by the gap's id, as far as this process wrote or read it. */
  memory: Map<string, number>;
}

export function sealedReports(gap: Gap): Report[] {
  return gap.reports.filter(({ sealed }) => sealed !== undefined);
}

/**
 * Puts what is sealed into the private repository that the configuration names, if it names one: an issue for each gap, written again when more of the
 * gap is sealed. Answers whether more is left to be written than one look writes. Throws when that repository is not private.
 */
export async function keepTwins(door: TwinDoor, named: () => Promise<Gaps | undefined>): Promise<boolean> {
  const { gaps, memory } = door;
  const lagging = () =>
    gaps.index.all().filter((gap) => {
      const count = sealedReports(gap).length;
      return count > 0 && memory.get(gap.id) !== count;
    });
  const twin = lagging().length ? await named() : undefined;
  if (!twin) return false;
  await twin.index.current();
  for (const issue of twin.index.others()) {
    const shown = isOurs(twin.repository, issue.user) && parseTwin(issue.body ?? '', signed(twin.repository));
    if (shown) memory.set(shown.gap, shown.reports);
  }
  const todo = lagging();
  for (const gap of todo.slice(0, MOST_AT_ONCE)) await writeTwin(door, twin, gap);
  return todo.length > MOST_AT_ONCE;
}

/** Writes the issue of one gap, found again by its marker; gives its address. Throws `not_private`. */
export async function writeTwin({ gaps, spend, memory }: TwinDoor, twin: Gaps, gap: Gap): Promise<string> {
  const { repository, index } = twin;
  const { octokit } = repository;
  const { data: settings } = await octokit.rest.repos.get(at(repository));
  if (!settings.private) throw new NotPrivate(`${repository.owner}/${repository.name} is not private`);
  const sealed = sealedReports(gap);
  const sign = signed(repository);
  const reports = sealed.map((report) => unseal(report, signed(gaps.repository)));
  const body = renderTwin({ gap: gap.id, url: gap.url, reports }, sign);
  const title = `Sealed in ${gaps.repository.owner}/${gaps.repository.name}#${gap.number}`;
  const known = index
    .others()
    .find(({ user, body }) => isOurs(repository, user) && parseTwin(body ?? '', sign)?.gap === gap.id);
  await spend(1);
  const { data } = known
    ? await octokit.rest.issues.update({ ...at(repository), issue_number: known.number, title, body })
    : await octokit.rest.issues.create({ ...at(repository), title, body });
  index.putIssue(data as IssueData);
  memory.set(gap.id, sealed.length);
  return data.html_url;
}

/** Nothing that is sealed is put where others may read it. */
export class NotPrivate extends Error {}
