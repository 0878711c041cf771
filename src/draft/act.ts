import { GraphqlResponseError } from '@octokit/graphql';
import { at, type CommentData, type Gaps, type Repository, writeComment } from '../issues/index.ts';
import type { NodeIds } from './standing.ts';

/** What is done to a gap's issue, and to its draft, at one moment. */
export interface Act {
  issue: number;
  /** The status comment: written anew without an id. */
  comment: { id: number | undefined; body: string };
  /** Labels to put on and take off, one by one: never as a set. */
  add?: string[];
  remove?: string[];
  check?: CheckRun;
}

/** A verdict as GitHub shows it beside a commit. */
export interface CheckRun {
  commit: string;
  conclusion: 'success' | 'neutral' | 'failure';
  title: string;
  summary: string;
  annotations: { path: string; line: number; message: string }[];
}

export interface Acted {
  comment: number;
  /** Whether somebody else may have written to the issue while the comment was made. */
  notAlone: boolean;
  /** Why there is no check run, where one was wanted. */
  unchecked?: string;
}

/** Does it in one request where GitHub speaks GraphQL, else step by step. Repeating it is harmless. */
export async function act(gaps: Gaps, ids: NodeIds | undefined, what: Act): Promise<Acted> {
  const done = ids && (await actByGraphql(gaps, ids, what));
  const acted = done ?? (await actByRest(gaps, what));
  gaps.index.markStale();
  return acted;
}

const CHECK_NAME = 'Patchwork: gap replay';

async function actByGraphql(gaps: Gaps, ids: NodeIds, what: Act): Promise<Acted | undefined> {
  const { comment, add = [], remove = [], check } = what;
  const commentId = comment.id === undefined ? undefined : ids.comments.get(comment.id);
  const [added, removed] = [add, remove].map((names) => names.map((name) => ids.labels.get(name)));
  // A label that does not exist yet is made by REST, and cannot be taken off.
  if ((comment.id !== undefined && !commentId) || added?.includes(undefined)) return undefined;
  const off = removed?.filter((id) => id !== undefined) ?? [];
  const fields = 'id databaseId body createdAt updatedAt';
  const parts = [
    commentId
      ? `comment: updateIssueComment(input: {id: $comment, body: $body}) { issueComment { ${fields} } }`
      : `comment: addComment(input: {subjectId: $issue, body: $body}) { commentEdge { node { ${fields} } } subject { ... on Issue { comments(last: 20) { nodes { databaseId } } } } }`,
    ...(add.length
      ? ['add: addLabelsToLabelable(input: {labelableId: $issue, labelIds: $add}) { clientMutationId }']
      : []),
    ...(off.length
      ? ['remove: removeLabelsFromLabelable(input: {labelableId: $issue, labelIds: $off}) { clientMutationId }']
      : []),
    ...(check ? ['check: createCheckRun(input: $check) { checkRun { id } }'] : []),
  ];
  const declared = [
    '$body: String!',
    ...(commentId ? ['$comment: ID!'] : []),
    ...(!commentId || add.length || off.length ? ['$issue: ID!'] : []),
    ...(add.length ? ['$add: [ID!]!'] : []),
    ...(off.length ? ['$off: [ID!]!'] : []),
    ...(check ? ['$check: CreateCheckRunInput!'] : []),
  ];
  const variables = {
    body: comment.body,
    ...(commentId ? { comment: commentId } : {}),
    ...(!commentId || add.length || off.length ? { issue: ids.issue } : {}),
    ...(add.length ? { add: added } : {}),
    ...(off.length ? { off } : {}),
    ...(check ? { check: checkInput(ids, check) } : {}),
  };
  let said: Said;
  let unchecked: string | undefined;
  try {
    said = await gaps.repository.octokit.graphql<Said>(
      `mutation(${declared.join(', ')}) { ${parts.join(' ')} }`,
      variables,
    );
  } catch (error) {
    if (!(error instanceof GraphqlResponseError)) throw error;
    // Only Apps that were given the right to may write check runs; everything else was done all the same.
    const others = error.errors?.filter(({ path }) => path?.[0] !== 'check') ?? [];
    if (others.length || !error.data) return undefined;
    said = error.data as Said;
    unchecked = error.errors?.[0]?.message ?? 'GitHub refused it';
  }
  const written = said.comment.issueComment ?? said.comment.commentEdge?.node;
  if (!written) return undefined;
  const known = ids.comments.set(written.databaseId, written.id);
  const notAlone = said.comment.subject?.comments.nodes.some(({ databaseId }) => !known.has(databaseId)) ?? false;
  remember(gaps, what.issue, written);
  return { comment: written.databaseId, notAlone, ...(unchecked === undefined ? {} : { unchecked }) };
}

