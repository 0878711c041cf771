/** What was merged by policy is looked at in the repository's own Action, where the App runs no code; and undone where it is red. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleAction } from '../../scripts/build-action.ts';
import { parseDraftStatus } from '../../src/issues/draft-status.ts';
import type { MergeRecord } from '../../src/issues/index.ts';
import { type AppMode, startAppMode } from '../support/app-mode.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { startWorkflows, type WorkflowEvent, type Workflows } from '../support/workflow.ts';
import { answers, FILES, GOOD, SERVER_INPUT } from './server.ts';

const TIME = 180_000;
const MERGES = `
level: auto-merge
auto_merge:
  paths: ['server.mjs', 'test/**']
  max_lines: 1000
  approvals: 0
  wait_minutes: 0
`;

const TEST = { kind: 'write' as const, path: 'test/costs.test.mjs', content: '// What the filter does.\n' };

let dir: string;
let bundle: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'patchwork-after-'));
  bundle = join(dir, 'index.mjs');
  await bundleAction(bundle);
}, 60_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('after a merge by policy', () => {
  let product: AppMode;
  let workflows: Workflows;
  let model: ModelServer;

  async function start(): Promise<void> {
    model = await startModelServer(answers({ ...GOOD, edits: [...GOOD.edits, TEST] }));
    const files = {
      ...FILES,
      '.github/patchwork.yml': MERGES,
      '.github/workflows/patchwork.yml': 'name: patchwork\n',
    };
    product = await startAppMode({ files });
    workflows = await startWorkflows(product.forge, { ...product, bundle });
    await product.as('owner', 'PUT', '/branches/main/protection', {
      required_status_checks: { strict: false, contexts: ['ci'] },
      enforce_admins: null,
      required_pull_request_reviews: null,
      restrictions: null,
    });
  }
  async function stop(): Promise<void> {
    await workflows.close();
    await model.close();
    await product.stop();
  }

  const heard = (what: string, is: (event: WorkflowEvent) => boolean) =>
    product.until(what, async () => workflows.events.find(is));
  const run = (event: WorkflowEvent) =>
    workflows.step(event, {
      inputs: {
        secret: product.secret,
        provider: 'compatible',
        model: 'test-model',
        'api-key': 'sk-a-model-key',
        'base-url': model.env.OPENAI_BASE_URL ?? '',
        server: SERVER_INPUT,
      },
    });
  const green = async (pull: number) => {
    const { head } = await product.as('writer', 'GET', `/pulls/${pull}`);
    await product.as('writer', 'POST', `/statuses/${head.sha}`, { state: 'success', context: 'ci' });
  };
  const text = async (path: string) =>
    Buffer.from((await product.as('owner', 'GET', `/contents/${path}`)).content, 'base64').toString();
  const recordOf = async (issue: number): Promise<MergeRecord | undefined> => {
    const comments: { body: string }[] = await product.as('owner', 'GET', `/issues/${issue}/comments`);
    const { id } = await product.as('owner', 'GET', '');
    const signed = { keys: [product.secret], repositoryId: id };
    return comments
      .map(({ body }) => parseDraftStatus(body, signed))
      .find((one) => one)
      ?.runs.at(-1)?.merge;
  };
  const reaches = (issue: number, state: MergeRecord['state']) =>
    product.until(`the merge is ${state}`, async () => {
      const record = await recordOf(issue);
      return record?.state === state && record;
    });

  /** The App merges a draft of the Action, and asks it to look. */
  async function merged(meanwhile: () => Promise<void> = async () => {}) {
    const issue = await product.gap();
    await product.as('owner', 'POST', `/issues/${issue}/labels`, { labels: ['patchwork:draft'] });
    const drafted = await run(
      await heard('the label', ({ name, payload }) => name === 'issues' && payload.label?.name === 'patchwork:draft'),
    );
    expect(drafted.outputs.outcome, drafted.log).toBe('verified');
    const pull = Number(drafted.outputs['pull-request-number']);
    await meanwhile();
    await green(pull);
    await product.server.sweep();
    const asked = await heard('the App asks for a look', ({ name, payload }) => {
      return name === 'repository_dispatch' && payload.client_payload.look !== undefined;
    });
    await reaches(issue, 'merged');
    return { issue, pull, asked };
  }

  it('the default branch is looked at, once, and what is green stays', { timeout: TIME }, async () => {
    await start();
    const { issue, pull, asked } = await merged();
    const looked = await run(asked);
    expect(looked).toMatchObject({
      code: 0,
      outputs: { outcome: 'verified', reason: 'merge_kept', 'pull-request-number': String(pull) },
    });
    expect((await recordOf(issue))?.says).toContain('the gap is closed, and what was closed before still is');
    expect((await run(asked)).outputs).toMatchObject({ outcome: 'ignored', reason: 'not_wanted' });
    await stop();
  });

  it('a wrong merge is undone: a pull request reverts it, and the gap is open again', { timeout: TIME }, async () => {
    await start();
    const path = 'server.mjs';
    const { issue, asked } = await merged(async () => {
      const { sha } = await product.as('owner', 'GET', `/contents/${path}`);
      const content = Buffer.from((await text(path)).replace("run_id: 'r-1'", "run_id: 'r-9'")).toString('base64');
      await product.as('owner', 'PUT', `/contents/${path}`, { message: 'Rename a run', content, sha });
    });
    const wrong = await text(path);
    const looked = await run(asked);
    expect(looked).toMatchObject({ code: 1, outputs: { outcome: 'failed', reason: 'merge_undoing' } });
    const { revert, says } = (await recordOf(issue)) as MergeRecord;
    expect(says).toContain('the default branch is red since');
    expect((await product.as('owner', 'GET', `/issues/${issue}`)).state).toBe('open');
    // The App goes on from there.
    await green(revert?.number as number);
    await product.server.sweep();
    await reaches(issue, 'undone');
    const now = await text(path);
    expect(now).not.toBe(wrong);
    expect(now).toContain('r-9');
    expect(now).not.toContain('!run_id');
    await stop();
  });
});
