import { GitHubError } from '../../answers.ts';
import { may, roleOf } from '../../domain/access.ts';
import { type IssueFilter, issueSource } from '../../domain/issue-list.ts';
import { getIssue, isAssignable } from '../../domain/issues.ts';
import { findLabel, listLabels } from '../../domain/labels.ts';
import { pinnedIssues } from '../../domain/pins.ts';
import { branchSha, findRef, freshGit, refsUnder } from '../../domain/refs.ts';
import { milestoneView } from '../../domain/views.ts';
import { nodeId } from '../../nodes.ts';
import type { Milestone } from '../../present/milestone.ts';
import { fullName, repoHtml } from '../../present/repository.ts';
import type { Account, Issue, Repo } from '../../world.ts';
import { type ConnectionArguments, connection, listSource } from '../connection.ts';
import type { Asking } from '../index.ts';
import { accountNode } from './account.ts';
import { labelNode, NOTHING } from './conversation.ts';
import { objectOf, refNode } from './git.ts';
import { milestoneNode } from './milestone.ts';
import { subjectNode } from './subject.ts';

type Numbered = { number: number };

interface IssueArguments extends ConnectionArguments {
  states?: string[] | null;
  labels?: string[] | null;
  filterBy?: IssueFilter | null;
  orderBy?: { field: string; direction: string } | null;
  headRefName?: string | null;
  baseRefName?: string | null;
}

const missing = (what: string, number: number) =>
  new GitHubError(404, `Could not resolve to ${what} with the number of ${number}.`);

