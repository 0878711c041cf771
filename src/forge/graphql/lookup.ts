import { GitHubError } from '../answers.ts';
import { accountById } from '../domain/accounts.ts';
import { getComment } from '../domain/comments.ts';
import { issueById } from '../domain/issue-events.ts';
import { getPull } from '../domain/pulls.ts';
import { findRef } from '../domain/refs.ts';
import { repositoryOf } from '../domain/repositories.ts';
import { getReview, type Review } from '../domain/reviews.ts';
import { viewComment } from '../domain/views.ts';
import { type NodeType, parseNodeId } from '../nodes.ts';
import type { Comment, Issue, Label, Pull, Repo, World } from '../world.ts';
import type { Asking } from './index.ts';
import { accountNode } from './nodes/account.ts';
import { commentNode, labelNode } from './nodes/conversation.ts';
import { commitAt, refNode } from './nodes/git.ts';
import { repositoryNode } from './nodes/repository.ts';
import { reviewNode } from './nodes/review.ts';
import { subjectNode } from './nodes/subject.ts';

const unknown = (id: string) => new GitHubError(404, `Could not resolve to a node with the global id of '${id}'.`);

const TABLES: Partial<Record<NodeType, string>> = {
  User: 'accounts',
  Bot: 'accounts',
  Organization: 'accounts',
  Repository: 'repositories',
  Issue: 'issues',
  PullRequest: 'pulls',
  IssueComment: 'comments',
  Label: 'labels',
  Milestone: 'milestones',
  Review: 'reviews',
};

/** The row behind a node id of one of the types; throws GitHub's NOT_FOUND. */
function rowOf<Row>(world: World, id: string, ...types: NodeType[]): { type: NodeType; row: Row } {
  const node = parseNodeId(id);
  const table = node && types.includes(node.type) ? TABLES[node.type] : undefined;
  const row = table && node ? world.store.get<Row>(`SELECT * FROM ${table} WHERE id = ?`, Number(node.key)) : undefined;
  if (!node || !row) throw unknown(id);
  return { type: node.type, row };
}

/** The issue or pull request behind a node id. */
export function subjectOf(world: World, id: string, ...types: NodeType[]): { repo: Repo; issue: Issue } {
  const wanted: NodeType[] = types.length > 0 ? types : ['Issue', 'PullRequest'];
  const { type, row } = rowOf<Issue | Pull>(world, id, ...wanted);
  const issue =
    type === 'PullRequest'
      ? (world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', (row as Pull).issue_id) as Issue)
      : (row as Issue);
  return { repo: repositoryOf(world, issue.repository_id).repo, issue };
}

export function commentOf(world: World, id: string): { repo: Repo; comment: Comment } {
  const { row } = rowOf<Comment>(world, id, 'IssueComment');
  const { repo } = repositoryOf(world, row.repository_id);
  return { repo, comment: getComment(world, repo, row.id) };
}

export const repositoryById = (world: World, id: string): Repo =>
  repositoryOf(world, rowOf<{ id: number }>(world, id, 'Repository').row.id).repo;

export function labelById(world: World, id: string): { repo: Repo; label: Label } {
  const { row } = rowOf<Label>(world, id, 'Label');
  return { repo: repositoryOf(world, row.repository_id).repo, label: row };
}

export function reviewById(world: World, id: string): { repo: Repo; row: Review } {
  const { row } = rowOf<Review>(world, id, 'Review');
  return { repo: repositoryOf(world, row.repository_id).repo, row };
}

export const loginById = (world: World, id: string): string =>
  rowOf<{ login: string }>(world, id, 'User', 'Bot').row.login;

export const milestoneNumberById = (world: World, id: string): number =>
  rowOf<{ number: number }>(world, id, 'Milestone').row.number;

/** `<repository id>:<rest>` of the ids of git objects and refs. */
export function gitPlace(world: World, id: string, type: NodeType): { repo: Repo; rest: string } {
  const node = parseNodeId(id);
  const [, repository, rest] = /^(\d+):(.+)$/.exec(node?.type === type ? node.key : '') ?? [];
  if (repository === undefined || rest === undefined) throw unknown(id);
  return { repo: repositoryOf(world, Number(repository)).repo, rest };
}

/** `Query.node` */
export function nodeOf(asking: Asking, id: string) {
  const { world } = asking;
  switch (parseNodeId(id)?.type) {
    case 'User':
    case 'Bot':
    case 'Organization':
      return accountNode(
        world,
        accountById(world, rowOf<{ id: number }>(world, id, 'User', 'Bot', 'Organization').row.id),
      );
    case 'Repository':
      return repositoryNode(asking, repositoryById(world, id));
    case 'Issue':
    case 'PullRequest': {
      const { repo, issue } = subjectOf(world, id);
      return subjectNode(asking, repo, issue);
    }
    case 'IssueComment': {
      const { repo, comment } = commentOf(world, id);
      return commentNode(asking, viewComment(world, repo, comment));
    }
    case 'Label': {
      const { repo, label } = labelById(world, id);
      return labelNode(asking, repo, label);
    }
    case 'Review': {
      const { repo, row } = reviewById(world, id);
      const found = getPull(world, repo, issueById(world, row.issue_id).number);
      return reviewNode(asking, repo, getReview(world, found, asking.viewer.account, row.id));
    }
    case 'Commit': {
      const { repo, rest } = gitPlace(world, id, 'Commit');
      return commitAt(asking, repo, rest);
    }
    case 'Ref': {
      const { repo, rest } = gitPlace(world, id, 'Ref');
      const ref = findRef(world, repo, rest);
      return ref ? refNode(asking, repo, ref) : null;
    }
    default:
      throw unknown(id);
  }
}
