import { GraphqlResponseError } from '@octokit/graphql';
import type { Octokit } from '@octokit/rest';
import type { Change } from './apply.ts';

interface Place {
  owner: string;
  name: string;
}

export interface Commit {
  branch: string;
  base: string;
  headline: string;
  body: string;
  changes: Change[];
}

export interface Pull {
  number: number;
  url: string;
  draft: boolean;
}

/**
 * Commits all changes as one commit on a new branch. A branch of that name left by an interrupted run is taken over when it
 * still stands at the base, and taken as done when it already holds the commit, which another runner may make in this very moment.
 */
export async function commitChanges(octokit: Octokit, place: Place, commit: Commit): Promise<string> {
  const head = await ensureBranch(octokit, place, commit.branch, commit.base);
  if (head !== commit.base) return head;
  try {
    return await commitOnto(octokit, place, commit);
  } catch (error) {
    const now = await headOf(octokit, place, commit.branch);
    if (now !== commit.base) return now;
    // No branch is left behind that holds nothing.
    await octokit.rest.git.deleteRef({ owner: place.owner, repo: place.name, ref: `heads/${commit.branch}` });
    throw error;
  }
}

async function commitOnto(octokit: Octokit, place: Place, commit: Commit): Promise<string> {
  // GitHub signs commits made by createCommitOnBranch, but it cannot set modes.
  if (isPlain(commit)) {
    try {
      return await commitByGraphql(octokit, place, commit);
    } catch (error) {
      if ((error as { status?: number }).status !== 404) throw error;
    }
  }
  return commitByGitData(octokit, place, commit);
}

/**
 * Makes branch, commit and draft pull request in one request: on GitHub its parts run one after the other. Undefined when that does
 * not work out; what was made of it is found again by going step by step.
 */
export async function publishAtOnce(
  octokit: Octokit,
  place: Place,
  repositoryId: string,
  commit: Commit,
  pull: { base: string; title: string; body: string },
): Promise<{ commit: string; pull: Pull } | undefined> {
  if (!isPlain(commit)) return undefined;
  let said: {
    commit: { commit: { oid: string } } | null;
    pull: { pullRequest: { number: number; url: string; isDraft: boolean } } | null;
  };
  try {
    said = await octokit.graphql(
      `mutation($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!, $pull: CreatePullRequestInput!) {
        ref: createRef(input: $ref) { clientMutationId }
        commit: createCommitOnBranch(input: $commit) { commit { oid } }
        pull: createPullRequest(input: $pull) { pullRequest { number url isDraft } }
      }`,
      {
        ref: { repositoryId, name: `refs/heads/${commit.branch}`, oid: commit.base },
        commit: commitInput(place, commit),
        pull: {
          ...{ repositoryId, headRefName: commit.branch, baseRefName: pull.base, title: pull.title, body: pull.body },
          draft: true,
        },
      },
    );
  } catch (error) {
    if (error instanceof GraphqlResponseError || (error as { status?: number }).status === 404) return undefined;
    throw error;
  }
  const made = said.pull?.pullRequest;
  if (!said.commit || !made) return undefined;
  return { commit: said.commit.commit.oid, pull: { number: made.number, url: made.url, draft: made.isDraft } };
}

function isPlain({ changes }: Commit): boolean {
  return changes.every((change) => change.mode === '100644');
}