export function repositoryNode(asking: Asking, repo: Repo) {
  const { world, viewer } = asking;
  const url = repoHtml(world.links, repo);

  const subject = (number: number, wanted: (issue: Issue) => boolean, what: string) => {
    const found = findIssue(number);
    if (!found || !wanted(found)) throw missing(what, number);
    return subjectNode(asking, repo, found);
  };
  const findIssue = (number: number): Issue | null => {
    try {
      return getIssue(world, repo, number);
    } catch {
      return null;
    }
  };
  const list = (name: 'issues' | 'pullRequests') => async (args: IssueArguments) => {
    await freshGit(world, repo);
    const source = issueSource(world, repo, { ...args, isPull: name === 'pullRequests' });
    return connection(name, args, source, (issue) => subjectNode(asking, repo, issue));
  };
  const assignable = () =>
    world.store
      .all<Account>("SELECT * FROM accounts WHERE type = 'User' ORDER BY id")
      .filter((account) => isAssignable(world, repo, account));
  const people = (name: string) => (args: ConnectionArguments & { query?: string | null }) => {
    const wanted = (args.query ?? '').toLowerCase();
    const found = assignable().filter((account) => account.login.toLowerCase().includes(wanted));
    return connection(name, args, listSource(found), (account) => accountNode(world, account));
  };
  const milestones = () =>
    world.store.all<Milestone>('SELECT * FROM milestones WHERE repository_id = ? ORDER BY number', repo.id);

  return {
    __typename: 'Repository',
    id: nodeId('Repository', repo.id),
    databaseId: repo.id,
    name: repo.name,
    nameWithOwner: fullName(repo),
    owner: accountNode(world, repo.owner),
    description: repo.description,
    descriptionHTML: '',
    url,
    sshUrl: `git@${new URL(url).hostname}:${fullName(repo)}.git`,
    resourcePath: new URL(url).pathname,
    homepageUrl: null,
    createdAt: repo.created_at,
    updatedAt: repo.updated_at,
    pushedAt: repo.pushed_at,
    visibility: repo.private === 1 ? 'PRIVATE' : 'PUBLIC',
    forkCount: 0,
    stargazerCount: 0,
    forkingAllowed: true,
    hasIssuesEnabled: true,
    hasProjectsEnabled: false,
    hasWikiEnabled: false,
    hasDiscussionsEnabled: false,
    isArchived: false,
    isBlankIssuesEnabled: true,
    isDisabled: false,
    isEmpty: () => branchSha(world, repo, repo.default_branch) === undefined,
    isFork: false,
    isInOrganization: repo.owner.type === 'Organization',
    isLocked: false,
    isMirror: false,
    isPrivate: repo.private === 1,
    isTemplate: false,
    parent: null,
    templateRepository: null,
    licenseInfo: null,
    latestRelease: null,
    primaryLanguage: null,
    issueTemplates: [],
    pullRequestTemplates: [],
    autoMergeAllowed: repo.allow_auto_merge === 1,
    deleteBranchOnMerge: false,
    mergeCommitAllowed: true,
    rebaseMergeAllowed: true,
    squashMergeAllowed: true,
    viewerDefaultMergeMethod: 'MERGE',
    viewerPermission: viewer.kind === 'user' ? roleOf(world, repo, viewer.account).toUpperCase() : 'READ',
    viewerCanAdminister: may(world, viewer, repo, 'admin', 'administration:write'),
    viewerCanUpdateTopics: false,
    viewerHasStarred: false,
    viewerSubscription: null,
    defaultBranchRef: async () => {
      await freshGit(world, repo);
      const ref = findRef(world, repo, `refs/heads/${repo.default_branch}`);
      return ref ? refNode(asking, repo, ref) : null;
    },
    ref: async ({ qualifiedName }: { qualifiedName: string }) => {
      await freshGit(world, repo);
      const names = [qualifiedName, `refs/heads/${qualifiedName}`, `refs/tags/${qualifiedName}`];
      const ref = names.map((name) => findRef(world, repo, name)).find((found) => found !== undefined);
      return ref ? refNode(asking, repo, ref) : null;
    },
    refs: async (args: ConnectionArguments & { refPrefix: string; query?: string | null }) => {
      await freshGit(world, repo);
      const refs = refsUnder(world, repo, args.refPrefix).filter(({ name }) => name.includes(args.query ?? ''));
      return connection('refs', args, listSource(refs), (ref) => refNode(asking, repo, ref));
    },
    object: ({ oid, expression }: { oid?: string | null; expression?: string | null }) =>
      objectOf(asking, repo, oid ?? expression ?? ''),
    issue: ({ number }: Numbered) => subject(number, (issue) => !issue.is_pull, 'an Issue'),
    pullRequest: ({ number }: Numbered) => subject(number, (issue) => issue.is_pull === 1, 'a PullRequest'),
    issueOrPullRequest: ({ number }: Numbered) => subject(number, () => true, 'an issue or pull request'),
    issues: list('issues'),
    pullRequests: list('pullRequests'),
    pinnedIssues: (args: ConnectionArguments) =>
      connection('pinnedIssues', args, listSource(pinnedIssues(world, repo)), (issue) => ({
        __typename: 'PinnedIssue',
        id: nodeId('Issue', `pinned:${issue.id}`),
        issue: subjectNode(asking, repo, issue),
        repository: () => repositoryNode(asking, repo),
      })),
    label: ({ name }: { name: string }) => {
      const label = findLabel(world, repo, name);
      return label ? labelNode(asking, repo, label) : null;
    },
    labels: (args: ConnectionArguments & { query?: string | null }) => {
      const wanted = (args.query ?? '').toLowerCase();
      const found = listLabels(world, repo).filter(({ name }) => name.toLowerCase().includes(wanted));
      return connection('labels', args, listSource(found), (label) => labelNode(asking, repo, label));
    },
    milestone: ({ number }: Numbered) => {
      const found = milestones().find((milestone) => milestone.number === number);
      return found ? milestoneNode(asking, repo, milestoneView(world, found)) : null;
    },
    milestones: (args: ConnectionArguments & { states?: string[] | null }) => {
      const found = milestones().filter(({ state }) => !args.states || args.states.includes(state.toUpperCase()));
      return connection('milestones', args, listSource(found), (milestone) =>
        milestoneNode(asking, repo, milestoneView(world, milestone)),
      );
    },
    assignableUsers: people('assignableUsers'),
    mentionableUsers: people('mentionableUsers'),
    projects: NOTHING('projects'),
    projectsV2: NOTHING('projectsV2'),
    releases: NOTHING('releases'),
    languages: NOTHING('languages'),
    repositoryTopics: NOTHING('repositoryTopics'),
    branchProtectionRules: NOTHING('branchProtectionRules'),
  };
}
