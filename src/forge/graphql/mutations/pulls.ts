import { disableAutoMerge, enableAutoMerge } from '../../domain/auto-merge.ts';
import { issueById } from '../../domain/issue-events.ts';
import { updateIssue } from '../../domain/issues.ts';
import { type MergeWish, mergePull } from '../../domain/merge.ts';
import { createPull, getPull, setDraft, updatePull } from '../../domain/pulls.ts';
import { revertPull } from '../../domain/revert.ts';
import type { Issue, Repo } from '../../world.ts';
import type { Asking } from '../index.ts';
import { repositoryById, subjectOf } from '../lookup.ts';
import { accountNode } from '../nodes/account.ts';
import { subjectNode } from '../nodes/subject.ts';
import { fieldsOf, type IssueFields } from './issues.ts';

interface MergeInput {
  pullRequestId: string;
  commitHeadline?: string | null;
  commitBody?: string | null;
  expectedHeadOid?: string | null;
  mergeMethod?: string | null;
}

const now = (asking: Asking, repo: Repo, issue: Issue) => () =>
  subjectNode(asking, repo, issueById(asking.world, issue.id));

const pullAt = (asking: Asking, id: string) => subjectOf(asking.world, id, 'PullRequest');

const wishOf = (input: MergeInput): MergeWish => ({
  method: (input.mergeMethod ?? 'MERGE').toLowerCase() as MergeWish['method'],
  head: input.expectedHeadOid ?? undefined,
  title: input.commitHeadline ?? undefined,
  message: input.commitBody ?? undefined,
});

function draft(asking: Asking, id: string, isDraft: boolean) {
  const { repo, issue } = pullAt(asking, id);
  setDraft(asking.world, asking.viewer, repo, getPull(asking.world, repo, issue.number), isDraft);
  return { pullRequest: now(asking, repo, issue) };
}

async function state(asking: Asking, id: string, to: 'open' | 'closed') {
  const { repo, issue } = pullAt(asking, id);
  await updatePull(asking.world, asking.viewer, repo, issue.number, { state: to });
  return { pullRequest: now(asking, repo, issue) };
}

export const pullMutations = {
  async createPullRequest(
    asking: Asking,
    input: {
      repositoryId: string;
      title: string;
      body?: string | null;
      headRefName: string;
      baseRefName: string;
      draft?: boolean | null;
      maintainerCanModify?: boolean | null;
    },
  ) {
    const repo = repositoryById(asking.world, input.repositoryId);
    const issue = await createPull(asking.world, asking.viewer, repo, {
      title: input.title,
      body: input.body,
      head: input.headRefName,
      base: input.baseRefName.replace(/^refs\/heads\//, ''),
      draft: input.draft ?? false,
      maintainer_can_modify: input.maintainerCanModify ?? true,
    });
    return { pullRequest: now(asking, repo, issue) };
  },

  async updatePullRequest(
    asking: Asking,
    input: IssueFields & { pullRequestId: string; baseRefName?: string | null; state?: string | null },
  ) {
    const { world, viewer } = asking;
    const { repo, issue } = pullAt(asking, input.pullRequestId);
    const fields = fieldsOf(asking, input);
    await updatePull(world, viewer, repo, issue.number, {
      title: fields.title,
      body: fields.body,
      ...(input.baseRefName ? { base: input.baseRefName } : {}),
      ...(input.state ? { state: input.state.toLowerCase() } : {}),
    });
    const { labels, assignees, milestone } = fields;
    const rest = Object.entries({ labels, assignees, milestone }).filter(([, value]) => value !== undefined);
    if (rest.length > 0) updateIssue(world, viewer, repo, issueById(world, issue.id), Object.fromEntries(rest));
    return { pullRequest: now(asking, repo, issue), actor: accountNode(world, viewer.account) };
  },

  closePullRequest: (asking: Asking, input: { pullRequestId: string }) => state(asking, input.pullRequestId, 'closed'),
  reopenPullRequest: (asking: Asking, input: { pullRequestId: string }) => state(asking, input.pullRequestId, 'open'),
  markPullRequestReadyForReview: (asking: Asking, input: { pullRequestId: string }) =>
    draft(asking, input.pullRequestId, false),
  convertPullRequestToDraft: (asking: Asking, input: { pullRequestId: string }) =>
    draft(asking, input.pullRequestId, true),

  async mergePullRequest(asking: Asking, input: MergeInput) {
    const { world, viewer } = asking;
    const { repo, issue } = pullAt(asking, input.pullRequestId);
    await mergePull(world, viewer, repo, issue.number, wishOf(input));
    return { pullRequest: now(asking, repo, issue), actor: accountNode(world, viewer.account) };
  },

  async enablePullRequestAutoMerge(asking: Asking, input: MergeInput) {
    const { world, viewer } = asking;
    const { repo, issue } = pullAt(asking, input.pullRequestId);
    await enableAutoMerge(world, viewer, repo, getPull(world, repo, issue.number), wishOf(input));
    return { pullRequest: now(asking, repo, issue), actor: accountNode(world, viewer.account) };
  },
  disablePullRequestAutoMerge(asking: Asking, input: { pullRequestId: string }) {
    const { world, viewer } = asking;
    const { repo, issue } = pullAt(asking, input.pullRequestId);
    disableAutoMerge(world, viewer, repo, getPull(world, repo, issue.number));
    return { pullRequest: now(asking, repo, issue), actor: accountNode(world, viewer.account) };
  },

  async revertPullRequest(
    asking: Asking,
    input: { pullRequestId: string; title?: string | null; body?: string | null; draft?: boolean | null },
  ) {
    const { world, viewer } = asking;
    const { repo, issue } = pullAt(asking, input.pullRequestId);
    const { title, body, draft: isDraft } = input;
    const revert = await revertPull(world, viewer, repo, getPull(world, repo, issue.number), {
      title: title ?? undefined,
      body: body ?? undefined,
      draft: isDraft ?? false,
    });
    return { pullRequest: now(asking, repo, issue), revertPullRequest: now(asking, repo, revert) };
  },
};
