import type { Status } from '../domain/statuses.ts';
import { nodeId } from '../nodes.ts';
import type { Account, Links, Repo } from '../world.ts';
import { userJson } from './account.ts';
import { repoApi, repositoryJson } from './repository.ts';

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
