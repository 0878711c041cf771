import { REPOSITORY_FILE, type RepositoryConfig, readRepositoryConfig } from '../../config/index.ts';
import { at, type Repository, STOP_LABEL } from '../../issues/index.ts';

/** A file of this name on the default branch stops everything that happens without a person. */
export const STOP_FILE = '.github/patchwork-stop';

/** What a repository wants to happen by itself, as its default branch and its issues say at this moment. */
export interface Standing {
  config: RepositoryConfig;
  /** False: the file cannot be read or is not valid, so the defaults stand in for it. */
  configured: boolean;
  /** What stops everything, in words; undefined when nothing does. */
  stopped: string | undefined;
  base: { branch: string; commit: string };
}

const QUERY = `query($owner: String!, $name: String!, $labels: [String!]) {
  repository(owner: $owner, name: $name) {
    defaultBranchRef { name target { oid } }
    file: object(expression: "HEAD:${REPOSITORY_FILE}") { __typename ... on Blob { text isTruncated } }
    stop: object(expression: "HEAD:${STOP_FILE}") { oid }
    issues(labels: $labels, states: OPEN, first: 1) { nodes { number } }
    pullRequests(labels: $labels, states: OPEN, first: 1) { nodes { number } }
  }
}`;

interface Said {
  repository: {
    defaultBranchRef: { name: string; target: { oid: string } } | null;
    file: { __typename: string; text?: string | null; isTruncated?: boolean } | null;
    stop: { oid: string } | null;
    issues: Numbers;
    pullRequests: Numbers;
  };
}
type Numbers = { nodes: ({ number: number } | null)[] | null };

/** One request, so that everything in the answer is of the same moment. What cannot be read counts as a stop. */
export async function readStanding({ octokit, owner, name }: Repository): Promise<Standing> {
  const variables = { owner, name, labels: [STOP_LABEL] };
  const { repository: said } = await octokit.graphql<Said>(QUERY, variables);
  const text = said.file ? (said.file.text ?? undefined) : undefined;
  const unreadable = said.file !== null && (text === undefined || said.file.isTruncated === true);
  const { config, problem } = readRepositoryConfig(unreadable ? undefined : text);
  const labelled = [...(said.issues.nodes ?? []), ...(said.pullRequests.nodes ?? [])][0];
  return {
    config,
    configured: !unreadable && problem === undefined,
    stopped: said.stop
      ? `the default branch has the file \`${STOP_FILE}\``
      : labelled
        ? `#${labelled.number} carries the label \`${STOP_LABEL}\``
        : said.defaultBranchRef
          ? undefined
          : 'there is no default branch',
    base: { branch: said.defaultBranchRef?.name ?? '', commit: said.defaultBranchRef?.target.oid ?? '' },
  };
}

/** Checks by others than us that the branch demands, from its protection and from rulesets. */
export async function requiredChecks({ octokit, ...repository }: Repository, branch: string): Promise<string[]> {
  const route = { ...at(repository), branch };
  const { data } = await octokit.rest.repos.getBranch(route);
  const guarded = data.protection?.required_status_checks;
  const names = [...(guarded?.contexts ?? []), ...(guarded?.checks ?? []).map(({ context }) => context)];
  try {
    const rules = await octokit.paginate(octokit.rest.repos.getBranchRules, { ...route, per_page: 100 });
    for (const rule of rules) {
      if (rule.type !== 'required_status_checks') continue;
      names.push(...(rule.parameters?.required_status_checks ?? []).map(({ context }) => context));
    }
  } catch (error) {
    // Older servers know no rulesets.
    if ((error as { status?: number }).status !== 404) throw error;
  }
  return [...new Set(names)];
}
