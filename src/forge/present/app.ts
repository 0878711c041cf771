import { nodeId } from '../nodes.ts';
import type { Account, App, Installation, Links } from '../world.ts';
import { userJson } from './account.ts';

/** `integration` */
export function appJson(links: Links, { app, owner }: { app: App; owner: Account }, installations?: number) {
  return {
    id: app.id,
    client_id: app.client_id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    owner: userJson(links, owner),
    name: app.name,
    description: '',
    external_url: app.homepage,
    html_url: `${links.html}/apps/${app.slug}`,
    created_at: app.created_at,
    updated_at: app.updated_at,
    permissions: JSON.parse(app.permissions_json) as Record<string, string>,
    events: JSON.parse(app.events_json) as string[],
    ...(installations === undefined ? {} : { installations_count: installations }),
  };
}

/** `installation` */
export function installationJson(links: Links, app: App, installation: Installation, account: Account) {
  return {
    id: installation.id,
    client_id: app.client_id,
    account: userJson(links, account),
    repository_selection: installation.repositories_json === null ? 'all' : 'selected',
    access_tokens_url: `${links.api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${links.api}/installation/repositories`,
    html_url: `${links.html}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: JSON.parse(installation.permissions_json) as Record<string, string>,
    events: JSON.parse(installation.events_json) as string[],
    created_at: installation.created_at,
    updated_at: installation.updated_at,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspended_at === null ? null : userJson(links, account),
    suspended_at: installation.suspended_at,
  };
}

export const installationStub = (id: number) => ({ id, node_id: nodeId('Installation', id) });
