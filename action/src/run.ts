import { readFile } from 'node:fs/promises';
import { lookAfterMerge } from '../../src/bot/autonomy/merge.ts';
import { connectInstallation, connectToken } from '../../src/bot/client.ts';
import { draftGap, endInterrupted, type Ground, type Kept, mayWrite, type NoProof } from '../../src/draft/index.ts';
import { at, createGapIndex, GAP_LABEL, type Gaps, openedByUs, openRepository } from '../../src/issues/index.ts';
import { modelFromEnvironment } from '../../src/model/index.ts';
import { PatchworkError } from '../../src/report/index.ts';
import { detectIsolation, findTools } from '../../src/surface/index.ts';
import type { Runner } from './commands.ts';
import { type Execution, readEvent, readExecution } from './event.ts';
import { type Inputs, readInputs, secretsOf } from './inputs.ts';
import type { Ended } from './text.ts';

type Environment = Record<string, string | undefined>;

export interface Outcome {
  ended: Ended;
  issue?: { number: number; url: string };
  /** The draft as it was written, where it came so far. */
  kept?: Kept;
}

/** The step itself: from the event to what came of it. Throws a PatchworkError where it cannot begin. */
export async function draftStep(env: Environment, runner: Runner): Promise<Outcome> {
  for (const secret of secretsOf(env)) runner.mask(secret);
  const execution = readExecution(env);
  const payload = JSON.parse(await readFile(env.GITHUB_EVENT_PATH ?? '', 'utf8'));
  const asked = readEvent(env.GITHUB_EVENT_NAME ?? '', payload, execution, new Date().toISOString());
  if ('nothing' in asked) return { ended: { outcome: 'ignored', reason: 'not_asked', summary: asked.nothing } };

  const inputs = readInputs(env);
  if ('look' in asked) return lookStep(asked.look, execution, inputs, env, runner);
  const { handedOver } = asked;
  const gaps = await openGaps(execution, inputs, asked.request.issue);
  const isTheApps = handedOver && openedByUs(gaps.repository, payload.sender);
  const request = isTheApps ? { ...asked.request, ...handedOver } : asked.request;
  runner.keep('issue', String(request.issue));
  let kept: Kept | undefined;
  const run = await draftGap(request, {
    gaps,
    model: modelFromEnvironment(inputs.model),
    ground: await findGround(env, runner),
    checkout: env.GITHUB_WORKSPACE,
    settings: inputs.settings,
    runner: execution.runner,
    onStep: (text) => runner.say(`· ${text}`),
    hold: async () => {},
    recall: async () => undefined,
    remember: async (written) => {
      kept = written;
    },
  });
  runner.keep('ended', 'yes');
  const issue = { number: request.issue, url: gaps.index.byNumber(request.issue)?.url ?? '' };
  const ended = run?.outcome ? { ...run, outcome: run.outcome } : await whyNothing(gaps, request.issue);
  return { ended, issue, ...(kept ? { kept } : {}) };
}

/**
 * After the draft of a gap was merged by policy: looks at the default branch, and undoes the merge where that is red. Whether there is
 * anything to look at stands in the gap's own record, never in the event.
 */
async function lookStep(
  number: number,
  execution: Execution,
  inputs: Inputs,
  env: Environment,
  runner: Runner,
): Promise<Outcome> {
  const gaps = await openGaps(execution, inputs, number);
  await gaps.index.refresh();
  const gap = gaps.index.byNumber(number);
  const ground = await findGround(env, runner);
  const looked =
    gap &&
    (await lookAfterMerge(
      {
        gaps,
        ground: 'isolation' in ground ? ground : undefined,
        inAction: false,
        settings: inputs.settings,
        hold: async () => {},
        now: () => new Date(),
        log: (message) => runner.say(`· ${message}`),
      },
      gap,
    ));
  const issue = { number, url: gap?.url ?? '' };
  const run = gap?.status?.runs.findLast(({ merge }) => merge);
  const pull = run?.pull ? { pull: run.pull } : {};
  if (!looked) {
    const summary = 'Nothing was merged by policy that has to be looked at.';
    return { ended: { outcome: 'ignored', reason: 'not_wanted', summary }, issue };
  }
  const { merge, look } = looked;
  const outcome = merge.state !== 'kept' ? 'failed' : look === 'green' ? 'verified' : 'unverified';
  return { ended: { outcome, reason: `merge_${merge.state}`, summary: merge.says, ...pull }, issue };
}

