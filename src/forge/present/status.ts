import type { Status } from '../domain/statuses.ts';
import { nodeId } from '../nodes.ts';
import type { Account, Links, Repo } from '../world.ts';
import { userJson } from './account.ts';
import { type CommitView, commitJson } from './commit.ts';
import { fullName, repoApi, repositoryJson } from './repository.ts';

const statusUrl = (links: Links, repo: Repo, sha: string) => `${repoApi(links, repo)}/statuses/${sha}`;

/** `simple-commit-status` */
function simpleStatusJson(links: Links, repo: Repo, status: Status, creator: Account) {
  return {
    url: statusUrl(links, repo, status.sha),
    avatar_url: userJson(links, creator).avatar_url,
    id: status.id,
    node_id: nodeId('Status', status.id),
    state: status.state,
    description: status.description,
    target_url: status.target_url,
    context: status.context,
    created_at: status.created_at,
    updated_at: status.created_at,
  };
}

/** `status` */
export function statusJson(links: Links, repo: Repo, status: Status, creator: Account) {
  return { ...simpleStatusJson(links, repo, status, creator), creator: userJson(links, creator) };
}

/** The `status` event. */
export function statusHookJson(
  links: Links,
  repo: Repo,
  status: Status,
  creator: Account,
  about: { commit: CommitView; heads: readonly { name: string; sha: string }[] },
) {
  const { id, sha, context, description, state, target_url, created_at, avatar_url } = {
    ...status,
    avatar_url: userJson(links, creator).avatar_url,
  };
  return {
    id,
    sha,
    name: fullName(repo),
    avatar_url,
    target_url,
    context,
    description,
    state,
    commit: commitJson(links, repo, about.commit),
    branches: about.heads.map((ref) => ({
      name: ref.name.replace('refs/heads/', ''),
      commit: { sha: ref.sha, url: `${repoApi(links, repo)}/commits/${ref.sha}` },
      protected: false,
    })),
    created_at,
    updated_at: created_at,
  };
}

/** `combined-commit-status` */
export function combinedStatusJson(
  links: Links,
  repo: Repo,
  sha: string,
  combined: { state: string; statuses: { status: Status; creator: Account }[] },
) {
  const url = `${repoApi(links, repo)}/commits/${sha}`;
  return {
    state: combined.state,
    statuses: combined.statuses.map(({ status, creator }) => simpleStatusJson(links, repo, status, creator)),
    sha,
    total_count: combined.statuses.length,
    repository: repositoryJson(links, repo, 0),
    commit_url: url,
    url: `${url}/status`,
  };
}
