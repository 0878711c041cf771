import { nodeId } from '../nodes.ts';
import type { Account, Links } from '../world.ts';
import { perRow } from './per-row.ts';

/** `simple-user` */
export const userJson = perRow((links: Links, account: Account) => {
  const url = `${links.api}/users/${encodeURIComponent(account.login)}`;
  const slug = account.login.replace(/\[bot\]$/, '');
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${links.html}/avatars/${encodeURIComponent(account.login)}`,
    gravatar_id: '',
    url,
    html_url: account.type === 'Bot' ? `${links.html}/apps/${slug}` : `${links.html}/${account.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: 'public',
    site_admin: false,
  };
});

/** `public-user`, and with `own` the further fields of `private-user` that people see of themselves. */
export function fullUserJson(links: Links, account: Account, publicRepositories: number, own: boolean) {
  return {
    ...userJson(links, account),
    name: account.name,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: publicRepositories,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.created_at,
    updated_at: account.created_at,
    ...(own
      ? {
          private_gists: 0,
          total_private_repos: 0,
          owned_private_repos: 0,
          disk_usage: 0,
          collaborators: 0,
          two_factor_authentication: true,
        }
      : {}),
  };
}