/** Opens the draft pull request, or finds the one an interrupted run opened for the same branch. */
export async function openPull(
  octokit: Octokit,
  place: Place,
  pull: { branch: string; base: string; title: string; body: string },
): Promise<Pull> {
  const route = { owner: place.owner, repo: place.name };
  const earlier = await findPull(octokit, place, pull.branch);
  if (earlier) return earlier;
  const fields = { ...route, head: pull.branch, base: pull.base, body: pull.body };
  try {
    const { data } = await octokit.rest.pulls.create({ ...fields, title: pull.title, draft: true });
    return { number: data.number, url: data.html_url, draft: data.draft ?? false };
  } catch (error) {
    // 422 "A pull request already exists for owner:branch": another runner of the same request was quicker.
    const { status, message } = error as { status?: number; message?: string };
    const others = status === 422 ? await findPull(octokit, place, pull.branch) : undefined;
    if (others) return others;
    // Private repositories on GitHub's free plan have no draft pull requests: 422 "Draft pull requests are not supported".
    if (status !== 422 || !/draft/i.test(message ?? '')) throw error;
    const { data } = await octokit.rest.pulls.create({ ...fields, title: `[draft] ${pull.title}` });
    await octokit.rest.issues.addLabels({ ...route, issue_number: data.number, labels: ['draft'] });
    return { number: data.number, url: data.html_url, draft: false };
  }
}

async function findPull(octokit: Octokit, place: Place, branch: string): Promise<Pull | undefined> {
  const route = { owner: place.owner, repo: place.name };
  const { data } = await octokit.rest.pulls.list({ ...route, head: `${place.owner}:${branch}`, state: 'all' });
  const found = data.find((candidate) => candidate.head.ref === branch);
  return found && { number: found.number, url: found.html_url, draft: found.draft ?? false };
}

async function ensureBranch(octokit: Octokit, place: Place, branch: string, base: string): Promise<string> {
  const route = { owner: place.owner, repo: place.name };
  try {
    await octokit.rest.git.createRef({ ...route, ref: `refs/heads/${branch}`, sha: base });
    return base;
  } catch (error) {
    if ((error as { status?: number }).status !== 422) throw error;
    return headOf(octokit, place, branch);
  }
}

async function headOf(octokit: Octokit, place: Place, branch: string): Promise<string> {
  const { data } = await octokit.rest.git.getRef({ owner: place.owner, repo: place.name, ref: `heads/${branch}` });
  return data.object.sha;
}

async function commitByGraphql(octokit: Octokit, place: Place, commit: Commit): Promise<string> {
  const answer = await octokit.graphql<{ createCommitOnBranch: { commit: { oid: string } } }>(
    `mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`,
    { input: commitInput(place, commit) },
  );
  return answer.createCommitOnBranch.commit.oid;
}

function commitInput(place: Place, { branch, base, headline, body, changes }: Commit) {
  return {
    branch: { repositoryNameWithOwner: `${place.owner}/${place.name}`, branchName: branch },
    expectedHeadOid: base,
    message: { headline, body },
    fileChanges: {
      additions: changes.flatMap(({ path, after }) =>
        after === undefined ? [] : [{ path, contents: Buffer.from(after).toString('base64') }],
      ),
      deletions: changes.flatMap(({ path, after }) => (after === undefined ? [{ path }] : [])),
    },
  };
}

async function commitByGitData(octokit: Octokit, place: Place, commit: Commit): Promise<string> {
  const route = { owner: place.owner, repo: place.name };
  const base = await octokit.rest.git.getCommit({ ...route, commit_sha: commit.base });
  const tree = await Promise.all(
    commit.changes.map(async ({ path, mode, after }) => {
      const entry = { path, mode: mode as '100644' | '100755', type: 'blob' as const };
      if (after === undefined) return { ...entry, sha: null };
      const blob = await octokit.rest.git.createBlob({
        ...route,
        content: Buffer.from(after).toString('base64'),
        encoding: 'base64',
      });
      return { ...entry, sha: blob.data.sha };
    }),
  );
  const { data } = await octokit.rest.git.createTree({ ...route, base_tree: base.data.tree.sha, tree });
  const message = commit.body ? `${commit.headline}\n\n${commit.body}` : commit.headline;
  const made = await octokit.rest.git.createCommit({ ...route, message, tree: data.sha, parents: [commit.base] });
  await octokit.rest.git.updateRef({ ...route, ref: `heads/${commit.branch}`, sha: made.data.sha, force: false });
  return made.data.sha;
}
