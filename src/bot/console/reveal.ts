import {
  at,
  type Gap,
  isOurs,
  parseTwin,
  type Repository,
  renderTwin,
  sealedFields,
  signed,
  unseal,
} from '../../issues/index.ts';
import type { Report } from '../../report/index.ts';

/**
 * Where a person with write access reads what is sealed in a gap. Never on its own issue: that is public, or may become so, and
 * GitHub mails comments the moment they are made. `twin` is the private repository that the configuration names.
 */
export async function reveal(repository: Repository, gap: Gap, twin: Repository | undefined): Promise<string> {
  const sealed = gap.reports.filter((report) => sealedFields(report).length > 0);
  if (!sealed.length) return 'Nothing on this issue is sealed.';
  const what = `${sealed.length} ${sealed.length === 1 ? 'report has' : 'reports have'} sealed fields.`;
  if (!twin) {
    return (
      `${what} Nothing of them is posted here, where others may read it. With a key they are at \`/api/feedback/${gap.number}\` and ` +
      'in `get_report` of `/mcp`; `patchworkmcp keys create --scope report:read` makes such a key. With `privacy.private_repo` ' +
      'in patchwork.yml, this command puts them there.'
    );
  }
  const { data } = await twin.octokit.rest.repos.get(at(twin));
  if (!data.private) {
    return `${what} ${twin.owner}/${twin.name} is not private, so nothing is put there.`;
  }
  const opened = sealed.map((report) => unseal(report, signed(repository)));
  return `${what} They are in ${await writeTwin(twin, repository, gap, opened)}.`;
}

/** One issue in the private repository for each gap, found again by its marker; gives its address. */
async function writeTwin(twin: Repository, repository: Repository, gap: Gap, opened: Report[]): Promise<string> {
  const { octokit } = twin;
  const sign = signed(twin);
  const body = renderTwin({ gap: gap.id, url: gap.url, reports: opened }, sign);
  const title = `Sealed in ${repository.owner}/${repository.name}#${gap.number}`;
  const issues = await octokit.paginate(octokit.rest.issues.listForRepo, {
    ...at(twin),
    creator: twin.login,
    state: 'all',
    per_page: 100,
  });
  const known = issues.find((issue) => isOurs(twin, issue.user) && parseTwin(issue.body ?? '', sign) === gap.id);
  const { data } = known
    ? await octokit.rest.issues.update({ ...at(twin), issue_number: known.number, title, body })
    : await octokit.rest.issues.create({ ...at(twin), title, body });
  return data.html_url;
}
