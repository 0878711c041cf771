import { may } from '../../domain/access.ts';
import { closingReferences } from '../../domain/closing.ts';
import { pullView } from '../../domain/pull-views.ts';
import { commitsOf, examine, getPull } from '../../domain/pulls.ts';
import { branchSha, freshGit } from '../../domain/refs.ts';
import { diffFiles } from '../../git/diff.ts';
import { nodeId } from '../../nodes.ts';
import { autoMergeOf, mergeableState, type PullView } from '../../present/pull.ts';
import type { Issue } from '../../world.ts';
import { type ConnectionArguments, connection, listSource } from '../connection.ts';
import type { Asking } from '../index.ts';
import { accountNode } from './account.ts';
import { rollupNode } from './checks.ts';
import { conversationNode, NOTHING } from './conversation.ts';
import { commitAt, commitNode, refNode } from './git.ts';
import { repositoryNode } from './repository.ts';
import { reviewFields } from './review.ts';
import { subjectNode } from './subject.ts';

const CHANGES: Record<string, string> = { removed: 'DELETED' };

export function pullNode(asking: Asking, view: PullView) {
  const { world, viewer } = asking;
  const { issue, pull, repo } = view;
  const mayPush = may(world, viewer, repo, 'write', 'pull_requests:write');
  const ref = (name: string) => async () => {
    await freshGit(world, repo);
    const sha = branchSha(world, repo, name);
    return sha === undefined ? null : refNode(asking, repo, { name: `refs/heads/${name}`, sha });
  };
  /** Looks at the pull request again once its mergeability has been worked out. */
  const examined = async () => {
    await freshGit(world, repo);
    await examine(world, repo, getPull(world, repo, issue.number));
    return pullView(world, repo, getPull(world, repo, issue.number).issue);
  };
  const commits = async (args: ConnectionArguments) => {
    await freshGit(world, repo);
    const list = await commitsOf(world, repo, view);
    return connection('commits', args, listSource(list), (commit) => ({
      __typename: 'PullRequestCommit',
      id: nodeId('Commit', `${repo.id}:${commit.oid}:${pull.id}`),
      commit: commitNode(asking, repo, commit),
      pullRequest: () => subjectNode(asking, repo, issue),
    }));
  };
  const files = async (args: ConnectionArguments) => {
    const { dir } = await freshGit(world, repo);
    const list = await diffFiles(dir, pull.merge_base, pull.head_sha);
    return connection('files', args, listSource(list), (file) => ({
      __typename: 'PullRequestChangedFile',
      path: file.filename,
      additions: file.additions,
      deletions: file.deletions,
      changeType: CHANGES[file.status] ?? file.status.toUpperCase(),
      viewerViewedState: 'UNVIEWED',
    }));
  };
  const closing = (args: ConnectionArguments) => {
    const numbers = pull.base_ref === repo.default_branch ? closingReferences(`${issue.title}\n${issue.body}`) : [];
    const issues = numbers.flatMap((number) => {
      const found = world.store.get<Issue>(
        'SELECT * FROM issues WHERE repository_id = ? AND number = ? AND is_pull = 0',
        repo.id,
        number,
      );
      return found ? [found] : [];
    });
    return connection('closingIssuesReferences', args, listSource(issues), (row) => subjectNode(asking, repo, row));
  };
  const auto = autoMergeOf(pull);
  const merged = pull.merged_at !== null;
  return {
    __typename: 'PullRequest',
    id: nodeId('PullRequest', pull.id),
    databaseId: pull.id,
    fullDatabaseId: String(pull.id),
    ...conversationNode(asking, view),
    permalink: `${world.links.html}/${repo.owner.login}/${repo.name}/pull/${issue.number}`,
    state: merged ? 'MERGED' : issue.state.toUpperCase(),
    isDraft: pull.draft === 1,
    isCrossRepository: false,
    isInMergeQueue: false,
    isMergeQueueEnabled: false,
    merged,
    mergedAt: pull.merged_at,
    mergedBy: view.mergedBy && accountNode(world, view.mergedBy),
    mergeCommit: () => (pull.merge_commit_sha === null ? null : commitAt(asking, repo, pull.merge_commit_sha)),
    mergeable: async () => {
      const { mergeable } = (await examined()).pull;
      return mergeable === null ? 'UNKNOWN' : mergeable ? 'MERGEABLE' : 'CONFLICTING';
    },
    mergeStateStatus: async () => mergeableState(await examined()).toUpperCase(),
    canBeRebased: async () => (await examined()).pull.mergeable === 1,
    maintainerCanModify: pull.maintainer_can_modify === 1,
    additions: pull.additions,
    deletions: pull.deletions,
    changedFiles: pull.changed_files,
    totalCommentsCount: issue.comments,
    baseRef: ref(pull.base_ref),
    baseRefName: pull.base_ref,
    baseRefOid: pull.base_sha,
    baseRepository: () => repositoryNode(asking, repo),
    headRef: ref(pull.head_ref),
    headRefName: pull.head_ref,
    headRefOid: pull.head_sha,
    headRepository: () => repositoryNode(asking, repo),
    headRepositoryOwner: accountNode(world, repo.owner),
    commits,
    files,
    closingIssuesReferences: closing,
    statusCheckRollup: () => rollupNode(asking, repo, pull.head_sha),
    autoMergeRequest: auto && {
      authorEmail: null,
      commitBody: auto.message,
      commitHeadline: auto.title,
      enabledAt: auto.enabledAt,
      enabledBy: accountNode(world, auto.enabledBy),
      mergeMethod: auto.method.toUpperCase(),
      pullRequest: () => subjectNode(asking, repo, issue),
    },
    reviewDecision: null,
    ...reviewFields(asking, repo, issue),
    reviewThreads: NOTHING('reviewThreads'),
    suggestedReviewers: [],
    viewerCanApplySuggestion: false,
    viewerCanDeleteHeadRef: mayPush,
    viewerCanDisableAutoMerge: mayPush,
    viewerCanEditFiles: mayPush,
    viewerCanEnableAutoMerge: mayPush && repo.allow_auto_merge === 1,
    viewerCanMergeAsAdmin: false,
    viewerCanUpdateBranch: mayPush,
    viewerMergeHeadlineText: `Merge pull request #${issue.number} from ${repo.owner.login}/${pull.head_ref}`,
    viewerMergeBodyText: issue.title,
  };
}
