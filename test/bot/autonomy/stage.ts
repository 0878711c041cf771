/** A GitHub with one repository, our App in it, and gaps whose drafts are verified: what the policies work on, without a server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { connectApp, type TendWork, tend } from '../../../src/bot/index.ts';
import { renderBranch } from '../../../src/draft/index.ts';
import { openForge } from '../../../src/forge/index.ts';
import {
  createGap,
  createGapIndex,
  type DraftRun,
  type Gap,
  type GapEvent,
  openRepository,
  renderDraftStatus,
  signed,
  writeComment,
} from '../../../src/issues/index.ts';
import { openOutbox } from '../../../src/outbox/index.ts';
import { commitChanges, openPull } from '../../../src/repo/index.ts';
import { probePath } from '../../../src/surface/index.ts';
import { expectNoFindings, watchGitHub } from '../../fidelity/index.ts';
import { reportOf } from '../../triage/reports.ts';

export const OWNER = { owner: 'owner', name: 'server' };
const URL_ = 'http://localhost:1';

export const MERGES = `level: auto-merge
auto_merge:
  paths: ['src/**', 'test/**']
  approvals: 0
  wait_minutes: 0
  per_day: 10
`;

export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(config = MERGES) {
  const dir = await mkdtemp(join(tmpdir(), 'stage-'));
  const watch = await watchGitHub();
  const heard = async () => new Response(null, { status: 202 });
  const forge = await openForge({ dir: join(dir, 'github'), url: URL_, fetch: heard });
  await forge.createRepository({
    owner: 'owner',
    name: 'server',
    files: { '.github/patchwork.yml': config, 'src/index.ts': 'export {};\n', 'README.md': '# Server\n' },
  });
  const app = await forge.registerApp({
    slug: 'patchwork',
    name: 'PatchworkMCP',
    permissions: { issues: 'write', pull_requests: 'write', contents: 'write', checks: 'write', statuses: 'read' },
    events: [],
    webhookUrl: `${URL_}/hook`,
    webhookSecret: 'not used here',
  });
  await forge.installApp('patchwork', 'owner');

  /** Told of every request of ours before GitHub sees it. */
  let before: (request: Request) => Promise<void> = async () => {};
  const serve = watch.serve((request) => forge.fetch(request));
  const github = await connectApp({
    api: `${URL_}/api/v3`,
    appId: app.id,
    privateKey: app.privateKey,
    webhookSecret: app.webhookSecret,
    log: pino({ level: 'silent' }),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      await before(request.clone());
      return serve(request);
    },
  });
  const octokit = await github.octokit(OWNER);
  const repository = await openRepository({
    ...OWNER,
    login: github.login,
    octokit,
    keys: ['a secret for this stage'],
  });
  const gaps = { repository, index: createGapIndex(repository, 0) };
  const outbox = await openOutbox({ file: join(dir, 'outbox.db') });
  const told: GapEvent[] = [];
  const clock = { minutes: 0 };
  const work: TendWork = {
    gaps,
    outbox,
    ground: undefined,
    inAction: false,
    able: true,
    hold: async () => {},
    notify: async (event) => {
      told.push(event);
    },
    now: () => new Date(Date.now() + clock.minutes * 60_000),
    log: () => {},
  };

  const as = async (person: string, method: string, path: string, body?: unknown) => {
    const { status, json } = await forge.api(person, method, `/repos/owner/server${path}`, body);
    if (status >= 400) throw new Error(`${method} ${path} as ${person}: ${status} ${JSON.stringify(json)}`);
    return json;
  };
  const put = async (path: string, text: string | undefined) => {
    const now = await forge.api('owner', 'GET', `/repos/owner/server/contents/${path}`);
    const sha = now.status === 200 ? { sha: now.json.sha } : {};
    const change = { message: `Change ${path}`, ...sha };
    if (text === undefined) await as('owner', 'DELETE', `/contents/${path}`, change);
    else await as('owner', 'PUT', `/contents/${path}`, { ...change, content: Buffer.from(text).toString('base64') });
  };
  await as('owner', 'PUT', '/branches/main/protection', {
    required_status_checks: { strict: false, contexts: ['ci'] },
    enforce_admins: null,
    required_pull_request_reviews: null,
    restrictions: null,
  });

  let count = 0;
  const gapWith = async (
    reports: Parameters<typeof reportOf>[0][] = [{ what_i_needed: 'Something.' }],
  ): Promise<Gap> => {
    count += 1;
    const [first] = reports.map((fields) => reportOf({ session_id: `s${count}`, ...fields }));
    return createGap(gaps, first as ReturnType<typeof reportOf>, 'It is the first.');
  };

  return {
    forge,
    gaps,
    outbox,
    work,
    told,
    clock,
    as,
    put,
    gapWith,
    before(next: typeof before) {
      before = next;
    },
    tend: () => tend(work),
    /** A gap with a draft that was verified, as the pipeline leaves it. */
    async drafted(change: { files?: Record<string, string>; run?: Partial<DraftRun>; checked?: boolean } = {}) {
      const gap = await gapWith([{ what_i_needed: `Thing ${count} that list_things does not give.` }]);
      const { number } = gap;
      const request = `test ${number}`;
      const { object } = await as('owner', 'GET', '/git/ref/heads/main');
      const branch = renderBranch(number, gap.title, request);
      const files = change.files ?? {
        [`src/thing-${number}.ts`]: `export const thing = ${number};\n`,
        [`test/thing-${number}.test.ts`]: `test(${number});\n`,
        [probePath(number)]: '{}\n',
      };
      const head = await commitChanges(octokit, OWNER, {
        branch,
        base: object.sha,
        headline: `Thing ${number}`,
        body: `For #${number}.`,
        changes: Object.entries(files).map(([path, after]) => ({ path, mode: '100644', before: undefined, after })),
      });
      const pull = await openPull(octokit, OWNER, {
        branch,
        base: 'main',
        title: `Thing ${number}`,
        body: `Closes #${number}.`,
      });
      const run: DraftRun = {
        request,
        actor: 'writer',
        by: 'label',
        startedAt: new Date().toISOString(),
        outcome: 'verified',
        reason: 'replayed',
        summary: 'It was replayed.',
        branch,
        pull: { number: pull.number, url: pull.url },
        proof: { head, stops: [], confidence: 0.95 },
        ...change.run,
      };
      const body = renderDraftStatus({ gap: gap.id, runs: [run] }, [], '', signed(repository));
      gaps.index.putComment(await writeComment(repository, number, undefined, body));
      if (change.checked ?? true) await as('writer', 'POST', `/statuses/${head}`, { state: 'success', context: 'ci' });
      return {
        number,
        pull: pull.number,
        head,
        branch,
        /** How the pull request, the record of its merge and the default branch stand now. */
        async now() {
          await gaps.index.refresh();
          const found = await as('owner', 'GET', `/pulls/${pull.number}`);
          const status = gaps.index.byNumber(number)?.status;
          const comments = await as('owner', 'GET', `/issues/${number}/comments`);
          return {
            merged: found.merged as boolean,
            draft: found.draft as boolean,
            record: status?.runs.at(-1)?.merge,
            comments: comments.map((one: { body: string }) => one.body) as string[],
            issue: await as('owner', 'GET', `/issues/${number}`),
          };
        },
      };
    },
    async close() {
      await outbox.close();
      await forge.close();
      await rm(dir, { recursive: true, force: true });
      expectNoFindings(watch);
    },
  };
}