interface Written {
  id: string;
  databaseId: number;
  body: string;
  createdAt: string;
  updatedAt: string;
}

interface Said {
  comment: {
    issueComment?: Written;
    commentEdge?: { node: Written };
    subject?: { comments: { nodes: { databaseId: number }[] } };
  };
}

/** The index reads comments as REST gives them. */
function remember({ index, repository }: Gaps, issue: number, written: Written): void {
  const { owner, name, login } = repository;
  index.putComment({
    id: written.databaseId,
    node_id: written.id,
    issue_url: `/repos/${owner}/${name}/issues/${issue}`,
    user: { login },
    body: written.body,
    created_at: written.createdAt,
    updated_at: written.updatedAt,
  } as CommentData);
}

function checkInput(ids: NodeIds, { commit, conclusion, title, summary, annotations }: CheckRun) {
  return {
    repositoryId: ids.repository,
    name: CHECK_NAME,
    headSha: commit,
    status: 'COMPLETED',
    conclusion: conclusion.toUpperCase(),
    output: {
      title,
      summary,
      annotations: annotations.map(({ path, line, message }) => ({
        path,
        location: { startLine: line, endLine: line },
        annotationLevel: 'WARNING',
        message,
      })),
    },
  };
}

async function actByRest({ repository, index }: Gaps, what: Act): Promise<Acted> {
  const { issue, comment, add = [], remove = [], check } = what;
  const written = await writeComment(repository, issue, comment.id, comment.body).catch(
    (error: { status?: number }) => {
      // Somebody deleted it.
      if (error.status !== 404 || comment.id === undefined) throw error;
      return writeComment(repository, issue, undefined, comment.body);
    },
  );
  index.putComment(written);
  const route = { ...at(repository), issue_number: issue };
  if (add.length) await repository.octokit.rest.issues.addLabels({ ...route, labels: add });
  for (const name of remove) await takeOff(repository, issue, name);
  const unchecked = check && (await writeCheck(repository, check));
  return { comment: written.id, notAlone: comment.id === undefined, ...(unchecked === undefined ? {} : { unchecked }) };
}

/** Takes a label off; false when it was off already, which of two at the same time happens to exactly one. */
export async function takeOff(repository: Repository, issue: number, name: string): Promise<boolean> {
  try {
    await repository.octokit.rest.issues.removeLabel({ ...at(repository), issue_number: issue, name });
    return true;
  } catch (error) {
    if ((error as { status?: number }).status !== 404) throw error;
    return false;
  }
}

async function writeCheck(repository: Repository, check: CheckRun): Promise<string | undefined> {
  const { commit, conclusion, title, summary, annotations } = check;
  try {
    await repository.octokit.rest.checks.create({
      ...at(repository),
      name: CHECK_NAME,
      head_sha: commit,
      status: 'completed',
      conclusion,
      output: {
        title,
        summary,
        annotations: annotations.map(({ path, line, message }) => ({
          ...{ path, start_line: line, end_line: line, message },
          annotation_level: 'warning' as const,
        })),
      },
    });
    return undefined;
  } catch (error) {
    const { status, message } = error as { status?: number; message: string };
    if (status === undefined || status >= 500) throw error;
    return message;
  }
}
