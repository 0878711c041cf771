import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAppAuth } from '@octokit/auth-app';
import { request } from '@octokit/request';
import { parse } from 'yaml';
import type { Forge } from '../../src/forge/index.ts';

/** What GitHub gives a workflow that asks for what `patchworkmcp init` asks for. */
const PERMISSIONS = { contents: 'write', issues: 'write', pull_requests: 'write', checks: 'write' } as const;

/** A workflow's GITHUB_TOKEN: it acts as the App that GitHub calls github-actions, installed everywhere. */
export async function workflowToken(
  { server: { forge }, url }: { server: { forge: Forge | undefined }; url: string },
  webhookUrl = '',
): Promise<string> {
  if (!forge) throw new Error('it needs the local forge');
  const app = await forge.registerApp({
    slug: 'github-actions',
    name: 'GitHub Actions',
    permissions: PERMISSIONS,
    events: ['issues', 'repository_dispatch'],
    webhookUrl,
    webhookSecret: 'none',
  });
  const installationId = await forge.installApp(app.slug, 'owner');
  const auth = createAppAuth({
    appId: app.id,
    privateKey: app.privateKey,
    request: request.defaults({ baseUrl: `${url}/api/v3` }),
  });
  return (await auth({ type: 'installation', installationId })).token;
}

export interface WorkflowEvent {
  name: string;
  payload: any;
}

export interface StepResult {
  /** Exit status. */
  code: number;
  log: string;
  outputs: Record<string, string>;
  state: Record<string, string>;
  summary: string;
  /** GITHUB_RUN_ID. */
  run: string;
}

export interface StepOptions {
  inputs?: Record<string, string>;
  env?: Record<string, string>;
  /** What the step before kept: runs the post step. */
  state?: Record<string, string>;
  /** Called with what it has logged so far. */
  watch?(log: string, stop: (signal: NodeJS.Signals) => void): void;
}

/** Stands for GitHub's runner: hears of events, and runs the bundle of the Action as a step. */
export interface Workflows {
  token: string;
  /** A clone of the repository, as actions/checkout makes it. */
  workspace: string;
  events: WorkflowEvent[];
  step(event: WorkflowEvent, options?: StepOptions): Promise<StepResult>;
  close(): Promise<void>;
}

const { inputs: DECLARED } = parse(await readFile(new URL('../../action/action.yml', import.meta.url), 'utf8')) as {
  inputs: Record<string, { default?: string }>;
};

export async function startWorkflows(
  forge: Forge,
  options: { url: string; repository: string; bundle: string },
): Promise<Workflows> {
  const { url, repository, bundle } = options;
  const dir = await mkdtemp(join(tmpdir(), 'patchwork-runner-'));
  const events: WorkflowEvent[] = [];
  const receiver = createServer(async (incoming, answer) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    events.push({ name: String(incoming.headers['x-github-event']), payload: JSON.parse(body) });
    answer.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as { port: number };
  const token = await workflowToken({ server: { forge }, url }, `http://127.0.0.1:${port}/`);
  const workspace = join(dir, 'workspace');
  await promisify(execFile)('git', ['clone', '-q', '--depth', '1', `${url}/${repository}.git`, workspace]);
  let runs = 0;

  return {
    token,
    workspace,
    events,
    async step(event, { inputs = {}, env = {}, state = {}, watch } = {}) {
      runs += 1;
      const id = String(1000 + runs);
      const file = (name: string) => join(dir, `${runs}-${name}`);
      await writeFile(file('event'), JSON.stringify(event.payload));
      for (const name of ['output', 'state', 'summary']) await writeFile(file(name), '');
      const given = Object.entries(DECLARED).map(([name, { default: preset = '' }]) => {
        const value = inputs[name] ?? preset.replace(/\$\{\{ github\.token \}\}/, token);
        return [`INPUT_${name.toUpperCase()}`, value] as const;
      });
      for (const name of Object.keys(inputs)) if (!DECLARED[name]) throw new Error(`action.yml has no input ${name}`);
      const child = spawn(process.execPath, [bundle], {
        cwd: workspace,
        env: {
          PATH: process.env.PATH,
          HOME: dir,
          ...Object.fromEntries(given),
          ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
          ...{ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: workspace, GITHUB_REPOSITORY: repository },
          ...{ GITHUB_API_URL: `${url}/api/v3`, GITHUB_SERVER_URL: url, GITHUB_EVENT_NAME: event.name },
          ...{ GITHUB_EVENT_PATH: file('event'), GITHUB_OUTPUT: file('output'), GITHUB_STATE: file('state') },
          ...{ GITHUB_STEP_SUMMARY: file('summary'), GITHUB_RUN_ID: id, GITHUB_RUN_ATTEMPT: '1' },
          ...{ GITHUB_ACTOR: event.payload.sender?.login ?? '', ACTIONS_RUNTIME_TOKEN: 'runtime-token-of-the-job' },
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let log = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          log += chunk;
          watch?.(log, (signal) => child.kill(signal));
        });
      }
      const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
      const pairs = async (name: string) => readPairs(await readFile(file(name), 'utf8'));
      const summary = await readFile(file('summary'), 'utf8');
      return {
        code,
        log,
        summary,
        run: env.GITHUB_RUN_ID ?? id,
        outputs: await pairs('output'),
        state: await pairs('state'),
      };
    },
    async close() {
      await new Promise((resolve) => receiver.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** GITHUB_OUTPUT and GITHUB_STATE, as the runner reads them. */
function readPairs(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    const [, name, end] = /^(.+?)<<(.+)$/.exec(lines[i] ?? '') ?? [];
    if (!name) continue;
    const from = i + 1;
    i = lines.indexOf(end as string, from);
    pairs[name] = lines.slice(from, i).join('\n');
  }
  return pairs;
}
