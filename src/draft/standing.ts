import { GraphqlResponseError } from '@octokit/graphql';
import { REPOSITORY_FILE } from '../config/index.ts';
import {
  at,
  DRAFT_FAILED_LABEL,
  DRAFT_LABEL,
  DRAFTED_LABEL,
  DRAFTING_LABEL,
  isOurs,
  type Repository,
} from '../issues/index.ts';
import { parseBranch } from './branch.ts';

/** How things stand on GitHub when a draft is asked for. */
export interface Standing {
  base: { branch: string; commit: string };
  /** Text of the repository's patchwork.yml at the base. */
  config: string | undefined;
  issue: { state: 'open' | 'closed'; locked: boolean; labels: string[]; body: string };
  /** Its comments' ids and when each was last written; undefined when there are too many to say. */
  comments: Map<number, string> | undefined;
  /** When the draft label was last put on, and by whom. */
  labeled: LabelEvent | undefined;
  /** When it was last taken off. */
  unlabeled: (LabelEvent & { byUs: boolean }) | undefined;
  /** Titles the issue had before it was renamed, oldest first. */
  renamed: { at: string; from: string }[];
  /** Open pull requests of ours, and those of others that close the issue. */
  drafts: OpenDraft[];
  closing: { number: number; url: string }[];
  /** What single requests that do several things need; undefined where GitHub speaks REST only. */
  ids: NodeIds | undefined;
}

export interface LabelEvent {
  /** GitHub's node id of the event. */
  id: string;
  at: string;
  login: string;
}

export interface OpenDraft {
  number: number;
  url: string;
  branch: string;
  issue: number;
}

export interface NodeIds {
  repository: string;
  issue: string;
  /** By name; labels that do not exist yet are missing. */
  labels: Map<string, string>;
  comments: Map<number, string>;
}

/** The labels of a draft's states. */
const STATES = [DRAFT_LABEL, DRAFTING_LABEL, DRAFTED_LABEL, DRAFT_FAILED_LABEL];
const PAGE = 100;

/** Reads all of it, in one request where GitHub speaks GraphQL. Undefined when there is no such issue. */
export async function readStanding(repository: Repository, issue: number): Promise<Standing | undefined> {
  try {
    return await readByGraphql(repository, issue);
  } catch (error) {
    // Servers that speak REST only answer 404; older ones of GitHub's know not every field.
    const isUnknown =
      error instanceof GraphqlResponseError ? !error.data : (error as { status?: number }).status === 404;
    if (!isUnknown) throw error;
    return readByRest(repository, issue);
  }
}

const QUERY = `query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    id
    defaultBranchRef { name target { oid } }
    file: object(expression: "HEAD:${REPOSITORY_FILE}") { ... on Blob { text } }
    ${STATES.map((name, i) => `l${i}: label(name: "${name}") { id name }`).join('\n    ')}
    pullRequests(states: OPEN, first: ${PAGE}, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { number url headRefName isCrossRepository }
    }
    issue(number: $number) {
      id state locked body
      labels(first: ${PAGE}) { nodes { name } }
      comments(first: ${PAGE}) { totalCount nodes { id databaseId updatedAt } }
      closedByPullRequestsReferences(first: 20) { nodes { number url headRefName isCrossRepository } }
      timelineItems(last: 50, itemTypes: [LABELED_EVENT, UNLABELED_EVENT, RENAMED_TITLE_EVENT]) {
        nodes {
          __typename
          ... on LabeledEvent { id createdAt actor { __typename login } label { name } }
          ... on UnlabeledEvent { id createdAt actor { __typename login } label { name } }
          ... on RenamedTitleEvent { createdAt previousTitle }
        }
      }
    }
  }
}`;

interface Actor {
  __typename: string;
  login: string;
}

interface PullNode {
  number: number;
  url: string;
  headRefName: string;
  isCrossRepository: boolean;
}

interface Item {
  __typename: string;
  id?: string;
  createdAt: string;
  actor?: Actor | null;
  label?: { name: string };
  previousTitle?: string;
}

type Nodes<T> = { nodes: (T | null)[] | null };

interface Said {
  repository: Record<`l${number}`, { id: string; name: string } | null> & {
    id: string;
    defaultBranchRef: { name: string; target: { oid: string } };
    file: { text?: string | null } | null;
    pullRequests: Nodes<PullNode>;
    issue: {
      id: string;
      state: string;
      locked: boolean;
      body: string;
      labels: Nodes<{ name: string }>;
      comments: Nodes<{ id: string; databaseId: number; updatedAt: string }> & { totalCount: number };
      closedByPullRequestsReferences: Nodes<PullNode>;
      timelineItems: Nodes<Item>;
    } | null;
  };
}

