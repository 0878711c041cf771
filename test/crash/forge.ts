/**
 * Kills the local forge in the middle of writes, again and again: `node test/crash/forge.ts [--kills N] [--seed S]`. After
 * every start the store has to hold each write that was answered, git and the table of refs have to agree, and in the end
 * an App must have heard of every issue.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { chance } from './chance.ts';

const WRITERS = 4;
/** From the first write of a round to the kill, at most. */
const LONGEST_ROUND_MS = 400;

interface Wanted {
  title: string;
  labels: Set<string>;
  comments: Map<number, string>;
}

export interface Outcome {
  kills: number;
  /** Writes that were answered. */
  answered: number;
  /** Writes that the kill cut off. */
  cutOff: number;
  /** What was wrong, one sentence each. */
  findings: string[];
}

/** Plays the rounds and says what was found. The same seed draws the same writes and moments. */
export async function killForge({ kills, seed }: { kills: number; seed: string }): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'forge-crash-'));
  const heard = new Set<number>();
  const receiver = createServer(async (request, response) => {
    const payload = (await json(request)) as { action?: string; issue?: { number: number } };
    if (payload.action === 'opened' && payload.issue) heard.add(payload.issue.number);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

  const issues = new Map<number, Wanted>();
  const branches = new Map<string, string>();
  const outcome: Outcome = { kills, answered: 0, cutOff: 0, findings: [] };
  const find = (text: string) => outcome.findings.push(text);

  for (let round = 0; round <= kills; round += 1) {
    const forge = await start(dir, hook);
    const ask = client(forge.url);
    await check(ask, dir, { issues, branches, find });
    if (round === kills) {
      await deliveriesEnd(dir);
      for (const number of issues.keys()) if (!heard.has(number)) find(`no App heard of issue ${number}`);
      await stop(forge.process);
      break;
    }
    const draw = chance(seed, round);
    let running = true;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const next = chance(seed, round, writer);
      while (running) {
        try {
          await write(ask, next, `${round}-${writer}`, { issues, branches });
          outcome.answered += 1;
        } catch (error) {
          if (error instanceof Refused) find(error.message);
          else outcome.cutOff += 1;
        }
      }
    });
    await sleep(draw() * LONGEST_ROUND_MS);
    running = false;
    await stop(forge.process);
    await Promise.all(writers);
  }
  receiver.close();
  integrity(dir, find);
  rmSync(dir, { recursive: true });
  return outcome;
}

/** The forge said no to something that is right: never expected. */
class Refused extends Error {}

type Ask = (method: string, path: string, body?: object) => Promise<any>;

