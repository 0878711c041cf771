import { describe, expect, it } from 'vitest';
import { type Loopback, REPO, refused, useForge } from './loopback.ts';

let github: Loopback;

useForge((started) => {
  github = started;
});

describe('an App', () => {
  it('reads itself and its installations with a JWT', async () => {
    const app = github.app();
    await app.rest.apps.getAuthenticated();
    const { data: installations } = await app.rest.apps.listInstallations();
    expect(installations).toHaveLength(1);
    await app.rest.apps.getInstallation({ installation_id: installations[0]?.id ?? 0 });
    await app.rest.apps.getRepoInstallation(REPO);
    await app.rest.apps.getUserInstallation({ username: 'owner' });
    await github.as('writer').rest.apps.getBySlug({ app_slug: github.appSlug });
    await refused(404, app.rest.apps.getInstallation({ installation_id: 999_999 }));
    await refused(401, github.as('writer').rest.apps.getAuthenticated());
    await github.ask('not.a.token', 'GET', '/app', undefined, 401);
    await github.ask(null, 'GET', '/app/installations', undefined, 401);
  });

  it('makes tokens, narrowed as it asks, and gives them back', async () => {
    const app = github.app();
    const installation_id = github.installationId;
    await app.rest.apps.createInstallationAccessToken({ installation_id });
    const { data: narrow } = await app.rest.apps.createInstallationAccessToken({
      installation_id,
      repositories: ['sample'],
      permissions: { issues: 'read' },
    });
    await github.ask(narrow.token, 'GET', '/repos/owner/sample/issues', undefined, 200);
    await github.ask(narrow.token, 'POST', '/repos/owner/sample/issues', { title: 'x' }, 403);
    await github.ask(narrow.token, 'GET', '/installation/repositories', undefined, 200);
    await github.ask(narrow.token, 'DELETE', '/installation/token', undefined, 204);
    await github.ask(narrow.token, 'GET', '/installation/repositories', undefined, 401);
    await refused(422, app.rest.apps.createInstallationAccessToken({ installation_id, repositories: ['elsewhere'] }));
    await refused(
      422,
      app.rest.apps.createInstallationAccessToken({ installation_id, permissions: { pages: 'write' } }),
    );
    await refused(404, app.rest.apps.createInstallationAccessToken({ installation_id: 999_999 }));
  });

  it('acts as its bot', async () => {
    const bot = await github.bot();
    const { data: issue } = await bot.rest.issues.create({ ...REPO, title: 'From the App', labels: ['bug'] });
    expect(issue.user?.login).toBe(`${github.appSlug}[bot]`);
    expect(issue.performed_via_github_app?.slug).toBe(github.appSlug);
    const one = { ...REPO, issue_number: issue.number };
    const { data: comment } = await bot.rest.issues.createComment({ ...one, body: 'Working' });
    await bot.rest.issues.updateComment({ ...REPO, comment_id: comment.id, body: 'Done' });
    await bot.rest.issues.listEventsForTimeline(one);
    await bot.rest.apps.listReposAccessibleToInstallation();
    await bot.rest.users.getByUsername({ username: `${github.appSlug}[bot]` });
    await refused(403, bot.rest.users.getAuthenticated());
  });

  it('is made from a manifest', async () => {
    await github.ask(null, 'POST', '/app-manifests/no-such-code/conversions', undefined, 404);
  });
});

describe('webhooks', () => {
  it('of all changes to an issue are delivered, signed and valid', async () => {
    const writer = github.as('writer');
    const { data: issue } = await writer.rest.issues.create({
      ...REPO,
      title: 'Hook',
      body: 'a',
      labels: ['bug', 'x:y'],
    });
    const one = { ...REPO, issue_number: issue.number };
    await writer.rest.issues.update({ ...one, title: 'Hooked', body: 'b' });
    await writer.rest.issues.removeLabel({ ...one, name: 'bug' });
    await writer.rest.issues.addAssignees({ ...one, assignees: ['triager'] });
    await writer.rest.issues.removeAssignees({ ...one, assignees: ['triager'] });
    await writer.rest.issues.lock(one);
    await writer.rest.issues.unlock(one);
    const { data: comment } = await writer.rest.issues.createComment({ ...one, body: 'a' });
    await writer.rest.issues.updateComment({ ...REPO, comment_id: comment.id, body: 'b' });
    await writer.rest.issues.deleteComment({ ...REPO, comment_id: comment.id });
    await writer.rest.issues.update({ ...one, state: 'closed', state_reason: 'not_planned' });
    await writer.rest.issues.update({ ...one, state: 'open' });
    await github.settled();
    // deliveries are under way at the same time, and arrive in any order
    const events = [
      'issues.opened',
      'issues.labeled',
      'issues.labeled',
      'issues.edited',
      'issues.unlabeled',
      'issues.assigned',
      'issues.unassigned',
      'issues.locked',
      'issues.unlocked',
      'issue_comment.created',
      'issue_comment.edited',
      'issue_comment.deleted',
      'issues.closed',
      'issues.reopened',
    ];
    expect(github.heard(issue.number).sort()).toEqual(events.sort());
  });

  it('are listed with request and response, and delivered again', async () => {
    const app = github.app();
    await github.as('writer').rest.issues.create({ ...REPO, title: 'Logged' });
    await github.settled();
    const { data: deliveries } = await app.rest.apps.listWebhookDeliveries({ per_page: 5 });
    expect(deliveries.length).toBeGreaterThan(0);
    const delivery_id = deliveries[0]?.id ?? 0;
    await app.rest.apps.getWebhookDelivery({ delivery_id });
    await app.rest.apps.redeliverWebhookDelivery({ delivery_id });
    await github.settled();
    const { data: after } = await app.rest.apps.listWebhookDeliveries({ per_page: 1 });
    expect(after[0]).toMatchObject({ redelivery: true, guid: deliveries[0]?.guid });
    await app.request('GET /app/hook/deliveries', { status: 'failure' });
    await refused(404, app.rest.apps.getWebhookDelivery({ delivery_id: 999_999 }));
    await refused(401, github.as('writer').rest.apps.listWebhookDeliveries());
    await app.rest.apps.getWebhookConfigForApp();
  });
});
