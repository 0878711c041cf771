import { pullsThatClose } from '../../domain/closing.ts';
import { pullView } from '../../domain/pull-views.ts';
import { subIssuesOf } from '../../domain/sub-issues.ts';
import { viewIssue } from '../../domain/views.ts';
import { nodeId } from '../../nodes.ts';
import type { IssueView } from '../../present/issue.ts';
import type { Issue, Repo } from '../../world.ts';
import { type ConnectionArguments, connection, listSource } from '../connection.ts';
import type { Asking } from '../index.ts';
import { conversationNode, NOTHING } from './conversation.ts';
import { pullNode } from './pull.ts';
import { timelineOf } from './timeline.ts';

/** An issue or a pull request, whichever the row is. */
export function subjectNode(asking: Asking, repo: Repo, issue: Issue) {
  return issue.is_pull
    ? pullNode(asking, pullView(asking.world, repo, issue))
    : issueNode(asking, viewIssue(asking.world, repo, issue));
}

/** What REST does not say of an issue's timeline: of which other one it is a duplicate. Null when more was asked for. */
function duplicateEvents(asking: Asking, { issue, repo }: IssueView) {
  return ({ itemTypes, ...args }: ConnectionArguments & { itemTypes?: string[] }) => {
    if (itemTypes?.join() !== 'MARKED_AS_DUPLICATE_EVENT') return null;
    const canonical = asking.world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', issue.duplicate_of);
    return connection('timelineItems', args, listSource(canonical ? [canonical] : []), (other) => ({
      __typename: 'MarkedAsDuplicateEvent',
      isCrossRepository: false,
      canonical: subjectNode(asking, repo, other),
      duplicate: subjectNode(asking, repo, issue),
    }));
  };
}

export function issueNode(asking: Asking, view: IssueView) {
  const { world } = asking;
  const { issue, repo, subIssues } = view;
  const children = (args: ConnectionArguments) =>
    connection('subIssues', args, listSource(subIssuesOf(world, issue)), (child) => subjectNode(asking, repo, child));
  return {
    __typename: 'Issue',
    id: nodeId('Issue', issue.id),
    databaseId: issue.id,
    fullDatabaseId: String(issue.id),
    ...conversationNode(asking, view),
    state: issue.state.toUpperCase(),
    stateReason: ({ enableDuplicate }: { enableDuplicate?: boolean }) =>
      issue.state_reason === 'duplicate' && !enableDuplicate
        ? 'NOT_PLANNED'
        : (issue.state_reason?.toUpperCase() ?? null),
    isPinned: issue.pinned_at !== null,
    parent: () => view.parent && subjectNode(asking, repo, view.parent),
    subIssues: children,
    subIssuesSummary: {
      total: subIssues.total,
      completed: subIssues.completed,
      percentCompleted: subIssues.total === 0 ? 0 : Math.floor((subIssues.completed * 100) / subIssues.total),
    },
    linkedBranches: NOTHING('linkedBranches'),
    timelineItems: (args: ConnectionArguments & { itemTypes?: string[] }) =>
      duplicateEvents(asking, view)(args) ?? timelineOf(asking, repo, issue)(args),
    closedByPullRequestsReferences: (args: ConnectionArguments & { includeClosedPrs?: boolean | null }) =>
      connection(
        'closedByPullRequestsReferences',
        args,
        listSource(pullsThatClose(world, repo, issue, args.includeClosedPrs ?? false)),
        (row) => subjectNode(asking, repo, row),
      ),
  };
}
