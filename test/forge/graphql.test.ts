import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { branchWith, type Opened, openSample, R } from './opened.ts';

let at: Opened;
beforeAll(async () => {
  at = await openSample();
});
beforeEach(async () => {
  await at.heard();
});
afterAll(() => at.close());

const COMMIT = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { clientMutationId commit { oid message } ref { name target { oid } } }
}`;
const head = async (branch: string) => (await at.ask('', 'GET', `${R}/git/ref/heads/${branch}`)).object.sha as string;

interface Changes {
  additions?: { path: string; contents: string }[];
  deletions?: { path: string }[];
}

async function commit(login: string, branchName: string, expectedHeadOid: string, fileChanges: Changes) {
  const branch = { repositoryNameWithOwner: 'OWNER/sample', branchName };
  const message = { headline: 'Headline', body: 'Body' };
  return at.graphql(login, COMMIT, {
    input: { branch, message, expectedHeadOid, fileChanges, clientMutationId: 'mine' },
  });
}

const addition = (path: string, text = 'x') => ({ path, contents: Buffer.from(text).toString('base64') });

describe('createCommitOnBranch', () => {
  test('writes all changes in one commit, which is told as one push', async () => {
    await branchWith(at, 'work', { 'run.sh': 'old', 'gone.txt': 'gone' });
    await at.heard();
    const changes = { additions: [addition('a/b.txt'), addition('run.sh', 'new')], deletions: [{ path: 'gone.txt' }] };
    const { data } = await commit('writer', 'work', await head('work'), changes);
    const oid = await head('work');
    expect(data.createCommitOnBranch).toEqual({
      clientMutationId: 'mine',
      commit: { oid, message: 'Headline\n\nBody' },
      ref: { name: 'work', target: { oid } },
    });
    expect(await at.heard()).toEqual(['push']);
    const { files } = await at.ask('', 'GET', `${R}/commits/${oid}`);
    expect(files.map((file: { filename: string; status: string }) => `${file.status} ${file.filename}`)).toEqual([
      'added a/b.txt',
      'removed gone.txt',
      'modified run.sh',
    ]);
  });

  test('is refused as a whole when the branch has moved, a path is bad or missing, or the person may not push', async () => {
    const now = await head('work');
    const stale = await commit('writer', 'work', await head('main'), { additions: [addition('x')] });
    expect(stale).toMatchObject({
      data: { createCommitOnBranch: null },
      errors: [{ type: 'STALE_DATA', path: ['createCommitOnBranch'] }],
    });
    expect(stale.errors?.[0].message).toMatch(
      /^Expected branch to point to "[0-9a-f]{40}" but it did not\. Pull and try again\.$/,
    );
    for (const path of ['../x', '.git/config', 'a//b', '']) {
      expect(
        (await commit('writer', 'work', now, { additions: [addition('ok'), addition(path)] })).errors,
      ).toHaveLength(1);
    }
    expect((await commit('writer', 'work', now, { deletions: [{ path: 'no/such' }] })).errors?.[0].message).toContain(
      'does not exist',
    );
    expect((await commit('stranger', 'work', now, { additions: [addition('x')] })).errors?.[0].type).toBe('NOT_FOUND');
    expect((await commit('writer', 'nothing', now, { additions: [addition('x')] })).errors?.[0].type).toBe('NOT_FOUND');
    expect(await head('work')).toBe(now);
  });
});

test('documents are held against GitHub’s schema, and need somebody who is known', async () => {
  expect((await at.graphql('owner', '{ viewer { logn } }')).errors?.[0].message).toContain('Cannot query field "logn"');
  expect((await at.graphql('owner', '{ viewer')).errors).toHaveLength(1);
  expect(await at.graphql('nobody', '{ viewer { login } }')).toMatchObject({
    message: 'Bad credentials',
    status: '401',
  });
  const anonymous = new Request('http://localhost:8099/graphql', {
    method: 'POST',
    body: '{"query":"{viewer{login}}"}',
  });
  expect((await at.forge.fetch(anonymous)).status).toBe(401);
  expect((await at.graphql('owner', '{ viewer { login } }')).data).toEqual({ viewer: { login: 'owner' } });
});

test('issues are listed with comments and labels, page by page', async () => {
  for (const title of ['one', 'two', 'three']) {
    const { number } = await at.ask('writer', 'POST', `${R}/issues`, { title, labels: ['x'] });
    await at.ask('stranger', 'POST', `${R}/issues/${number}/comments`, { body: `About ${title}` });
  }
  const query = `query($after: String) { repository(owner: "owner", name: "sample") {
    issues(first: 2, after: $after, labels: ["X"], orderBy: {field: CREATED_AT, direction: DESC}) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { title labels(first: 5) { nodes { name } } comments(last: 1) { nodes { body author { login } } } }
    } } }`;
  const first = (await at.graphql('owner', query)).data.repository.issues;
  expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
  expect(first.nodes[0]).toEqual({
    title: 'three',
    labels: { nodes: [{ name: 'x' }] },
    comments: { nodes: [{ body: 'About three', author: { login: 'stranger' } }] },
  });
  const rest = (await at.graphql('owner', query, { after: first.pageInfo.endCursor })).data.repository.issues;
  expect(rest).toMatchObject({ pageInfo: { hasNextPage: false }, nodes: [{ title: 'one' }] });
  const within = (fields: string) =>
    at.graphql('owner', `{ repository(owner: "owner", name: "sample") { issues { ${fields} } } }`);
  expect((await within('totalCount')).data.repository.issues).toEqual({ totalCount: 3 });
  const unbounded = await within('totalCount nodes { title }');
  expect(unbounded.errors?.[0].message).toContain('`first` or `last`');
});

test('what REST gives as node_id is a node here', async () => {
  const issue = await at.ask('writer', 'POST', `${R}/issues`, { title: 'node', labels: ['y'] });
  const ids = [issue.node_id, issue.labels[0].node_id, issue.user.node_id];
  const { data } = await at.graphql('owner', 'query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids });
  expect(data.nodes.map((node: { __typename: string; id: string }) => [node.__typename, node.id])).toEqual([
    ['Issue', ids[0]],
    ['Label', ids[1]],
    ['User', ids[2]],
  ]);
  const unknown = await at.graphql('owner', '{ node(id: "I_bm90aGluZw") { id } }');
  expect(unknown.errors?.[0].type).toBe('NOT_FOUND');
});

test('at most three issues are pinned, by people who may push', async () => {
  const PIN = 'mutation($id: ID!) { pinIssue(input: {issueId: $id}) { issue { isPinned } } }';
  const made = await Promise.all(
    [1, 2, 3, 4].map((n) => at.ask('writer', 'POST', `${R}/issues`, { title: `pin ${n}` })),
  );
  expect((await at.graphql('triager', PIN, { id: made[0].node_id })).errors?.[0].type).toBe('FORBIDDEN');
  for (const { node_id } of made.slice(0, 3)) {
    expect((await at.graphql('writer', PIN, { id: node_id })).data.pinIssue.issue.isPinned).toBe(true);
  }
  expect((await at.graphql('writer', PIN, { id: made[3].node_id })).errors?.[0].message).toContain('Maximum 3');
  const { data } = await at.graphql(
    'owner',
    '{ repository(owner: "owner", name: "sample") { pinnedIssues(first: 5) { nodes { issue { title } } } } }',
  );
  expect(data.repository.pinnedIssues.nodes).toHaveLength(3);
});

test('a permission is the same as in REST: strangers neither close nor label', async () => {
  const issue = await at.ask('writer', 'POST', `${R}/issues`, { title: 'mine', labels: ['z'] });
  const close =
    'mutation($id: ID!) { closeIssue(input: {issueId: $id, stateReason: NOT_PLANNED}) { issue { state stateReason } } }';
  expect((await at.graphql('stranger', close, { id: issue.node_id })).errors?.[0].type).toBe('FORBIDDEN');
  const label =
    'mutation($id: ID!, $ids: [ID!]!) { addLabelsToLabelable(input: {labelableId: $id, labelIds: $ids}) { clientMutationId } }';
  const labelled = await at.graphql('stranger', label, { id: issue.node_id, ids: [issue.labels[0].node_id] });
  expect(labelled.errors?.[0].type).toBe('FORBIDDEN');
  expect((await at.graphql('triager', close, { id: issue.node_id })).data.closeIssue.issue).toEqual({
    state: 'CLOSED',
    stateReason: 'NOT_PLANNED',
  });
});
