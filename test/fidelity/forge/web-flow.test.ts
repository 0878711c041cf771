import { createAppAuth } from '@octokit/auth-app';
import { describe, expect, it } from 'vitest';
import { CALLBACK, type Loopback, REPO, refused, useForge } from './loopback.ts';

let github: Loopback;

useForge((started) => {
  github = started;
});

/** A form as a browser sends it from a page of ours, or from elsewhere. */
const submit = (path: string, fields: Record<string, string>, more: Record<string, string> = {}) =>
  fetch(github.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: github.url, ...more },
    body: new URLSearchParams(fields),
  });
const location = (answer: Response) => new URL(answer.headers.get('location') ?? 'none:');

describe("OAuth's web flow", () => {
  const asking = (more: object = {}) => ({ client_id: github.clientId, redirect_uri: CALLBACK, state: 'a&b', ...more });
  const page = (query: object) => fetch(`${github.url}/login/oauth/authorize?${new URLSearchParams({ ...query })}`);
  const exchange = (fields: object, accept = 'application/json') =>
    fetch(`${github.url}/login/oauth/access_token`, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: github.clientId, client_secret: github.clientSecret, ...fields }),
    });
  const authorize = async (login: string) => {
    const answer = await submit('/login/oauth/authorize', { ...asking(), login });
    return location(answer).searchParams;
  };
  const tokenFor = async (login: string) => {
    const answer = await exchange({ code: (await authorize(login)).get('code') });
    return ((await answer.json()) as { access_token: string }).access_token;
  };

  it('asks a person, and sends a code back to the App', async () => {
    const asked = await page(asking());
    expect(await asked.text()).toContain('Authorize as triager');
    expect(asked.headers.get('content-security-policy')).toContain("form-action 'self' http://localhost:1;");
    const answer = await submit('/login/oauth/authorize', { ...asking(), login: 'triager' });
    expect([answer.status, location(answer).origin, location(answer).pathname]).toEqual([
      302,
      'http://localhost:1',
      '/callback',
    ]);
    expect(location(answer).searchParams.get('state')).toBe('a&b');
  });

  it('gives a token for a code once, and only to the App it was made for', async () => {
    const code = (await authorize('writer')).get('code');
    expect(await (await exchange({ code, client_secret: 'guessed' })).json()).toMatchObject({
      error: 'incorrect_client_credentials',
    });
    const first = (await (await exchange({ code, redirect_uri: CALLBACK })).json()) as { access_token: string };
    expect(first).toMatchObject({
      access_token: expect.stringMatching(/^ghu_\w{36}$/),
      token_type: 'bearer',
      scope: '',
    });
    expect(await (await exchange({ code })).json()).toMatchObject({ error: 'bad_verification_code' });
    expect(await (await exchange({ code: 'never' })).text()).toContain('bad_verification_code');
    const other = (await authorize('writer')).get('code');
    const form = await exchange({ code: other }, '*/*');
    expect(new URLSearchParams(await form.text()).get('access_token')).toMatch(/^ghu_/);
  });

  it('lets nobody be sent elsewhere, and no other site press the button', async () => {
    expect((await page(asking({ redirect_uri: 'https://evil.example/callback' }))).status).toBe(400);
    expect((await page(asking({ redirect_uri: `${CALLBACK}/../x` }))).status).toBe(400);
    expect((await page(asking({ client_id: 'unknown' }))).status).toBe(404);
    const fields = { ...asking(), login: 'owner' };
    expect((await submit('/login/oauth/authorize', fields, { origin: 'https://evil.example' })).status).toBe(403);
    const elsewhere = { ...fields, redirect_uri: 'https://evil.example/callback' };
    expect((await submit('/login/oauth/authorize', elsewhere)).status).toBe(404);
    expect((await submit('/login/oauth/authorize', { ...fields, login: 'nobody' })).status).toBe(404);
  });

  it('makes a person who acts through the App, with the rights that both have', async () => {
    const writer = github.as(await tokenFor('writer'));
    expect((await writer.rest.users.getAuthenticated()).data.login).toBe('writer');
    const { data: issue } = await writer.rest.issues.create({ ...REPO, title: 'Through an App', labels: ['bug'] });
    expect(issue).toMatchObject({ user: { login: 'writer' }, performed_via_github_app: { slug: github.appSlug } });
    expect(issue.labels).toHaveLength(1);
    const stranger = github.as(await tokenFor('stranger'));
    const one = { ...REPO, issue_number: issue.number };
    await refused(403, stranger.rest.issues.addLabels({ ...one, labels: ['bug'] }));
    const owner = github.as(await tokenFor('owner'));
    await refused(403, owner.rest.repos.update({ ...REPO, description: 'The App may not administer' }));
  });
});