/** After a cancelled or killed step: the issue must not go on saying that a draft is being written. */
export async function afterwards(env: Environment, runner: Runner): Promise<void> {
  const issue = Number(env.STATE_issue);
  if (!issue || env.STATE_ended) return;
  for (const secret of secretsOf(env)) runner.mask(secret);
  const execution = readExecution(env);
  const gaps = await openGaps(execution, readInputs(env), issue);
  const ended = await endInterrupted(gaps, issue, execution.runner);
  if (ended) runner.say(`Told issue #${issue} that its draft was interrupted.`);
}

async function openGaps({ api, repository }: Execution, inputs: Inputs, issue: number): Promise<Gaps> {
  const { credentials, secrets: keys } = inputs;
  const github =
    'token' in credentials
      ? await connectToken({ api, fetch, token: credentials.token })
      : await connectInstallation({ api, fetch, ...credentials, repository });
  const octokit = await github.octokit(repository);
  const open = (formerly: string[]) => openRepository({ ...repository, login: github.login, formerly, octokit, keys });
  const opened = await open(inputs.logins);
  const repo = inputs.logins.length
    ? opened
    : { ...opened, logins: [...opened.logins, ...(await openersOf(opened, issue))] };
  return { repository: repo, index: createGapIndex(repo, 0) };
}

/**
 * Under which login an issue of ours was opened cannot be known here when the App's credentials are not. Bots are Apps that somebody
 * installed, and whoever may write may edit every issue anyway: what they opened counts, if its marker has our MAC.
 */
async function openersOf(repository: Gaps['repository'], issue: number): Promise<string[]> {
  const { data } = await repository.octokit.rest.issues.get({ ...at(repository), issue_number: issue });
  const { login = '', type } = data.user ?? {};
  return type === 'Bot' || (await mayWrite(repository, login)) ? [login] : [];
}

/** Where this runner may start the repository's server; code of the repository is not run beside this job's secrets otherwise. */
async function findGround(env: Environment, runner: Runner): Promise<Ground | NoProof> {
  const tools = findTools(env);
  const isolation = await detectIsolation(tools);
  if (isolation.network && isolation.pid && isolation.mount) return { isolation, tools };
  const why = `${isolation.missing[0] ?? 'The runner allows no namespaces.'} So the server was not run beside the secrets of the job.`;
  const next =
    'On Ubuntu’s hosted runners a step before this one allows them: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`.';
  runner.annotate('warning', 'The server cannot be run here', `${why} ${next}`);
  return { code: 'no_enclosure', why: `${why} ${next}` };
}

async function whyNothing({ repository, index }: Gaps, issue: number): Promise<Ended> {
  if (index.byNumber(issue)) {
    const summary = 'The label is off again, or the request is in other hands.';
    return { outcome: 'ignored', reason: 'not_wanted', summary };
  }
  const { data } = await repository.octokit.rest.issues.get({ ...at(repository), issue_number: issue });
  const isLabeled = data.labels.some((label) => (typeof label === 'string' ? label : label.name) === GAP_LABEL);
  if (!isLabeled) return { outcome: 'ignored', reason: 'not_a_gap', summary: `Issue #${issue} is no gap of ours.` };
  throw new PatchworkError(
    'not_trusted',
    `Issue #${issue} looks like a gap, but its record is not signed with this secret.`,
    {
      next: 'Give the input `secret` the value of the server’s PATCHWORK_SECRET, with the ones before it, if it was rotated (`new,old`).',
    },
  );
}
