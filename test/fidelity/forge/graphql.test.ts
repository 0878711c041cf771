import { describe, expect, it } from 'vitest';
import { type Loopback, REPO, useForge } from './loopback.ts';

let github: Loopback;

useForge((started) => {
  github = started;
});

async function headOf(branchName: string): Promise<string> {
  const { data } = await github.as('writer').rest.git.getRef({ ...REPO, ref: `heads/${branchName}` });
  return data.object.sha;
}

const COMMIT = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { clientMutationId commit { oid url message committedDate } ref { name prefix } }
}`;

async function commit(branchName: string, path: string, expectedHeadOid: string, text = 'x\n') {
  const contents = Buffer.from(text).toString('base64');
  const branch = { repositoryNameWithOwner: 'owner/sample', branchName };
  const message = { headline: `Write ${path}`, body: 'Why.' };
  const input = { branch, message, expectedHeadOid, fileChanges: { additions: [{ path, contents }], deletions: [] } };
  const bot = await github.bot();
  const { createCommitOnBranch } = await bot.graphql<{ createCommitOnBranch: { commit: { oid: string } } }>(COMMIT, {
    input,
  });
  return createCommitOnBranch.commit.oid;
}

let branches = 0;

async function openPull(draft: boolean) {
  branches += 1;
  const head = `graphql/${branches}`;
  const sha = await headOf('main');
  const writer = github.as('writer');
  await writer.rest.git.createRef({ ...REPO, ref: `refs/heads/${head}`, sha });
  await commit(head, `${head}.txt`, sha);
  const { data } = await writer.rest.pulls.create({ ...REPO, title: head, head, base: 'main', draft });
  return data;
}

describe('mutations', () => {
  it('createCommitOnBranch commits, and refuses a head that moved', async () => {
    const sha = await headOf('main');
    const oid = await commit('main', 'graphql.txt', sha);
    expect(await headOf('main')).toBe(oid);
    await expect(commit('main', 'again.txt', sha)).rejects.toThrow(/Expected branch to point to/);
    await expect(commit('main', '../x', oid)).rejects.toThrow();
    await expect(commit('nowhere', 'x', oid)).rejects.toThrow();
  });

  it('markPullRequestReadyForReview and convertPullRequestToDraft turn a draft over', async () => {
    const pull = await openPull(true);
    const writer = github.as('writer');
    const id = pull.node_id;
    const fields = 'pullRequest { id number isDraft state url mergeable }';
    await writer.graphql(
      `mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { ${fields} } }`,
      { id },
    );
    expect((await writer.rest.pulls.get({ ...REPO, pull_number: pull.number })).data.draft).toBe(false);
    await writer.graphql(
      `mutation($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { ${fields} } }`,
      {
        id,
      },
    );
    const refusal = github
      .as('stranger')
      .graphql(`mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { ${fields} } }`, {
        id,
      });
    await expect(refusal).rejects.toThrow();
  });

  it('enablePullRequestAutoMerge refuses drafts and branches without required checks', async () => {
    const enable = `mutation($id: ID!) {
      enablePullRequestAutoMerge(input: { pullRequestId: $id, mergeMethod: SQUASH }) { pullRequest { id } }
    }`;
    for (const draft of [true, false]) {
      const { node_id: id } = await openPull(draft);
      await expect(github.as('writer').graphql(enable, { id })).rejects.toThrow();
    }
  });

  it('revertPullRequest opens a pull request that takes a merge back', async () => {
    const pull = await openPull(false);
    const writer = github.as('writer');
    await writer.rest.pulls.merge({ ...REPO, pull_number: pull.number });
    const { revertPullRequest } = await writer.graphql<{
      revertPullRequest: { revertPullRequest: { number: number } };
    }>(
      `mutation($id: ID!) { revertPullRequest(input: { pullRequestId: $id }) {
        pullRequest { number } revertPullRequest { number title isDraft } } }`,
      { id: pull.node_id },
    );
    expect(revertPullRequest.revertPullRequest.number).toBeGreaterThan(pull.number);
  });

  it('pinIssue, unpinIssue, closeIssue and reopenIssue change an issue', async () => {
    const writer = github.as('writer');
    const { data: issue } = await writer.rest.issues.create({ ...REPO, title: 'Pinned' });
    const id = issue.node_id;
    const change = (mutation: string, more = '') =>
      writer.graphql(
        `mutation($id: ID!) { ${mutation}(input: { issueId: $id ${more} }) { issue { id number state stateReason } } }`,
        { id },
      );
    await change('pinIssue');
    await change('unpinIssue');
    await change('closeIssue', ', stateReason: NOT_PLANNED');
    await change('reopenIssue');
  });
});

describe('queries', () => {
  it('list issues with their labels and comments', async () => {
    const writer = github.as('writer');
    const { data: issue } = await writer.rest.issues.create({ ...REPO, title: 'Listed', labels: ['bug'] });
    await writer.rest.issues.createComment({ ...REPO, issue_number: issue.number, body: 'A note.' });
    const { repository } = await writer.graphql<{ repository: { issues: { nodes: { title: string }[] } } }>(
      `query($owner: String!, $name: String!, $labels: [String!], $after: String) {
        repository(owner: $owner, name: $name) {
          id nameWithOwner
          issues(first: 20, after: $after, labels: $labels, states: [OPEN, CLOSED], orderBy: { field: UPDATED_AT, direction: DESC }) {
            totalCount
            pageInfo { hasNextPage endCursor }
            nodes {
              id databaseId number title body state stateReason createdAt updatedAt closedAt url
              author { login ... on Bot { databaseId } }
              labels(first: 10) { nodes { name color description } }
              comments(first: 10) { totalCount nodes { id databaseId body createdAt updatedAt url author { login } authorAssociation } }
            }
          }
        }
        viewer { login }
        rateLimit { limit remaining cost resetAt }
      }`,
      { owner: 'owner', name: 'sample', labels: ['bug'] },
    );
    expect(repository.issues.nodes.map((node) => node.title)).toContain('Listed');
  });

  it('find nodes by their ids', async () => {
    const writer = github.as('writer');
    const { data: issue } = await writer.rest.issues.create({ ...REPO, title: 'Node' });
    const pull = await openPull(false);
    await writer.graphql(
      `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Issue { title } ... on PullRequest { isDraft } } }`,
      { ids: [issue.node_id, pull.node_id] },
    );
  });

  it.each([
    ['a syntax error', 'query {'],
    ['an unknown field', '{ viewer { logn } }'],
    ['a repository that is not there', '{ repository(owner: "owner", name: "elsewhere") { id } }'],
    ['a node that is not there', '{ node(id: "I_nothing") { id } }'],
  ])('answer %s with errors', async (_, query) => {
    const { body } = await github.ask('writer', 'POST', '/graphql', { query }, 200);
    expect(body).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });

  it('need a token', async () => {
    await github.ask(null, 'POST', '/graphql', { query: '{ viewer { login } }' }, 401);
    await github.ask('nobody-at-all', 'POST', '/graphql', { query: '{ viewer { login } }' }, 401);
  });
});
