import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Loopback, REPO, refused, useForge } from './loopback.ts';

let github: Loopback;

useForge((started) => {
  github = started;
});
beforeEach(async () => {
  await github.heardSince();
});

/** Deliveries are under way at the same time, and arrive in any order. */
const sorted = (names: string[]) => names.toSorted();

async function commitTo(branch: string, path: string) {
  const writer = github.as('writer');
  const { data } = await writer.rest.git.getRef({ ...REPO, ref: 'heads/main' });
  await writer.rest.git.createRef({ ...REPO, ref: `refs/heads/${branch}`, sha: data.object.sha });
  const content = Buffer.from('x').toString('base64');
  const file = await writer.rest.repos.createOrUpdateFileContents({ ...REPO, path, message: path, content, branch });
  return file.data.commit.sha ?? '';
}

describe('an App hears of', () => {
  it('branches and tags that come and go', async () => {
    const sha = await commitTo('short-lived', 'short.txt');
    const writer = github.as('writer');
    await writer.rest.git.createRef({ ...REPO, ref: 'refs/tags/v0', sha });
    await writer.rest.git.deleteRef({ ...REPO, ref: 'heads/short-lived' });
    expect(await github.heardSince()).toEqual(sorted(['create', 'push', 'push', 'create', 'push', 'delete', 'push']));
  });

  it('labels, also those that come to be by being used', async () => {
    const writer = github.as('writer');
    await writer.rest.issues.createLabel({ ...REPO, name: 'first', color: 'ededed' });
    await writer.rest.issues.updateLabel({ ...REPO, name: 'first', new_name: 'second', description: 'Renamed' });
    await writer.rest.issues.updateLabel({ ...REPO, name: 'second', color: 'ededed' });
    await writer.rest.issues.deleteLabel({ ...REPO, name: 'second' });
    await writer.rest.issues.create({ ...REPO, title: 'Labelled', labels: ['third'] });
    expect(await github.heardSince()).toEqual(
      sorted([
        ...['label.created', 'label.edited', 'label.deleted', 'label.created'],
        ...['issues.opened', 'issues.labeled'],
      ]),
    );
  });

  it('milestones', async () => {
    const writer = github.as('writer');
    const { data } = await writer.rest.issues.createMilestone({
      ...REPO,
      title: '1.0',
      due_on: '2027-01-01T00:00:00Z',
    });
    const one = { ...REPO, milestone_number: data.number };
    await writer.rest.issues.updateMilestone({
      ...one,
      title: '1.1',
      description: 'More',
      due_on: '2027-02-01T00:00:00Z',
    });
    await writer.rest.issues.updateMilestone({ ...one, state: 'closed' });
    await writer.rest.issues.updateMilestone({ ...one, state: 'open' });
    await writer.rest.issues.deleteMilestone(one);
    expect(await github.heardSince()).toEqual(
      sorted(['created', 'edited', 'closed', 'opened', 'deleted'].map((action) => `milestone.${action}`)),
    );
  });

  it('statuses', async () => {
    const sha = await commitTo('judged', 'judged.txt');
    await github.heardSince();
    await github.as('writer').rest.repos.createCommitStatus({ ...REPO, sha, state: 'pending', context: 'ci' });
    expect(await github.heardSince()).toEqual(sorted(['status']));
  });

  it('sub-issues, from both sides, by a hook of the repository', async () => {
    const writer = github.as('writer');
    const { data: parent } = await writer.rest.issues.create({ ...REPO, title: 'Parent' });
    const { data: child } = await writer.rest.issues.create({ ...REPO, title: 'Child' });
    await github.heardSince();
    const config = { url: github.hookUrl, content_type: 'json', secret: 'secret' };
    const { data: hook } = await github
      .as('owner')
      .rest.repos.createWebhook({ ...REPO, config, events: ['sub_issues'] });
    await github.heardSince();
    const family = { ...REPO, issue_number: parent.number, sub_issue_id: child.id };
    await writer.rest.issues.addSubIssue(family);
    await writer.rest.issues.update({ ...REPO, issue_number: child.number, title: 'A child' });
    await writer.rest.issues.removeSubIssue(family);
    await github.settled();
    await github.as('owner').rest.repos.deleteWebhook({ ...REPO, hook_id: hook.id });
    expect(await github.heardSince()).toEqual(
      sorted([
        ...['sub_issues.sub_issue_added', 'sub_issues.parent_issue_added', 'issues.edited'],
        ...['sub_issues.sub_issue_removed', 'sub_issues.parent_issue_removed'],
      ]),
    );
  });

  it('the description and default branch of the repository', async () => {
    await commitTo('trunk', 'trunk.txt');
    await github.heardSince();
    const owner = github.as('owner');
    await owner.rest.repos.update({ ...REPO, description: 'Another sample' });
    await owner.rest.repos.update({ ...REPO, default_branch: 'trunk' });
    await owner.rest.repos.update({ ...REPO, default_branch: 'main' });
    expect(await github.heardSince()).toEqual(sorted(['repository.edited', 'repository.edited', 'repository.edited']));
  });

  it('reviews and who is asked for them', async () => {
    await commitTo('reviewed', 'reviewed.txt');
    const [writer, owner] = [github.as('writer'), github.as('owner')];
    const { data } = await writer.rest.pulls.create({ ...REPO, title: 'Reviewed', head: 'reviewed', base: 'main' });
    const pull = { ...REPO, pull_number: data.number };
    await github.heardSince();
    await writer.rest.pulls.requestReviewers({ ...pull, reviewers: ['owner', 'triager'] });
    await writer.rest.pulls.removeRequestedReviewers({ ...pull, reviewers: ['triager'] });
    const { data: waiting } = await owner.rest.pulls.createReview({ ...pull, body: 'First thoughts' });
    const review = { ...pull, review_id: waiting.id };
    await refused(404, writer.rest.pulls.getReview(review));
    await owner.rest.pulls.updateReview({ ...review, body: 'Second thoughts' });
    await owner.rest.pulls.submitReview({ ...review, event: 'REQUEST_CHANGES' });
    await owner.rest.pulls.updateReview({ ...review, body: 'Third thoughts' });
    await writer.rest.pulls.dismissReview({ ...review, message: 'Done' });
    expect((await writer.rest.pulls.get(pull)).data.requested_reviewers).toEqual([]);
    const { data: timeline } = await writer.rest.issues.listEventsForTimeline({ ...REPO, issue_number: data.number });
    expect(timeline.map(({ event }) => event)).toEqual(
      expect.arrayContaining([
        'committed',
        'review_requested',
        'review_request_removed',
        'reviewed',
        'review_dismissed',
      ]),
    );
    expect(await github.heardSince()).toEqual(
      sorted([
        'pull_request.review_requested',
        'pull_request.review_requested',
        'pull_request.review_request_removed',
        'pull_request_review.submitted',
        'pull_request_review.edited',
        'pull_request_review.dismissed',
      ]),
    );
    await refused(422, writer.rest.pulls.requestReviewers({ ...pull, reviewers: ['stranger'] }));
    await refused(422, writer.rest.pulls.requestReviewers({ ...pull, reviewers: ['writer'] }));
    await refused(403, github.as('stranger').rest.pulls.requestReviewers({ ...pull, reviewers: ['owner'] }));
    await refused(422, owner.rest.pulls.createReview({ ...pull, event: 'REQUEST_CHANGES' }));
    const { data: dropped } = await owner.rest.pulls.createReview(pull);
    await refused(422, owner.rest.pulls.createReview(pull));
    await owner.rest.pulls.deletePendingReview({ ...pull, review_id: dropped.id });
    await refused(422, owner.rest.pulls.deletePendingReview(review));
  });

  it('mentions, in the timeline of what is mentioned', async () => {
    const writer = github.as('writer');
    const { data: target } = await writer.rest.issues.create({ ...REPO, title: 'Mentioned' });
    const one = { ...REPO, issue_number: target.number };
    const body = `See #${target.number} and \`#${target.number}\`.`;
    const { data: source } = await writer.rest.issues.create({ ...REPO, title: 'Source', body });
    await writer.rest.issues.createComment({ ...REPO, issue_number: source.number, body: `Again #${target.number}` });
    await writer.rest.issues.create({
      ...REPO,
      title: 'Silent',
      body: `<!-- #${target.number} -->\n\`#${target.number}\``,
    });
    const { data } = await writer.rest.issues.listEventsForTimeline(one);
    expect(data).toMatchObject([{ event: 'cross-referenced', source: { issue: { number: source.number } } }]);
    expect((await writer.rest.issues.listEvents(one)).data).toEqual([]);
  });
});

