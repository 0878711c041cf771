import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleAction } from '../../scripts/build-action.ts';
import { listen } from '../../src/cli/listen.ts';
import { type Model, modelFromEnvironment } from '../../src/model/index.ts';
import { type AppMode, startAppMode } from '../support/app-mode.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { type StepOptions, startWorkflows, type WorkflowEvent, type Workflows } from '../support/workflow.ts';
import { answers, FILES, GOOD, SERVER_INPUT } from './server.ts';

const WORKFLOW = { '.github/workflows/patchwork.yml': 'name: patchwork\n' };

let dir: string;
let bundle: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'patchwork-bundle-'));
  bundle = join(dir, 'index.mjs');
  await bundleAction(bundle);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('the bundle is one file below 3 MB', async () => {
  expect((await stat(bundle)).size).toBeLessThan(3_000_000);
});

describe('packed into it', () => {
  let newSyntaxErrors: typeof import('../../src/draft/syntax.ts').newSyntaxErrors;
  beforeAll(async () => {
    const file = join(dir, 'syntax.mjs');
    await bundleAction(file, { entry: 'src/draft/syntax.ts' });
    ({ newSyntaxErrors } = await import(file));
  });

  it.each([
    ['a.py', 'def a(x: int) -> int:\n    return x\n', 'def a(:\n    return 1\n'],
    ['a.ts', 'export const a = <T>(x: T): T => x;\n', 'export function a( {\n'],
    ['a.tsx', 'export const a = (x: string) => <b title={x}>{x}</b>;\n', 'export const a = () => <b>{</b>;\n'],
    ['a.js', 'export const a = (x) => x ?? 1;\n', 'export const a = ;\n'],
    ['a.jsx', 'export const a = (x) => <b>{x}</b>;\n', 'export const a = <b>{</b>;\n'],
    ['a.go', 'package a\n\nfunc A[T any](x T) T { return x }\n', 'package a\nfunc a( {\n'],
    ['a.rs', 'pub fn a<T>(x: T) -> T { x }\n', 'fn a( -> {\n'],
  ])('is what tells in %s code from what is none', async (path, good, bad) => {
    const change = (after: string) => [{ path, mode: '100644', before: undefined, after }];
    expect(await newSyntaxErrors(change(good))).toEqual([]);
    expect(await newSyntaxErrors(change(bad))).toEqual([{ path, line: expect.any(Number) }]);
  });
});

/** The commands that a runner would carry out, read as it reads them: anywhere in a line, unless they are stopped. */
function commandsIn(log: string): { name: string; properties: string; data: string }[] {
  const found: { name: string; properties: string; data: string }[] = [];
  let stopped: string | undefined;
  for (const line of log.split('\n')) {
    const [, name = '', properties = '', data = ''] =
      /^\s*::([\w-]+)(?: ([^:]*))?::(.*)$/.exec(line) ?? /##\[([\w-]+)(?: ([^\]]*))?\](.*)$/.exec(line) ?? [];
    if (stopped !== undefined) {
      if (name === stopped) stopped = undefined;
    } else if (name === 'stop-commands') stopped = data;
    else if (name) found.push({ name, properties, data });
  }
  return found;
}

/** Somebody who is told of events. */
async function startHook() {
  const told: { type: string; data: { pull: { number: number } } }[] = [];
  const hook = await listen('127.0.0.1', 0, async (request) => {
    told.push((await request.json()) as (typeof told)[number]);
    return new Response(null, { status: 204 });
  });
  return { ...hook, told };
}