function client(url: string): Ask {
  return async (method, path, body) => {
    const answer = await fetch(`${url}/api/v3/repos/owner/sample${path}`, {
      method,
      headers: { authorization: 'token writer' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Refused(`${method} ${path}: ${answer.status} ${text.slice(0, 200)}`);
    return text === '' ? null : JSON.parse(text);
  };
}

interface State {
  issues: Map<number, Wanted>;
  branches: Map<string, string>;
}

async function write(ask: Ask, draw: () => number, name: string, { issues, branches }: State): Promise<void> {
  const known = [...issues.keys()];
  const some = () => known[Math.floor(draw() * known.length)];
  const kind = draw();
  const number = some();
  const wanted = number === undefined ? undefined : issues.get(number);
  if (kind < 0.35 || !wanted) {
    const title = `Issue ${name} ${draw()}`;
    const made = await ask('POST', '/issues', { title, labels: ['first'] });
    issues.set(made.number, { title, labels: new Set(['first']), comments: new Map() });
  } else if (kind < 0.6) {
    const body = `Comment ${name} ${draw()}`;
    const made = await ask('POST', `/issues/${number}/comments`, { body });
    wanted.comments.set(made.id, body);
  } else if (kind < 0.7) {
    const label = `label-${Math.floor(draw() * 5)}`;
    await ask('POST', `/issues/${number}/labels`, { labels: [label] });
    wanted.labels.add(label);
  } else {
    const branch = `work/${name}`;
    if (!branches.has(branch)) {
      const main = await ask('GET', '/git/ref/heads/main');
      await ask('POST', '/git/refs', { ref: `refs/heads/${branch}`, sha: main.object.sha });
      branches.set(branch, main.object.sha);
    }
    const path = `file-${Math.floor(draw() * 1e9)}.txt`;
    const content = Buffer.from(path).toString('base64');
    const made = await ask('PUT', `/contents/${path}`, { message: path, content, branch });
    branches.set(branch, made.commit.sha);
    if (draw() < 0.2) {
      const title = `Pull ${path}`;
      const pulls = await ask('GET', `/pulls?head=owner:${branch}&state=all`);
      if (pulls.length > 0) return;
      const pull = await ask('POST', '/pulls', { title, head: branch, base: 'main' });
      issues.set(pull.number, { title, labels: new Set(), comments: new Map() });
    }
  }
}

async function check(ask: Ask, dir: string, about: State & { find: (text: string) => void }): Promise<void> {
  const { issues, branches, find } = about;
  const present = new Map<number, any>();
  for (let page = 1; ; page += 1) {
    const list = await ask('GET', `/issues?state=all&per_page=100&page=${page}`);
    for (const issue of list) present.set(issue.number, issue);
    if (list.length < 100) break;
  }
  for (const [number, wanted] of issues) {
    const issue = present.get(number);
    if (issue?.title !== wanted.title) find(`issue ${number} is lost`);
    const labels = new Set(issue?.labels.map(({ name }: { name: string }) => name));
    for (const label of wanted.labels) if (!labels.has(label)) find(`issue ${number} lost the label ${label}`);
  }
  const comments = new Map<number, string>();
  for (let page = 1; ; page += 1) {
    const list = await ask('GET', `/issues/comments?per_page=100&page=${page}`);
    for (const comment of list) comments.set(comment.id, comment.body);
    if (list.length < 100) break;
  }
  for (const { comments: wanted } of issues.values())
    for (const [id, body] of wanted) if (comments.get(id) !== body) find(`comment ${id} is lost`);

  const rows = new Map<string, string>(
    (await ask('GET', '/git/matching-refs/heads/')).map(({ ref, object }: any) => [ref, object.sha]),
  );
  const refs = await gitRefs(dir);
  for (const name of new Set([...rows.keys(), ...refs.keys()]))
    if (rows.get(name) !== refs.get(name)) find(`${name}: the table says ${rows.get(name)}, git ${refs.get(name)}`);
  for (const [branch, sha] of branches) {
    // the write that the kill cut off may be there on top
    const { status, ahead_by: ahead } = await ask('GET', `/compare/${sha}...${encodeURIComponent(branch)}`);
    if (status !== 'identical' && (status !== 'ahead' || ahead > 1))
      find(`${branch} is ${status} of what was answered`);
  }
  for (const pull of await ask('GET', '/pulls?per_page=100')) {
    if (pull.head.sha !== refs.get(`refs/heads/${pull.head.ref}`))
      find(`pull request ${pull.number} lags behind its branch`);
  }
}

async function gitRefs(dir: string): Promise<Map<string, string>> {
  const folder = join(dir, 'repos/owner/sample.git');
  const args = [`--git-dir=${folder}`, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads'];
  const { stdout } = await promisify(execFile)('git', args);
  return new Map(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ') as [string, string]),
  );
}

async function deliveriesEnd(dir: string): Promise<void> {
  const database = new DatabaseSync(join(dir, 'forge.db'), { readOnly: true });
  const waiting = database.prepare('SELECT count(*) AS count FROM deliveries WHERE delivered_at IS NULL');
  while ((waiting.get() as { count: number }).count > 0) await sleep(50);
  database.close();
}

function integrity(dir: string, find: (text: string) => void): void {
  const database = new DatabaseSync(join(dir, 'forge.db'));
  const { integrity_check: said } = database.prepare('PRAGMA integrity_check').get() as { integrity_check: string };
  if (said !== 'ok') find(`SQLite: ${said}`);
  const twins = database.prepare('SELECT number FROM issues GROUP BY repository_id, number HAVING count(*) > 1').all();
  if (twins.length > 0) find('two issues have one number');
  database.close();
}

async function start(dir: string, hook: string): Promise<{ process: ChildProcess; url: string }> {
  const script = new URL('../support/forge-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, dir, hook], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { process: child, url: `http://127.0.0.1:${line}` };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '100' },
      seed: { type: 'string', default: randomBytes(4).toString('hex') },
    },
  });
  console.log(`seed ${values.seed}`);
  const { findings, ...counts } = await killForge({ kills: Number(values.kills), seed: values.seed });
  console.log(
    `${counts.kills} kills, ${counts.answered} writes answered, ${counts.cutOff} cut off, ${findings.length} findings`,
  );
  for (const finding of findings) console.log(finding);
  process.exit(findings.length === 0 ? 0 : 1);
}
