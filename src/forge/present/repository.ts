import { nodeId } from '../nodes.ts';
import type { Links, Repo } from '../world.ts';
import { userJson } from './account.ts';

export const fullName = (repo: Repo) => `${repo.owner.login}/${repo.name}`;
export const repoApi = (links: Links, repo: Repo) => `${links.api}/repos/${fullName(repo)}`;
export const repoHtml = (links: Links, repo: Repo) => `${links.html}/${fullName(repo)}`;

export interface RepoPermissions {
  admin: boolean;
  maintain: boolean;
  push: boolean;
  triage: boolean;
  pull: boolean;
}

/** `repository`; `open` counts open issues and pull requests, as GitHub does. `permissions` only for somebody who is signed in. */
export function repositoryJson(links: Links, repo: Repo, open: number, permissions: RepoPermissions | null = null) {
  const url = repoApi(links, repo);
  const html = repoHtml(links, repo);
  const host = links.html.replace(/^https?:\/\//, '');
  return {
    id: repo.id,
    node_id: nodeId('Repository', repo.id),
    name: repo.name,
    full_name: fullName(repo),
    private: repo.private === 1,
    owner: userJson(links, repo.owner),
    html_url: html,
    description: repo.description,
    fork: false,
    url,
    forks_url: `${url}/forks`,
    keys_url: `${url}/keys{/key_id}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    teams_url: `${url}/teams`,
    hooks_url: `${url}/hooks`,
    issue_events_url: `${url}/issues/events{/number}`,
    events_url: `${url}/events`,
    assignees_url: `${url}/assignees{/user}`,
    branches_url: `${url}/branches{/branch}`,
    tags_url: `${url}/tags`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    statuses_url: `${url}/statuses/{sha}`,
    languages_url: `${url}/languages`,
    stargazers_url: `${url}/stargazers`,
    contributors_url: `${url}/contributors`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    commits_url: `${url}/commits{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    comments_url: `${url}/comments{/number}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    contents_url: `${url}/contents/{+path}`,
    compare_url: `${url}/compare/{base}...{head}`,
    merges_url: `${url}/merges`,
    archive_url: `${url}/{archive_format}{/ref}`,
    downloads_url: `${url}/downloads`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    labels_url: `${url}/labels{/name}`,
    releases_url: `${url}/releases{/id}`,
    deployments_url: `${url}/deployments`,
    created_at: repo.created_at,
    updated_at: repo.updated_at,
    pushed_at: repo.pushed_at,
    git_url: `git://${host}/${fullName(repo)}.git`,
    ssh_url: `git@${host.replace(/:\d+$/, '')}:${fullName(repo)}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repo.archived === 1,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repo.private === 1 ? 'private' : 'public',
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repo.default_branch,
    ...(permissions ? { permissions } : {}),
  };
}

/** `full-repository`: what `GET /repos/{owner}/{repo}` gives. Merge settings are for people who may push. */
export function fullRepositoryJson(links: Links, repo: Repo, open: number, permissions: RepoPermissions | null) {
  return {
    ...repositoryJson(links, repo, open, permissions),
    ...(permissions?.push
      ? {
          temp_clone_token: '',
          allow_squash_merge: true,
          allow_merge_commit: true,
          allow_rebase_merge: true,
          allow_auto_merge: repo.allow_auto_merge === 1,
          delete_branch_on_merge: false,
          allow_update_branch: false,
          use_squash_pr_title_as_default: false,
          squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
          squash_merge_commit_message: 'COMMIT_MESSAGES',
          merge_commit_title: 'MERGE_MESSAGE',
          merge_commit_message: 'PR_TITLE',
        }
      : {}),
    ...(repo.owner.type === 'Organization' ? { organization: userJson(links, repo.owner) } : {}),
    network_count: 0,
    subscribers_count: 0,
  };
}

/** The five fields that installation events and hooks use. */
export const repositoryStub = (repo: Repo) => ({
  id: repo.id,
  node_id: nodeId('Repository', repo.id),
  name: repo.name,
  full_name: fullName(repo),
  private: repo.private === 1,
});