async function readByGraphql(repository: Repository, number: number): Promise<Standing | undefined> {
  const { owner, name } = repository;
  let said: Said;
  try {
    said = await repository.octokit.graphql<Said>(QUERY, { owner, name, number });
  } catch (error) {
    const missing = error instanceof GraphqlResponseError && error.errors?.some(({ type }) => type === 'NOT_FOUND');
    if (missing && error.data?.repository) return undefined;
    throw error;
  }
  const { issue, ...all } = said.repository;
  if (!issue) return undefined;
  const items = listed(issue.timelineItems);
  const ofLabel = (type: string) =>
    items.findLast(({ __typename, label }) => __typename === type && label?.name === DRAFT_LABEL);
  const event = (found: Item | undefined) => {
    const login = found?.actor && loginOf(found.actor);
    return found && login ? { id: found.id ?? found.createdAt, at: found.createdAt, login } : undefined;
  };
  const unlabeled = event(ofLabel('UnlabeledEvent'));
  const comments = listed(issue.comments);
  const labels = STATES.flatMap((_, i) => all[`l${i}`] ?? []);
  return {
    base: { branch: all.defaultBranchRef.name, commit: all.defaultBranchRef.target.oid },
    config: all.file?.text ?? undefined,
    issue: {
      state: issue.state === 'CLOSED' ? 'closed' : 'open',
      locked: issue.locked,
      labels: listed(issue.labels).map((label) => label.name),
      body: issue.body,
    },
    comments:
      issue.comments.totalCount > PAGE
        ? undefined
        : new Map(comments.map(({ databaseId, updatedAt }) => [databaseId, updatedAt])),
    labeled: event(ofLabel('LabeledEvent')),
    unlabeled: unlabeled && { ...unlabeled, byUs: isOurs(repository, unlabeled) },
    renamed: items.flatMap(({ createdAt, previousTitle }) =>
      previousTitle === undefined ? [] : [{ at: createdAt, from: previousTitle }],
    ),
    ...pullsOf(number, listed(all.pullRequests), listed(issue.closedByPullRequestsReferences)),
    ids: {
      repository: all.id,
      issue: issue.id,
      labels: new Map(labels.map((label) => [label.name, label.id])),
      comments: new Map(comments.map(({ databaseId, id }) => [databaseId, id])),
    },
  };
}

function listed<T>({ nodes }: Nodes<T>): T[] {
  return (nodes ?? []).filter((node) => node !== null);
}

/** REST's spelling: GraphQL leaves the mark of an App's bot out. */
function loginOf({ __typename, login }: Actor): string {
  return __typename === 'Bot' && !login.endsWith('[bot]') ? `${login}[bot]` : login;
}

function pullsOf(issue: number, open: PullNode[], closing: PullNode[]): Pick<Standing, 'drafts' | 'closing'> {
  const ours = ({ headRefName, isCrossRepository }: PullNode) =>
    isCrossRepository ? undefined : parseBranch(headRefName)?.issue;
  return {
    drafts: open.flatMap((pull) => {
      const of = ours(pull);
      return of === undefined ? [] : [{ number: pull.number, url: pull.url, branch: pull.headRefName, issue: of }];
    }),
    closing: closing.filter((pull) => ours(pull) !== issue).map(({ number, url }) => ({ number, url })),
  };
}

const CLOSES = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)\b/gi;

async function readByRest(repository: Repository, number: number): Promise<Standing | undefined> {
  const { rest } = repository.octokit;
  const route = { ...at(repository), issue_number: number };
  const { data: issue } = await rest.issues.get(route);
  const { data: own } = await rest.repos.get(at(repository));
  const branch = own.default_branch;
  const { data: head } = await rest.git.getRef({ ...at(repository), ref: `heads/${branch}` });
  const events = await repository.octokit.paginate(rest.issues.listEvents, { ...route, per_page: PAGE });
  const { data: open } = await rest.pulls.list({ ...at(repository), state: 'open', per_page: PAGE });
  const config = await rest.repos
    .getContent({ ...at(repository), path: REPOSITORY_FILE })
    .then(({ data }) => ('content' in data ? Buffer.from(data.content, 'base64').toString() : undefined))
    .catch((error: { status?: number }) => {
      if (error.status !== 404) throw error;
      return undefined;
    });
  const ofLabel = (type: string): LabelEvent | undefined => {
    const found = events.findLast((each) => each.event === type && 'label' in each && each.label?.name === DRAFT_LABEL);
    return found?.actor
      ? { id: found.node_id ?? String(found.id), at: found.created_at, login: found.actor.login }
      : undefined;
  };
  const unlabeled = ofLabel('unlabeled');
  const pulls = open.map(({ number, html_url, head, body }) => ({
    ...{ number, url: html_url, headRefName: head.ref, body: body ?? '' },
    isCrossRepository: head.repo?.full_name.toLowerCase() !== `${repository.owner}/${repository.name}`.toLowerCase(),
  }));
  const closes = (text: string) => [...text.matchAll(CLOSES)].some((match) => Number(match[1]) === number);
  return {
    base: { branch, commit: head.object.sha },
    config,
    issue: {
      state: issue.state === 'closed' ? 'closed' : 'open',
      locked: issue.locked,
      labels: issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
      body: issue.body ?? '',
    },
    comments: undefined,
    labeled: ofLabel('labeled'),
    unlabeled: unlabeled && { ...unlabeled, byUs: isOurs(repository, unlabeled) },
    renamed: events.flatMap((each) =>
      'rename' in each && each.rename ? [{ at: each.created_at, from: each.rename.from }] : [],
    ),
    ...pullsOf(
      number,
      pulls,
      pulls.filter(({ body }) => closes(body)),
    ),
    ids: undefined,
  };
}
