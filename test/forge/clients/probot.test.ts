import pino from 'pino';
import { Probot, ProbotOctokit } from 'probot';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Loopback, REPO, startForge } from '../../fidelity/forge/loopback.ts';
import { expectNoFindings } from '../../fidelity/index.ts';

/** Probot keeps a second and more between its writes; only a subclass turns that off. */
class Unthrottled extends ProbotOctokit {
  constructor(options: ConstructorParameters<typeof ProbotOctokit>[0]) {
    super({ ...options, throttle: { ...options?.throttle, enabled: false }, retry: { enabled: false } });
  }
}

let github: Loopback;
let probot: Probot;

beforeAll(async () => {
  github = await startForge('serve');
  probot = new Probot({
    appId: github.appId,
    privateKey: github.privateKey,
    secret: github.webhookSecret,
    baseUrl: `${github.url}/api/v3`,
    Octokit: Unthrottled,
    log: pino({ level: 'silent' }),
  });
  await probot.load((app) => {
    app.on('issues.labeled', async (context) => {
      if (context.payload.label?.name !== 'patchwork:draft') return;
      const config = await context.config<{ level: string }>('patchwork.yml', { level: 'draft' });
      const body = `${context.payload.sender.login} asked for a draft at level ${config?.level}.`;
      await context.octokit.rest.issues.createComment(context.issue({ body }));
    });
  });
  github.onDelivery(async (request) => {
    await probot.webhooks.verifyAndReceive({
      id: request.headers.get('x-github-delivery') ?? '',
      name: request.headers.get('x-github-event') ?? '',
      signature: request.headers.get('x-hub-signature-256') ?? '',
      payload: await request.text(),
    });
    return new Response(null, { status: 200 });
  });
});
afterAll(() => github.close());
afterEach(async () => {
  await github.settled();
  expectNoFindings(github.watch);
});

async function labeledIssue(title: string): Promise<string[]> {
  const writer = github.as('writer');
  const { data: issue } = await writer.rest.issues.create({ ...REPO, title });
  const one = { ...REPO, issue_number: issue.number };
  await writer.rest.issues.addLabels({ ...one, labels: ['patchwork:draft'] });
  await github.settled();
  const { data: comments } = await writer.rest.issues.listComments(one);
  return comments.map((comment) => `${comment.user?.login}: ${comment.body}`);
}

it('receives a label, asks for the configuration and answers as the App', async () => {
  const bot = `${github.appSlug}[bot]`;
  expect(await labeledIssue('Without a file')).toEqual([`${bot}: writer asked for a draft at level draft.`]);
  await github.as('writer').rest.repos.createOrUpdateFileContents({
    ...REPO,
    path: '.github/patchwork.yml',
    message: 'Configure',
    content: Buffer.from('level: suggest\n').toString('base64'),
  });
  expect(await labeledIssue('With a file')).toEqual([`${bot}: writer asked for a draft at level suggest.`]);
});
