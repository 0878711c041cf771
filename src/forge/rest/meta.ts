import { allRepositories, openIssues } from '../domain/repositories.ts';
import { repositoryJson } from '../present/repository.ts';
import { ok } from './answer.ts';
import type { Surface } from './surface.ts';

const PER_PAGE = 100;

/** Where everything is: clients ask it to see whether they are welcome. */
function rootJson(api: string, html: string) {
  const searched = (kind: string) => `${api}/search/${kind}?q={query}{&page,per_page,sort,order}`;
  return {
    current_user_url: `${api}/user`,
    current_user_authorizations_html_url: `${html}/settings/connections/applications{/client_id}`,
    authorizations_url: `${api}/authorizations`,
    code_search_url: searched('code'),
    commit_search_url: searched('commits'),
    emails_url: `${api}/user/emails`,
    emojis_url: `${api}/emojis`,
    events_url: `${api}/events`,
    feeds_url: `${api}/feeds`,
    followers_url: `${api}/user/followers`,
    following_url: `${api}/user/following{/target}`,
    gists_url: `${api}/gists{/gist_id}`,
    issue_search_url: searched('issues'),
    issues_url: `${api}/issues`,
    keys_url: `${api}/user/keys`,
    label_search_url: `${api}/search/labels?q={query}&repository_id={repository_id}{&page,per_page}`,
    notifications_url: `${api}/notifications`,
    organization_url: `${api}/orgs/{org}`,
    organization_repositories_url: `${api}/orgs/{org}/repos{?type,page,per_page,sort}`,
    organization_teams_url: `${api}/orgs/{org}/teams`,
    public_gists_url: `${api}/gists/public`,
    rate_limit_url: `${api}/rate_limit`,
    repository_url: `${api}/repos/{owner}/{repo}`,
    repository_search_url: searched('repositories'),
    current_user_repositories_url: `${api}/user/repos{?type,page,per_page,sort}`,
    starred_url: `${api}/user/starred{/owner}{/repo}`,
    starred_gists_url: `${api}/gists/starred`,
    user_url: `${api}/users/{user}`,
    user_organizations_url: `${api}/user/orgs`,
    user_repositories_url: `${api}/users/{user}/repos{?type,page,per_page,sort}`,
    user_search_url: searched('users'),
  };
}

export function metaRoutes({ route }: Surface): void {
  route('GET', '/', ({ world }) => ok(rootJson(world.links.api, world.links.html)));
  route('GET', '/meta', () => ok({ verifiable_password_authentication: false }));

  route('GET', '/repositories', ({ world, query, url }) => {
    const since = Number(query.since ?? 0);
    const after = allRepositories(world).filter((repo) => !(repo.id <= since));
    const shown = after.slice(0, PER_PAGE);
    const json = ok(shown.map((repo) => repositoryJson(world.links, repo, openIssues(world, repo.id))));
    const last = shown.at(-1);
    if (!last || after.length <= shown.length) return json;
    return { ...json, headers: { link: `<${world.links.api}${url.pathname}?since=${last.id}>; rel="next"` } };
  });
}
