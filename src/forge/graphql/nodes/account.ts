import { nodeId } from '../../nodes.ts';
import { userJson } from '../../present/account.ts';
import type { Account, World } from '../../world.ts';

/** User, Bot and Organization; bots carry their App's slug as login, as GraphQL shows them. */
export function accountNode(world: World, account: Account) {
  const json = userJson(world.links, account);
  return {
    __typename: account.type,
    id: nodeId(account.type, account.id),
    databaseId: account.id,
    login: account.type === 'Bot' ? account.login.replace(/\[bot\]$/, '') : account.login,
    name: account.name,
    email: '',
    url: json.html_url,
    resourcePath: new URL(json.html_url).pathname,
    avatarUrl: json.avatar_url,
    createdAt: account.created_at,
    updatedAt: account.created_at,
  };
}
