import { encodePath } from '../names.ts';
import { nodeId } from '../nodes.ts';
import type { Account, Links, Repo } from '../world.ts';
import { userJson } from './account.ts';
import { repoApi, repoHtml } from './repository.ts';

export interface Release {
  id: number;
  repository_id: number;
  author_id: number;
  tag: string;
  target: string;
  name: string | null;
  body: string | null;
  draft: number;
  prerelease: number;
  created_at: string;
  published_at: string | null;
  updated_at: string;
}

/** `release`; webhooks use the same fields. */
export function releaseJson(links: Links, repo: Repo, release: Release, author: Account) {
  const url = `${repoApi(links, repo)}/releases/${release.id}`;
  const tag = encodePath(release.tag);
  return {
    url,
    html_url: `${repoHtml(links, repo)}/releases/tag/${tag}`,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    tarball_url: `${repoApi(links, repo)}/tarball/${tag}`,
    zipball_url: `${repoApi(links, repo)}/zipball/${tag}`,
    id: release.id,
    node_id: nodeId('Release', release.id),
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    body: release.body,
    draft: release.draft === 1,
    prerelease: release.prerelease === 1,
    immutable: false,
    created_at: release.created_at,
    published_at: release.published_at,
    updated_at: release.updated_at,
    author: userJson(links, author),
    assets: [],
  };
}
