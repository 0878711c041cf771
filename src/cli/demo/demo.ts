import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Environment, readEnvironment } from '../../config/index.ts';
import { DRAFT_LABEL, type DraftRun } from '../../issues/index.ts';
import { type Model, modelFromEnvironment } from '../../model/index.ts';
import { PatchworkError } from '../../report/index.ts';
import { findGround } from '../ground.ts';
import { readOptions } from '../options.ts';
import { SAMPLE, sampleRepository } from '../repositories.ts';
import { stopSignal } from '../serve.ts';
import { type Server, startServer } from '../server.ts';
import { startAgent } from './agent.ts';
import { checkout } from './checkout.ts';
import { createDisplay, type Display } from './display.ts';
import { RECORDED, readScript, type Script } from './script.ts';

const HELP = `patchworkmcp demo [--exit] [--json]

The whole way of a gap on this machine: an agent, a report, an issue, a repeat, a note, the label, a draft pull request.
  --exit  end after the tour instead of serving on
  --json  end with one line {"issue_url","pull_url","reports","issues","outcome","ms"} (and "data", the data folder)
Data goes to a fresh folder unless PATCHWORK_DATA names one. Without a model's API key, a recorded answer is used.`;

interface Item {
  id: string;
  gap: number | null;
  url: string;
  seen: number;
  status: string;
  drafts: DraftRun[];
}

export async function demo(args: string[]): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const { values } = readOptions(args, { exit: flag, json: flag, help: flag }, 0);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const started = performance.now();
  const dataDir = process.env.PATCHWORK_DATA || (await mkdtemp(join(tmpdir(), 'patchwork-demo-')));
  const environment: Environment = {
    ...readEnvironment({ ...process.env, APP_ID: '', GITHUB_TOKEN: '', LOG_LEVEL: process.env.LOG_LEVEL || 'silent' }),
    dataDir,
  };
  const model = modelFromEnvironment(process.env) ?? recordedModel();
  const display = createDisplay(process.stderr);
  const server = await start(environment, model, display);
  try {
    const result = await tour(server, model, display, dataDir);
    const ms = Math.round(performance.now() - started);
    display.summary([
      `${result.reports} reports, ${result.issues} issue, 1 draft pull request (${result.outcome}) in ${(ms / 1000).toFixed(1)} s`,
      `issue  ${result.issue_url}`,
      `draft  ${result.pull_url}`,
    ]);
    display.detail(`Everything is in ${dataDir}; look at it again with PATCHWORK_DATA=${dataDir} npm start`);
    if (values.json) console.log(JSON.stringify({ ...result, ms, data: dataDir }));
    if (!values.exit) {
      display.detail(
        `\nServing on at ${server.url}. Try it: label another issue, write notes, report a gap. Stop with Ctrl-C.`,
      );
      await stopSignal();
    }
    return 0;
  } finally {
    await server.close();
  }
}

function recordedModel(): Model | undefined {
  return modelFromEnvironment({ PATCHWORK_PROVIDER: 'recorded', PATCHWORK_RECORDED: RECORDED });
}

