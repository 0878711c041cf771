import { setTimeout as sleep } from 'node:timers/promises';
import { type Environment, readEnvironment } from '../config/index.ts';
import { draftGap } from '../draft/index.ts';
import { DRAFT_LABEL, type DraftRun } from '../issues/index.ts';
import { modelFromEnvironment } from '../model/index.ts';
import { newId, PatchworkError } from '../report/index.ts';
import { gapsOnGitHub } from './direct.ts';
import { readOptions } from './options.ts';
import { readVariables, type Variables } from './settings.ts';

const HELP = `patchworkmcp draft <issue>

Drafts a pull request for a gap, as the label ${DRAFT_LABEL} does: a new branch and a new pull request each time.
In local mode the server has to run (npm start); with GitHub, the environment is that of serve.`;

export async function draft(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, { help: { type: 'boolean' } }, 1);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const issue = Number(positionals[0]);
  if (!Number.isInteger(issue) || issue < 1) {
    throw new PatchworkError('bad_argument', 'The number of an issue is needed.', {
      next: 'Like this: patchworkmcp draft 12',
    });
  }
  const variables = await readVariables(process.env);
  const environment = readEnvironment(variables);
  const run = await (environment.github.mode === 'local'
    ? throughServer(environment, issue)
    : direct(environment, variables, issue));
  if (!run) throw new PatchworkError('not_a_gap', `Issue #${issue} is not a gap of ours.`);
  const reason = run.reason ? ` (${run.reason})` : '';
  console.log([`${run.outcome}${reason}: ${run.summary ?? ''}`, ...(run.pull ? [run.pull.url] : [])].join('\n'));
  return run.pull || run.reason === 'no_model' ? 0 : 1;
}

async function direct(environment: Environment, variables: Variables, issue: number): Promise<DraftRun | undefined> {
  const gaps = await gapsOnGitHub(environment);
  if (!gaps) return undefined;
  return draftGap(
    { issue, request: `cli ${newId()}`, by: 'cli', actor: 'operator', at: new Date().toISOString() },
    {
      gaps,
      model: modelFromEnvironment(variables),
      ground: undefined,
      runner: `cli ${process.pid}`,
      hold: async () => {},
      onStep: (text) => console.error(`· ${text}`),
      recall: async () => undefined,
      remember: async () => {},
    },
  );
}

/** The local GitHub lives in the running server: the owner applies the label there, and we watch what comes of it. */
async function throughServer(environment: Environment, issue: number): Promise<DraftRun | undefined> {
  const base = `http://localhost:${environment.port}`;
  const [apiKey] = environment.apiKeys;
  const key = apiKey ? { authorization: `Bearer ${apiKey}` } : undefined;
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    try {
      return await fetch(`${base}${path}`, init);
    } catch {
      throw new PatchworkError('no_server', `No server answers at ${base}.`, {
        next: 'Start it with npm start, or set PORT.',
      });
    }
  };
  const runs = async (): Promise<DraftRun[] | undefined> => {
    const reply = await ask(`/api/feedback/${issue}`, key ? { headers: key } : {});
    return reply.ok ? ((await reply.json()) as { drafts: DraftRun[] }).drafts : undefined;
  };

  const { github } = (await (await ask('/healthz')).json()) as { github: { repository: string } };
  const before = await runs();
  if (!before) return undefined;
  const labels = `/api/v3/repos/${github.repository}/issues/${issue}/labels`;
  const owner = { authorization: 'token owner', 'content-type': 'application/json' };
  await ask(`${labels}/${encodeURIComponent(DRAFT_LABEL)}`, { method: 'DELETE', headers: owner });
  await ask(labels, { method: 'POST', headers: owner, body: JSON.stringify({ labels: [DRAFT_LABEL] }) });
  for (;;) {
    const run = (await runs())?.find((candidate) => !before.some((known) => known.request === candidate.request));
    if (run?.outcome) return run;
    await sleep(300);
  }
}