describe('the Action, run as GitHub runs it', () => {
  let product: AppMode;
  let hook: Awaited<ReturnType<typeof startHook>>;
  let workflows: Workflows;
  let model: ModelServer;
  let answer = answers() as (prompt: string) => string | Promise<string>;

  beforeAll(async () => {
    hook = await startHook();
    product = await startAppMode({
      files: { ...FILES, ...WORKFLOW },
      env: { PATCHWORK_NOTIFY: `ops=${hook.url}`, PATCHWORK_NOTIFY_PRIVATE: '127.0.0.0/8' },
    });
    model = await startModelServer((prompt) => answer(prompt));
    workflows = await startWorkflows(product.forge, { ...product, bundle });
  });
  beforeEach(() => {
    answer = answers();
  });
  afterAll(async () => {
    await workflows.close();
    await model.close();
    await product.stop();
    await hook.stop();
  });

  let gaps = 0;
  /** Each of its own words, so that none folds into another. */
  const gap = (fields: object = {}) => {
    gaps += 1;
    const thing = ['invoice', 'region', 'tenant', 'cluster', 'currency', 'owner', 'budget', 'forecast', 'tag'][
      gaps % 9
    ];
    return product.gap({
      what_i_needed: `${thing} costs: get_costs cannot be asked for the ${thing} ${gaps}.`,
      what_i_tried: `Looked for a ${thing} among all rows, number ${gaps}.`,
      suggestion: `A parameter ${thing}_${gaps}.`,
      server_name: `costs-${gaps}`,
      ...fields,
    });
  };
  const inputs = (more: Record<string, string> = {}) => ({
    secret: product.secret,
    provider: 'compatible',
    model: 'test-model',
    'api-key': 'sk-a-model-key',
    'base-url': model.env.OPENAI_BASE_URL ?? '',
    server: SERVER_INPUT,
    ...more,
  });
  const heard = (what: string, is: (event: WorkflowEvent) => boolean) =>
    product.until(what, async () => workflows.events.find(is));
  const labeled = async (issue: number, person = 'writer'): Promise<WorkflowEvent> => {
    await product.as(person, 'POST', `/issues/${issue}/labels`, { labels: ['patchwork:draft'] });
    return heard('the label’s event', ({ name, payload }) => {
      const { action, label, issue: about } = payload;
      return name === 'issues' && action === 'labeled' && label.name === 'patchwork:draft' && about.number === issue;
    });
  };
  const run = (event: WorkflowEvent, options: StepOptions = {}) =>
    workflows.step(event, { ...options, inputs: inputs(options.inputs) });
  const pullsOf = async (issue: number) =>
    (await product.as('owner', 'GET', '/pulls?state=all&per_page=100')).filter((pull: { head: { ref: string } }) =>
      pull.head.ref.startsWith(`patchwork/${issue}-`),
    );
  const comments = async (issue: number) =>
    (await product.as('owner', 'GET', `/issues/${issue}/comments`)) as { user: { login: string }; body: string }[];
  const labels = async (issue: number) =>
    (await product.as('owner', 'GET', `/issues/${issue}`)).labels.map(({ name }: { name: string }) => name) as string[];

  it('turns a label into a verified draft, says so, and drafts again when it is run again', async () => {
    const issue = await gap();
    const event = await labeled(issue);
    const step = await run(event);
    expect(step.log).toContain('::notice title=Draft%3A verified (replayed)::');
    expect(step).toMatchObject({ code: 0, outputs: { outcome: 'verified', reason: 'replayed' } });
    const [pull] = await pullsOf(issue);
    const { number, html_url: url, head } = pull;
    expect(step.outputs).toMatchObject({
      'pull-request-number': String(number),
      'pull-request-url': url,
      branch: head.ref,
    });
    expect(pull).toMatchObject({ draft: true, user: { login: 'github-actions[bot]' } });
    expect(step.summary).toContain('**verified** (replayed)');
    expect(step.summary).toMatch(/\| get_costs takes run_id \| red: .* \| green: .* \|/);
    expect((await comments(issue)).map(({ user }) => user.login)).toEqual(['github-actions[bot]']);

    // The App heard the same label, and left it alone: the status comment is the workflow's.
    expect((await run(event)).outputs.outcome).toBe('verified');
    expect(await pullsOf(issue)).toHaveLength(1);

    // An answer that does not parse is told so before anything of it runs.
    const broken = { ...GOOD, edits: [{ kind: 'write' as const, path: 'extra.mjs', content: 'export const = ;\n' }] };
    answer = (prompt) => answers(prompt.includes('Your earlier answer was') ? GOOD : broken)(prompt);
    const again = await run(event, { env: { GITHUB_RUN_ATTEMPT: '2', GITHUB_TRIGGERING_ACTOR: 'writer' } });
    expect(again.outputs.outcome).toBe('verified');
    expect(again.outputs['pull-request-number']).not.toBe(step.outputs['pull-request-number']);
    expect(model.prompts.some((prompt) => /cannot be taken: .*cannot be parsed/.test(prompt))).toBe(true);
    const stranger = await run(event, { env: { GITHUB_RUN_ATTEMPT: '3', GITHUB_TRIGGERING_ACTOR: 'triager' } });
    expect(stranger.outputs).toMatchObject({ outcome: 'declined', reason: 'not_allowed' });
    expect(await pullsOf(issue)).toHaveLength(2);

    // Whoever wants to hear of drafts hears of the Action's, each once, though label and run are told again.
    const told = await product.until('notices', async () => {
      const drafts = hook.told.filter(({ type }) => type.startsWith('draft.'));
      return drafts.length >= 2 && drafts;
    });
    expect(told.map(({ type, data }) => [type, data.pull.number])).toEqual([
      ['draft.verified', Number(step.outputs['pull-request-number'])],
      ['draft.verified', Number(again.outputs['pull-request-number'])],
    ]);
  });

  it('ends safely where it must not draft', async () => {
    const wrongActor = await gap();
    const step = await run(await labeled(wrongActor, 'triager'));
    expect(step).toMatchObject({ code: 0, outputs: { outcome: 'declined', reason: 'not_allowed' } });
    expect(await labels(wrongActor)).not.toContain('patchwork:draft');

    const locked = await gap();
    const event = await labeled(locked);
    await product.as('owner', 'PUT', `/issues/${locked}/lock`, {});
    expect((await run(event)).outputs).toMatchObject({ outcome: 'declined', reason: 'issue_locked' });

    const untrusted = await gap();
    const asked = await labeled(untrusted);
    const missing = await run(asked, { inputs: { secret: '' } });
    expect(missing).toMatchObject({ code: 1, outputs: { outcome: 'failed', reason: 'secret_missing' } });
    expect(missing.log).toContain('secrets.PATCHWORK_SECRET');
    const wrong = await run(asked, { inputs: { secret: 'another secret of enough length' } });
    expect(wrong).toMatchObject({ code: 1, outputs: { outcome: 'failed', reason: 'not_trusted' } });
    const invalid = await run(asked, { inputs: { server: 'node "a b.mjs"' } });
    expect(invalid).toMatchObject({ code: 1, outputs: { outcome: 'failed', reason: 'input_invalid' } });

    const { repository, sender } = asked.payload;
    const fork = { ...repository, full_name: 'stranger/cost-server', fork: true };
    const head = { repo: fork, ref: 'main' };
    for (const name of ['pull_request', 'pull_request_target']) {
      const pull = {
        name,
        payload: { action: 'labeled', label: { name: 'patchwork:draft' }, pull_request: { head }, repository, sender },
      };
      expect(await run(pull)).toMatchObject({ code: 0, outputs: { outcome: 'ignored', reason: 'not_asked' } });
    }
    const foreign = { name: 'issues', payload: { ...asked.payload, repository: fork } };
    expect(await run(foreign)).toMatchObject({ code: 0, outputs: { outcome: 'ignored', reason: 'not_asked' } });
    const { number } = await product.as('stranger', 'POST', '/issues', { title: 'no gap', body: 'x' });
    const plain = { name: 'workflow_dispatch', payload: { inputs: { issue: String(number) }, repository, sender } };
    expect((await run(plain)).outputs).toMatchObject({ outcome: 'ignored', reason: 'not_a_gap' });

    expect(await comments(untrusted)).toEqual([]);
    expect(await labels(untrusted)).toContain('patchwork:draft');
    for (const issue of [wrongActor, locked, untrusted]) expect(await pullsOf(issue)).toEqual([]);
    expect(model.asked).toBeLessThan(10);
  });

  it('gives no command of anybody else’s words to the runner, and no secret to anybody', async () => {
    const evil =
      'x\n::add-mask::x\n::set-output name=outcome::owned\n  ::error::owned\n::stop-commands::owned\n##[error]owned';
    const issue = await gap({ what_i_needed: `A filter by run.${evil}`, suggestion: evil });
    const title = await product.as('owner', 'PATCH', `/issues/${issue}`, {
      title: `gap ::error::owned ##[error]owned`,
    });
    expect(title.number).toBe(issue);
    answer = answers({ ...GOOD, title: evil, summary: evil, body: evil, confidence_reason: evil });
    const step = await run(await labeled(issue));
    expect(step.outputs.outcome).toBe('verified');
    expect(Object.keys(step.outputs).sort()).toEqual([
      ...['branch', 'outcome', 'pull-request-number', 'pull-request-url', 'reason'],
    ]);
    const commands = commandsIn(step.log);
    expect(JSON.stringify(commands.filter(({ name }) => name !== 'add-mask'))).not.toContain('owned');
    expect([...new Set(commands.map(({ name }) => name))].sort()).toEqual(['add-mask', 'endgroup', 'group', 'notice']);

    const secrets = [product.secret, workflows.token, 'sk-a-model-key'];
    const masked = commands.filter(({ name }) => name === 'add-mask').map(({ data }) => data);
    expect(masked).toEqual(expect.arrayContaining(secrets));
    const said = step.log.replace(/^::add-mask::.*$/gm, '') + step.summary + JSON.stringify([step.outputs, step.state]);
    const public_ = said + JSON.stringify([await comments(issue), await pullsOf(issue)]);
    // The tool's description shows the model what the server under test could see.
    const prompts = model.prompts.join('\n');
    expect(prompts).toContain('The costs of all runs. {');
    for (const secret of [...secrets, 'runtime-token-of-the-job']) {
      expect(public_).not.toContain(secret);
      expect(prompts).not.toContain(secret);
    }
    expect(prompts).not.toMatch(/INPUT_|GITHUB_(?!.*patchwork)|ACTIONS_RUNTIME/);
  });

  it('tells the issue when it is stopped', async () => {
    const issue = await gap();
    const event = await labeled(issue);
    let stop = () => {};
    answer = () => {
      stop();
      return new Promise(() => {});
    };
    const killed = await run(event, {
      watch: (_log, kill) => {
        stop = () => kill('SIGKILL');
      },
    });
    expect(killed.state).toMatchObject({ begun: 'yes', issue: String(issue) });
    expect(await labels(issue)).toContain('patchwork:drafting');
    const post = await run(event, { state: killed.state, env: { GITHUB_RUN_ID: killed.run } });
    expect(post.code).toBe(0);
    expect(await labels(issue)).toContain('patchwork:draft-failed');
    expect(await labels(issue)).not.toContain('patchwork:drafting');
    expect((await comments(issue)).at(-1)?.body).toContain('cancelled or stopped');
    expect((await run(event, { state: { ...killed.state, ended: 'yes' } })).log).not.toContain('Told issue');
  });

  it('drafts what the App hands over and what the form asks for', async () => {
    const issue = await gap();
    const reply = await fetch(`${product.server.url}/api/feedback/${issue}/draft-pr`, { method: 'POST' });
    void reply.body?.cancel();
    const event = await heard('the dispatch', ({ name }) => name === 'repository_dispatch');
    expect(event.payload).toMatchObject({ action: 'patchwork-draft', sender: { login: 'patchwork[bot]' } });
    expect((await run(event)).outputs.outcome).toBe('verified');
    expect(await pullsOf(issue)).toHaveLength(1);
    expect((await comments(issue)).map(({ user }) => user.login)).toEqual(['github-actions[bot]']);

    // Whoever else sends one asks in their own name.
    const { repository } = event.payload;
    const other = await gap();
    const client_payload = { ...event.payload.client_payload, issue: other, request: 'another' };
    const forged = { ...event.payload, client_payload, sender: { login: 'triager', type: 'User' } };
    expect((await run({ name: 'repository_dispatch', payload: forged })).outputs).toMatchObject({
      reason: 'not_allowed',
    });

    const form = {
      inputs: { issue: String(other), guidance: 'Call it run.' },
      repository,
      sender: { login: 'writer' },
    };
    expect((await run({ name: 'workflow_dispatch', payload: form })).outputs.outcome).toBe('verified');
    expect(model.prompts.at(-1)).toContain('Call it run.');
  });
});