async function start(environment: Environment, model: Model | undefined, display: Display): Promise<Server> {
  const onStep = ({ text }: { text: string }) => display.detail(`· ${text.replaceAll('`', '')}`);
  const options = { environment, model, local: await sampleRepository(), ground: await findGround(), onStep };
  try {
    return await startServer(options);
  } catch (error) {
    if (!(error instanceof PatchworkError) || error.code !== 'port_in_use') throw error;
    display.detail(`${error.message} Another port is taken instead.`);
    return startServer({ ...options, environment: { ...environment, port: 0 } });
  }
}

async function tour(server: Server, model: Model | undefined, display: Display, dataDir: string) {
  const script = await readScript();
  const { url, repository } = server;
  const repositoryPath = `/repos/${repository}`;
  const forge = server.forge;
  if (!forge) throw new Error('the demo runs on the local forge');
  const as = async (person: string, method: string, path: string, body?: unknown) => {
    const answer = await forge.api(person, method, `${repositoryPath}${path}`, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} as ${person}: ${answer.status} ${answer.json?.message}`);
    return answer.json;
  };

  display.step('A GitHub of your own is up, with a small MCP server’s repository in it');
  display.link(`${url}/${repository}`);

  const report = await fileReport(script, url, display);
  display.step('The report has become an issue');
  const opened = await until(url, report, (item) => item.gap !== null);
  display.link(opened.url);

  display.step('Another session meets the same gap and says so in the same words');
  {
    await using second = await startAgent('another-agent', SAMPLE, url);
    display.detail(`the tool answers: ${await second.call('feedback', script.repeat)}`);
  }
  const folded = await until(url, report, (item) => item.seen > opened.seen);
  display.detail('It folds into the issue as evidence; no second issue is opened.');
  display.link(folded.url);

  display.step('A maintainer writes what a fix has to respect, and applies the label');
  const comment = await as('writer', 'POST', `/issues/${opened.gap}/comments`, { body: script.note });
  display.detail(`writer: ${script.note}`);
  display.link(comment.html_url);
  await as('owner', 'POST', `/issues/${opened.gap}/labels`, { labels: [DRAFT_LABEL] });
  display.detail(`owner applies ${DRAFT_LABEL}`);

  const recorded = model?.provider === 'recorded';
  display.step(
    recorded
      ? 'A draft is written (from a recorded answer: no model’s API key is set)'
      : `${model?.name} writes a draft`,
  );
  const drafted = await until(
    url,
    report,
    (item) => item.drafts.length > opened.drafts.length && item.drafts.at(-1)?.outcome !== undefined,
  );
  const run = drafted.drafts.at(-1) as DraftRun;
  if (!run.pull || !run.branch) throw new PatchworkError(run.reason ?? 'no_draft', run.summary ?? 'There is no draft.');
  display.link(run.pull.url);

  display.step('On the draft’s branch, the same question gets its answer');
  {
    await using head = await checkout(join(dataDir, 'github', 'repos', `${repository}.git`), run.branch);
    await using agent = await startAgent('demo-agent', head.dir, url);
    display.detail(`${script.probe_call.tool}(${JSON.stringify(script.probe_call.arguments)})`);
    display.detail(short(await agent.call(script.probe_call.tool, script.probe_call.arguments)));
  }
  const stats = (await (await fetch(`${url}/api/stats`, { headers: keyHeader() })).json()) as {
    total: number;
    gaps: number;
  };
  return {
    issue_url: drafted.url,
    pull_url: run.pull.url,
    reports: stats.total,
    issues: stats.gaps,
    outcome: run.outcome,
  };
}

/** The agent meets the gap and reports it; answers the report's id. */
async function fileReport(script: Script, url: string, display: Display): Promise<string> {
  display.step('An agent works with the server and hits a gap');
  await using agent = await startAgent('demo-agent', SAMPLE, url);
  display.detail(`tools: ${(await agent.tools()).join(', ')}`);
  display.detail(`${script.call.tool}(${JSON.stringify(script.call.arguments)})`);
  display.detail(short(await agent.call(script.call.tool, script.call.arguments)));

  display.step('It says so with the feedback tool');
  display.detail(`needed: ${script.report.what_i_needed}`);
  display.detail(`the tool answers: ${await agent.call('feedback', script.report)}`);
  const [newest] = (await (await fetch(`${url}/api/feedback?limit=1`, { headers: keyHeader() })).json()) as Item[];
  if (!newest)
    throw new PatchworkError('report_lost', 'The report did not arrive.', { next: 'Run with LOG_LEVEL=info.' });
  return newest.id;
}

const PATIENCE_MS = 10 * 60_000;

/** Waits until a report looks as it should. */
async function until(url: string, id: string, done: (item: Item) => boolean): Promise<Item> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const reply = await fetch(`${url}/api/feedback/${id}`, { headers: keyHeader() });
    const item = (await reply.json()) as Item;
    if (reply.ok && done(item)) return item;
    await sleep(50);
  }
  throw new PatchworkError('demo_stuck', 'The demo does not get on.', {
    next: 'Run it with LOG_LEVEL=info to see why.',
  });
}

function keyHeader(): Record<string, string> {
  const key = process.env.FEEDBACK_API_KEY;
  return key ? { authorization: `Bearer ${key}` } : {};
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return `→ ${line.length > 160 ? `${line.slice(0, 160)} …` : line}`;
}
