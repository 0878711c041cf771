import { GitHubError, notFound, requiresAuthentication } from '../answers.ts';
import { reaches, roleOf } from '../domain/access.ts';
import { accountByLogin } from '../domain/accounts.ts';
import { findApp } from '../domain/apps.ts';
import {
  createInstallationToken,
  getInstallation,
  installationOn,
  installationsOf,
  installedRepositories,
  presentInstallation,
  revokeToken,
  suspend,
} from '../domain/installations.ts';
import { findRepository, formerlyNamed, openIssues, permissionsOf } from '../domain/repositories.ts';
import { appView } from '../domain/views.ts';
import { convertManifest } from '../domain/web-flow.ts';
import { appJson } from '../present/app.ts';
import { repositoryJson } from '../present/repository.ts';
import type { Account, App, Repo, Viewer, World } from '../world.ts';
import { created, listed, noContent, ok, pageOf, sliced } from './answer.ts';
import { type Call, movedTo, type Surface } from './surface.ts';

/** Only an App's own JWT may ask these. */
export function demandAppItself(viewer: Viewer): App {
  if (viewer.kind === 'app') return viewer.app;
  throw viewer.kind === 'anonymous'
    ? requiresAuthentication()
    : new GitHubError(401, 'A JSON web token could not be decoded');
}

function demandInstallation(viewer: Viewer): Extract<Viewer, { kind: 'installation' }> {
  if (viewer.kind === 'installation') return viewer;
  throw viewer.kind === 'anonymous'
    ? requiresAuthentication()
    : new GitHubError(403, 'You must authenticate with an installation access token in order to list repositories.');
}

const present = (world: World, app: App) => {
  const view = appView(world, app.id);
  if (!view) throw notFound();
  return appJson(world.links, view, installationsOf(world, app).length);
};