describe('an App from a manifest', () => {
  const manifest = (more: object = {}) => ({
    name: 'My Gaps',
    url: 'http://localhost:1/',
    hook_attributes: { url: 'http://localhost:1/hook' },
    redirect_url: 'http://localhost:1/made?from=setup',
    callback_urls: [CALLBACK],
    setup_url: 'http://localhost:1/set-up',
    default_permissions: { issues: 'write', contents: 'read' },
    default_events: ['issues'],
    ...more,
  });
  const post = (path: string, value: object, more: Record<string, string> = {}) =>
    submit(path, { manifest: JSON.stringify(value), state: 'xyz' }, more);

  it('is shown, made when a person agrees, and handed over once', async () => {
    const shown = await post('/settings/apps/new?state=xyz', manifest(), { origin: 'http://setup.example' });
    expect(await shown.text()).toContain('issues: write');
    expect((await post('/settings/apps', manifest(), { origin: 'http://setup.example' })).status).toBe(403);
    const agreed = location(await post('/settings/apps', manifest()));
    expect(Object.fromEntries(agreed.searchParams)).toEqual({ from: 'setup', code: expect.any(String), state: 'xyz' });
    const nobody = github.as(null);
    const code = agreed.searchParams.get('code') ?? '';
    const { data: made } = await nobody.rest.apps.createFromManifest({ code });
    expect(made).toMatchObject({ slug: 'my-gaps', name: 'My Gaps', owner: { login: 'owner' } });
    await refused(404, nobody.rest.apps.createFromManifest({ code }));
    expect((await post('/settings/apps/new', manifest())).status).toBe(422);

    const { token } = await createAppAuth({ appId: made.id, privateKey: made.pem })({ type: 'app' });
    await github.ask(token, 'GET', '/app', undefined, 200);
    const page = await fetch(`${github.url}/apps/my-gaps/installations/new`);
    expect(await page.text()).toContain('Install on owner');
    const fields = { account: 'owner', selection: 'selected', repository: 'sample' };
    const stranger = { cookie: 'forge_person=stranger' };
    expect((await submit('/apps/my-gaps/installations/new', fields, stranger)).status).toBe(404);
    const installed = location(await submit('/apps/my-gaps/installations/new', fields));
    expect(installed.pathname).toBe('/set-up');
    const id = Number(installed.searchParams.get('installation_id'));
    const { body } = await github.ask(token, 'GET', `/app/installations/${id}`, undefined, 200);
    expect(body).toMatchObject({ repository_selection: 'selected', permissions: { issues: 'write' } });
  });

  it.each([
    ['no name', { name: '' }],
    ['a name that is taken', { name: 'Patchwork' }],
    ['an address that is none', { redirect_url: 'javascript:alert(1)' }],
    ['a level that is none', { default_permissions: { issues: 'all' } }],
    ['events that are none', { default_events: 'issues' }],
  ])('with %s is refused', async (_, more) => {
    const answer = await post('/settings/apps/new', manifest({ name: 'Another', ...more }));
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('Validation Failed')]);
  });

  it('shows what a manifest says as text', async () => {
    const answer = await post('/settings/apps/new', manifest({ name: '<script>x</script>' }));
    expect(await answer.text()).not.toContain('<script>');
  });
});

describe('an installation on chosen repositories', () => {
  it('reaches those and hears of those only', async () => {
    await github.createRepository({ owner: 'owner', name: 'second', files: { 'a.txt': 'a' } });
    await github.heardSince();
    await github.installApp(github.appSlug, 'owner', ['sample']);
    expect(await github.heardSince()).toEqual(['installation_repositories.removed']);
    const second = { owner: 'owner', repo: 'second' };
    const bot = await github.bot();
    expect((await bot.rest.apps.listReposAccessibleToInstallation()).data).toMatchObject({
      total_count: 1,
      repository_selection: 'selected',
      repositories: [{ name: 'sample' }],
    });
    await refused(403, bot.rest.issues.create({ ...second, title: 'Out of reach' }));
    await refused(404, github.app().rest.apps.getRepoInstallation(second));
    const installation_id = github.installationId;
    const narrow = { installation_id, repositories: ['second'] };
    await refused(422, github.app().rest.apps.createInstallationAccessToken(narrow));
    await github.as('writer').rest.issues.create({ ...second, title: 'Unheard' });
    await github.createRepository({ owner: 'owner', name: 'third', files: { 'a.txt': 'a' } });
    expect(await github.heardSince()).toEqual([]);
    await github.installApp(github.appSlug, 'owner');
    expect(await github.heardSince()).toEqual(['installation_repositories.added']);
    await bot.rest.issues.create({ ...second, title: 'In reach' });
  });
});