describe('a hook of a repository', () => {
  it('is made, pinged, changed, listened to, looked into and removed by an owner', async () => {
    const owner = github.as('owner');
    const config = { url: `${github.hookUrl}/mine`, content_type: 'json', secret: 'secret' };
    const { data: hook } = await owner.rest.repos.createWebhook({ ...REPO, config, events: ['issues'] });
    expect(hook.config.secret).toBe('********');
    const one = { ...REPO, hook_id: hook.id };
    await refused(422, owner.rest.repos.createWebhook({ ...REPO, config, events: ['issues'] }));
    await refused(422, owner.rest.repos.createWebhook({ ...REPO, config: { url: 'file:///etc/passwd' } }));
    await refused(404, github.as('writer').rest.repos.createWebhook({ ...REPO, config }));
    await refused(404, github.as('writer').rest.repos.getWebhook(one));
    await owner.rest.repos.pingWebhook(one);
    expect(await github.heardSince()).toEqual(sorted(['ping', 'ping']));

    await owner.rest.repos.updateWebhook({ ...one, add_events: ['label'] });
    await github.as('writer').rest.issues.createLabel({ ...REPO, name: 'hooked' });
    expect(await github.heardSince()).toEqual(sorted(['label.created', 'label.created']));
    expect((await owner.rest.repos.getWebhook(one)).data).toMatchObject({
      events: ['issues', 'label'],
      last_response: { code: 202, status: 'active' },
    });

    const { data: deliveries } = await owner.rest.repos.listWebhookDeliveries(one);
    expect(deliveries.map(({ event }) => event)).toEqual(['label', 'ping', 'ping']);
    const delivery = { ...one, delivery_id: deliveries[0]?.id ?? 0 };
    const { data: detail } = await owner.rest.repos.getWebhookDelivery(delivery);
    expect(detail.request.headers).toMatchObject({ 'x-github-hook-installation-target-type': 'repository' });
    await owner.rest.repos.redeliverWebhookDelivery(delivery);
    expect(await github.heardSince()).toEqual(sorted(['label.created']));

    await owner.rest.repos.updateWebhook({ ...one, active: false });
    await owner.rest.repos.listWebhooks(REPO);
    await owner.rest.repos.getWebhookConfigForRepo(one);
    await github.as('writer').rest.issues.deleteLabel({ ...REPO, name: 'hooked' });
    expect(await github.heardSince()).toEqual(sorted(['label.deleted']));
    await owner.rest.repos.deleteWebhook(one);
    await refused(404, owner.rest.repos.getWebhook(one));
  });

  it('gets a form when it does not ask for JSON, signed as it is sent', async () => {
    const owner = github.as('owner');
    const got: { type: string | null; body: string; signature: string | null }[] = [];
    const { createAdaptorServer } = await import('@hono/node-server');
    const server = createAdaptorServer({
      fetch: async (request) => {
        const { headers } = request;
        const [type, signature] = [headers.get('content-type'), headers.get('x-hub-signature-256')];
        got.push({ type, signature, body: await request.text() });
        return new Response('ok');
      },
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const config = { url: `http://127.0.0.1:${port}/`, secret: 's' };
    const { data: hook } = await owner.rest.repos.createWebhook({ ...REPO, config, events: ['*'] });
    await github.as('writer').rest.issues.create({ ...REPO, title: 'Ü & =' });
    await github.settled();
    await owner.rest.repos.deleteWebhook({ ...REPO, hook_id: hook.id });
    server.close();
    expect(got.map(({ type }) => type)).toEqual(got.map(() => 'application/x-www-form-urlencoded'));
    expect(got).toHaveLength(2);
    for (const { body, signature } of got) {
      expect(signature).toBe(`sha256=${createHmac('sha256', 's').update(body).digest('hex')}`);
    }
    const payload = JSON.parse(new URLSearchParams(got[1]?.body).get('payload') ?? '');
    expect(payload.issue.title).toBe('Ü & =');
    expect(payload).not.toHaveProperty('installation');
  });
});
