import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { GitHubError } from './answers.ts';
import { roleOf } from './domain/access.ts';
import { accountByLogin, PEOPLE } from './domain/accounts.ts';
import { findApp } from './domain/apps.ts';
import { installApp } from './domain/installations.ts';
import { allRepositories, repositoriesOwnedBy } from './domain/repositories.ts';
import { acceptManifest, authorize, callbackOf, exchangeCode, readManifest } from './domain/web-flow.ts';
import { styleSheet } from './pages/assets.ts';
import { guard } from './pages/guard.ts';
import { personCookie } from './pages/person.ts';
import type { Visiting } from './pages/visit.ts';
import type { Account, App, World } from './world.ts';

type Text = ReturnType<typeof html>;

/** The pages on which people let Apps in: OAuth's web flow, an App from a manifest, and its installation. */
export function createWebFlow(world: World): Hono<Visiting> {
  const app = new Hono<Visiting>();
  const sameSite = guard(world.links.html);
  app.use(bodyLimit({ maxSize: 1_000_000 }));
  app.onError((error, c) => {
    if (!(error instanceof GitHubError)) throw error;
    const details = (error.errors ?? []).map((one) => (typeof one === 'string' ? one : `${one.field} ${one.code}`));
    return page(c, error.message, html`<p>${details.join(', ')}</p>`, error.status);
  });

  app.get('/login/oauth/authorize', (c) => {
    const found = appByClient(world, c.req.query('client_id'));
    const callback = found && callbackOf(found, c.req.query('redirect_uri'));
    if (!found) return page(c, 'There is no such App', html``, 404);
    if (!callback) {
      return page(
        c,
        'The address to return to is not one of the App',
        html`<p>Add it to its callback addresses.</p>`,
        400,
      );
    }
    const challenge = c.req.query('code_challenge') ?? '';
    if (challenge !== '' && c.req.query('code_challenge_method') !== 'S256')
      return page(c, 'The code challenge has to be made with S256', html``, 400);
    const form = html`<form method="post" action="/login/oauth/authorize">
<input type="hidden" name="code_challenge" value="${challenge}">
<input type="hidden" name="client_id" value="${found.client_id}">
<input type="hidden" name="redirect_uri" value="${callback}">
<input type="hidden" name="state" value="${c.req.query('state') ?? ''}">
<p>${found.name} will act for you. You return to ${callback}.</p>
${PEOPLE.map((login) => html`<button name="login" value="${login}">Authorize as ${login}</button> `)}
</form>`;
    return page(c, `Authorize ${found.name}`, form, 200, callback);
  });

  app.post('/login/oauth/authorize', sameSite, async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const found = appByClient(world, form.get('client_id') ?? undefined);
    const callback = found && callbackOf(found, form.get('redirect_uri') ?? undefined);
    const login = PEOPLE.find((person) => person === form.get('login'));
    const account = login && accountByLogin(world, login);
    if (!found || !callback || !account) return page(c, 'Not Found', html``, 404);
    const state = form.get('state') ?? '';
    const code = authorize(world, found, account, callback, form.get('code_challenge') ?? '');
    return c.redirect(withQuery(callback, { code, state }), 302);
  });

  app.post('/login/oauth/access_token', async (c) => {
    const input = await inputOf(c);
    const found = appByClient(world, input.client_id);
    const isKnown = found !== undefined && found.client_secret === input.client_secret;
    const proof = { callback: input.redirect_uri, verifier: input.code_verifier };
    const token = isKnown ? exchangeCode(world, found, input.code ?? '', proof) : null;
    const answer: Record<string, string> = token
      ? { access_token: token, scope: '', token_type: 'bearer' }
      : isKnown
        ? refusal('bad_verification_code', 'The code passed is incorrect or expired.')
        : refusal('incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.');
    c.header('Cache-Control', 'no-store');
    return /json/.test(c.req.header('accept') ?? '')
      ? c.json(answer)
      : c.body(String(new URLSearchParams(answer)), 200, {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        });
  });

  // The set-up page of another program posts here; nothing happens before somebody says yes on our page.
  for (const path of ['/settings/apps/new', '/organizations/:org/settings/apps/new']) {
    app.post(path, async (c) => {
      const form = new URLSearchParams(await c.req.text());
      const manifest = readManifest(world, form.get('manifest') ?? '');
      const asks = Object.entries(manifest.permissions).map(([name, level]) => html`<li>${name}: ${level}</li>`);
      const main = html`<form method="post" action="/settings/apps">
<input type="hidden" name="manifest" value="${form.get('manifest') ?? ''}">
<input type="hidden" name="state" value="${c.req.query('state') ?? ''}">
<p>It asks for:</p><ul>${asks}</ul>
<p>You return to ${manifest.redirectUrl}.</p>
<button>Create ${manifest.name}</button>
</form>`;
      return page(c, `Create the App ${manifest.name}`, main, 200, manifest.redirectUrl);
    });
  }
  app.post('/settings/apps', sameSite, async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const manifest = readManifest(world, form.get('manifest') ?? '');
    const code = acceptManifest(world, manifest, personOf(world, c));
    return c.redirect(withQuery(manifest.redirectUrl, { code, state: form.get('state') ?? '' }), 302);
  });

  app.get('/apps/:slug/installations/new', (c) => {
    const found = findApp(world, c.req.param('slug'));
    if (!found) return page(c, 'There is no such App', html``, 404);
    const person = personOf(world, c);
    const owners = administeredBy(world, person);
    if (owners.length === 0)
      return page(c, `${person.login} may install nothing`, html`<p>Only an owner installs Apps.</p>`, 403);
    const state = c.req.query('state') ?? '';
    const forms = owners.map(
      (owner) => html`<form method="post" action="/apps/${found.slug}/installations/new">
<h2>${owner.login}</h2>
<input type="hidden" name="account" value="${owner.login}"><input type="hidden" name="state" value="${state}">
<p><label><input type="radio" name="selection" value="all" checked> All repositories, also those to come</label></p>
<p><label><input type="radio" name="selection" value="selected"> Only these:</label></p>
${repositoriesOwnedBy(world, owner).map((repo) => html`<p><label><input type="checkbox" name="repository" value="${repo.name}"> ${repo.name}</label></p>`)}
<button>Install on ${owner.login}</button>
</form>`,
    );
    return page(c, `Install ${found.name}`, html`${forms}`, 200, found.setup_url ?? undefined);
  });
  app.post('/apps/:slug/installations/new', sameSite, async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const found = findApp(world, c.req.param('slug'));
    const owner = administeredBy(world, personOf(world, c)).find(({ login }) => login === form.get('account'));
    if (!found || !owner) return page(c, 'Not Found', html``, 404);
    const chosen = form.get('selection') === 'selected' ? form.getAll('repository') : null;
    const { id } = installApp(world, found.slug, owner.login, chosen);
    const about = { installation_id: String(id), setup_action: 'install', state: form.get('state') ?? '' };
    if (found.setup_url) return c.redirect(withQuery(found.setup_url, about), 302);
    return page(c, `${found.name} is installed on ${owner.login}`, html``);
  });
  return app;
}