export function appRoutes({ route }: Surface): void {
  route('GET', '/app', ({ world, viewer }) => ok(present(world, demandAppItself(viewer))));

  route('GET', '/apps/:slug', ({ world, params }) => {
    const app = findApp(world, params.slug ?? '');
    if (!app) throw notFound();
    return ok(present(world, app));
  });

  route('POST', '/app-manifests/:code/conversions', async ({ world, params }) => {
    const app = await convertManifest(world, params.code ?? '');
    const { client_secret, webhook_secret, private_key: pem } = app;
    return created({ ...present(world, app), client_secret, webhook_secret, pem });
  });

  route('GET', '/app/installations', ({ world, viewer, query, url }) => {
    const app = demandAppItself(viewer);
    return sliced(world.links, url, pageOf(query), installationsOf(world, app), (installation) =>
      presentInstallation(world, app, installation),
    );
  });

  route('GET', '/app/installations/:id{[0-9]+}', ({ world, viewer, params }) => {
    const app = demandAppItself(viewer);
    return ok(presentInstallation(world, app, getInstallation(world, app, Number(params.id))));
  });

  const on = (world: World, viewer: Viewer, account: Account | undefined) => {
    const app = demandAppItself(viewer);
    const installation = account && installationOn(world, app, account);
    if (!installation) throw notFound();
    return ok(presentInstallation(world, app, installation));
  };
  for (const kind of ['users', 'orgs']) {
    route('GET', `/${kind}/:login/installation`, ({ world, viewer, params }: Call) =>
      on(world, viewer, accountByLogin(world, params.login ?? '')),
    );
  }
  route('GET', '/repos/:owner/:repo/installation', ({ world, viewer, params, url }) => {
    const app = demandAppItself(viewer);
    const repo = findRepository(world, params.owner ?? '', params.repo ?? '');
    const moved = repo ? undefined : formerlyNamed(world, params.owner ?? '', params.repo ?? '');
    if (moved) throw movedTo(world, moved, 'GET', url);
    const installation = repo && installationOn(world, app, repo.owner);
    if (!installation || !reaches(installation, repo.id)) throw notFound();
    return ok(presentInstallation(world, app, installation));
  });

  for (const [method, isSuspended] of [
    ['PUT', true],
    ['DELETE', false],
  ] as const) {
    route(method, '/app/installations/:id{[0-9]+}/suspended', ({ world, viewer, params }) => {
      const app = demandAppItself(viewer);
      suspend(world, app, getInstallation(world, app, Number(params.id)), isSuspended);
      return noContent();
    });
  }

  route('POST', '/app/installations/:id{[0-9]+}/access_tokens', ({ world, viewer, params, input }) => {
    const installation = getInstallation(world, demandAppItself(viewer), Number(params.id));
    const token = createInstallationToken(world, installation, input);
    return created({
      token: token.token,
      expires_at: token.expiresAt,
      permissions: token.permissions,
      repository_selection: token.repositories || installation.repositories_json ? 'selected' : 'all',
      ...(token.repositories
        ? {
            repositories: token.repositories.map((repo) =>
              repositoryJson(world.links, repo, openIssues(world, repo.id)),
            ),
          }
        : {}),
    });
  });

  // What the person that a token of the web flow stands for can reach through the App.
  const ofPerson = (world: World, viewer: Viewer) => {
    if (viewer.kind === 'anonymous') throw requiresAuthentication();
    if (viewer.kind !== 'user' || !viewer.app) {
      throw new GitHubError(
        403,
        'You must authenticate with an access token authorized to a GitHub App in order to list installations',
      );
    }
    const { app, account } = viewer;
    return installationsOf(world, app).flatMap((installation) => {
      const repos = installedRepositories(world, installation).filter(
        (repo) => roleOf(world, repo, account) !== 'none',
      );
      return repos.length ? [{ app, viewer, installation, repos }] : [];
    });
  };
  route('GET', '/user/installations', ({ world, viewer, query, url }) => {
    const all = ofPerson(world, viewer);
    const page = pageOf(query);
    const shown = all.slice((page.page - 1) * page.perPage, page.page * page.perPage);
    return listed(world.links, url, page, all.length, {
      total_count: all.length,
      installations: shown.map(({ app, installation }) => presentInstallation(world, app, installation)),
    });
  });
  route('GET', '/user/installations/:id{[0-9]+}/repositories', ({ world, viewer: asker, query, url, params }) => {
    const found = ofPerson(world, asker).find(({ installation }) => installation.id === Number(params.id));
    if (!found) throw notFound();
    const page = pageOf(query);
    const shown = found.repos.slice((page.page - 1) * page.perPage, page.page * page.perPage);
    return listed(world.links, url, page, found.repos.length, {
      total_count: found.repos.length,
      repository_selection: found.installation.repositories_json ? 'selected' : 'all',
      repositories: shown.map((repo) =>
        repositoryJson(world.links, repo, openIssues(world, repo.id), permissionsOf(world, repo, found.viewer)),
      ),
    });
  });

  route('GET', '/installation/repositories', ({ world, viewer: asker, query, url }) => {
    const viewer = demandInstallation(asker);
    const all = installedRepositories(world, viewer.installation);
    const reachable = all.filter((repo) => !viewer.repositories || viewer.repositories.includes(repo.id));
    const page = pageOf(query);
    const shown = reachable.slice((page.page - 1) * page.perPage, page.page * page.perPage);
    const toJson = (repo: Repo) =>
      repositoryJson(world.links, repo, openIssues(world, repo.id), permissionsOf(world, repo, viewer));
    return listed(world.links, url, page, reachable.length, {
      total_count: reachable.length,
      repository_selection: viewer.repositories || viewer.installation.repositories_json ? 'selected' : 'all',
      repositories: shown.map(toJson),
    });
  });

  route('DELETE', '/installation/token', ({ world, viewer }) => {
    revokeToken(world, demandInstallation(viewer).tokenHash);
    return noContent();
  });
}
