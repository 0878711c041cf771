import { at, type Gaps, type IssueData, isOurs, openedByUs, type Repository, signed } from '../../issues/index.ts';
import { DASHBOARD_TITLE, parseDashboard } from './body.ts';
import type { Version } from './ticks.ts';

/** How many versions of the text are read at once: those since our last look, and some. */
const VERSIONS = 30;

const READ = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    issue(number: $number) {
      body
      userContentEdits(first: ${VERSIONS}) { nodes { editedAt diff editor { __typename login } } }
    }
  }
}`;
const PIN = 'mutation ($issueId: ID!) { pinIssue(input: { issueId: $issueId }) { issue { id } } }';

interface Read {
  repository: {
    issue: {
      body: string;
      userContentEdits: {
        nodes: { editedAt: string; diff: string | null; editor: { __typename: string; login: string } | null }[];
      } | null;
    } | null;
  };
}

/**
 * The dashboard among the issues we opened: the oldest with our marker, or, when somebody emptied it, the one with its title. Others
 * with our marker come from two runs that knew nothing of each other.
 */
export function findDashboard({ repository, index }: Gaps): { found?: IssueData; others: IssueData[] } {
  const own = index
    .others()
    .filter((issue) => openedByUs(repository, issue.user))
    .sort((a, b) => a.number - b.number);
  const marked = own.filter(({ body }) => parseDashboard(body ?? '', signed(repository)));
  const found = marked[0] ?? own.find(({ title }) => title === DASHBOARD_TITLE);
  return found ? { found, others: marked.filter(({ number }) => number !== found.number) } : { others: [] };
}

/** The text as it is this moment, and its newest versions, oldest first; undefined when the issue is gone. */
export async function readDashboard(
  repository: Repository,
  number: number,
): Promise<{ current: string; versions: Version[] } | undefined> {
  const { repository: found } = await repository.octokit.graphql<Read>(READ, { ...at(repository), number });
  if (!found.issue) return undefined;
  const { body, userContentEdits } = found.issue;
  const versions = (userContentEdits?.nodes ?? []).map(({ editedAt, diff, editor }) => {
    // GraphQL names a bot by its App alone.
    const login = editor?.__typename === 'Bot' ? `${editor.login.replace(/\[bot\]$/, '')}[bot]` : editor?.login;
    return {
      body: diff ?? '',
      editor: login,
      ours: login !== undefined && isOurs(repository, { login }),
      at: editedAt,
    };
  });
  return { current: body, versions: versions.reverse() };
}

export async function createDashboard({ repository, index }: Gaps, body: string): Promise<IssueData> {
  const { data } = await repository.octokit.rest.issues.create({ ...at(repository), title: DASHBOARD_TITLE, body });
  index.putIssue(data as IssueData);
  try {
    await repository.octokit.graphql(PIN, { issueId: data.node_id });
  } catch {
    // Three issues are pinned already, or we may not pin: the dashboard is a dashboard all the same.
  }
  return data as IssueData;
}

export async function writeDashboard({ repository, index }: Gaps, number: number, body: string): Promise<void> {
  const { data } = await repository.octokit.rest.issues.update({ ...at(repository), issue_number: number, body });
  index.putIssue(data as IssueData);
}

export async function closeDuplicate({ repository, index }: Gaps, number: number): Promise<void> {
  const { data } = await repository.octokit.rest.issues.update({
    ...at(repository),
    issue_number: number,
    state: 'closed',
    state_reason: 'not_planned',
  });
  index.putIssue(data as IssueData);
}