const appByClient = (world: World, clientId: string | undefined) =>
  world.store.get<App>('SELECT * FROM apps WHERE client_id = ?', clientId ?? '');

/** Who the pages' visitor has chosen to be. */
function personOf(world: World, c: Context<Visiting>): Account {
  const chosen = getCookie(c, personCookie);
  return accountByLogin(world, PEOPLE.find((login) => login === chosen) ?? PEOPLE[0]) as Account;
}

function administeredBy(world: World, person: Account): Account[] {
  const repos = allRepositories(world).filter((repo) => roleOf(world, repo, person) === 'admin');
  return [...new Map(repos.map(({ owner }) => [owner.id, owner])).values()];
}

const refusal = (error: string, description: string) => ({
  error,
  error_description: description,
  error_uri: 'https://docs.github.com/apps/oauth',
});

/** A form or JSON, as clients please; only texts count. */
async function inputOf(c: Context<Visiting>): Promise<Partial<Record<string, string>>> {
  const text = await c.req.text();
  if (!/json/.test(c.req.header('content-type') ?? '')) return Object.fromEntries(new URLSearchParams(text));
  try {
    const value: unknown = JSON.parse(text);
    return Object.fromEntries(Object.entries(value ?? {}).filter(([, one]) => typeof one === 'string'));
  } catch {
    return {};
  }
}

function withQuery(address: string, query: Record<string, string>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) if (value !== '') url.searchParams.set(name, value);
  return String(url);
}

/** `next`: where a form of the page may lead to besides this site. */
function page(c: Context<Visiting>, title: string, main: Text, status = 200, next?: string) {
  const target = next === undefined ? '' : ` ${new URL(next).origin}`;
  c.header(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'self'; form-action 'self'${target}; base-uri 'none'; frame-ancestors 'none'`,
  );
  c.header('Referrer-Policy', 'same-origin');
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Cache-Control', 'no-store');
  return c.html(
    html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="stylesheet" href="${styleSheet.path}"></head>
<body><main id="main" class="wide"><h1>${title}</h1>${main}</main></body></html>`,
    status as 200,
  );
}