describe('the App and the Action at once', () => {
  it('make one pull request and one status comment', async () => {
    const model = await startModelServer(answers());
    const product = await startAppMode({ files: FILES, model: modelFromEnvironment(model.env) as Model });
    const workflows = await startWorkflows(product.forge, { ...product, bundle });
    try {
      const issue = await product.gap();
      await product.as('writer', 'POST', `/issues/${issue}/labels`, { labels: ['patchwork:draft'] });
      const event = await product.until('the label’s event', async () =>
        workflows.events.find(({ payload }) => payload.label?.name === 'patchwork:draft'),
      );
      const inputs = {
        ...{ secret: product.secret, provider: 'compatible', model: 'test-model', server: SERVER_INPUT },
        'base-url': model.env.OPENAI_BASE_URL ?? '',
      };
      await Promise.all([workflows.step(event, { inputs }), workflows.step(event, { inputs })]);
      const ended = async () => {
        const { labels } = await product.as('owner', 'GET', `/issues/${issue}`);
        return labels.some(({ name }: { name: string }) => name === 'patchwork:drafted');
      };
      await product.until('the end', ended);
      expect(await product.as('owner', 'GET', '/pulls?state=all')).toHaveLength(1);
      expect(await product.as('owner', 'GET', `/issues/${issue}/comments`)).toHaveLength(1);
    } finally {
      await workflows.close();
      await model.close();
      await product.stop();
    }
  });
});

it('is ready within half a second of processor time', async () => {
  const event = join(dir, 'event.json');
  await writeFile(event, JSON.stringify({ repository: { full_name: 'o/r' }, sender: { login: 'a' } }));
  const of = { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '1', GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: event };
  const seconds: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    const { stdout } = await promisify(execFile)(
      'sh',
      ['-c', '"$0" "$1" >/dev/null; times', process.execPath, bundle],
      {
        env: { PATH: process.env.PATH, ...of },
      },
    );
    const [user = 0, system = 0] = [...(stdout.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
      ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
    );
    seconds.push(user + system);
  }
  expect(Math.min(...seconds)).toBeGreaterThan(0);
  expect(Math.min(...seconds)).toBeLessThan(0.5);
});
