/**
 * The local forge with 10,000 issues and 20,000 comments: how long single requests take, how long it takes to start, and how
 * much memory it needs. `node test/bench/forge.ts [requests of each kind]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

const ISSUES = 10_000;
const COMMENTS_EACH = 2;
const LABELS = 40;
const MOST = { p95Ms: 20, startMs: 1000, rssMb: 300 };

const requests = Number(process.argv[2] ?? 300);
const dir = mkdtempSync(join(tmpdir(), 'forge-bench-'));
const receiver = createServer((request, response) => {
  request.resume().on('end', () => response.end());
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');

const first = await start();
await stop(first.process);
fill(join(dir, 'forge.db'));
const { process: server, url, startMs } = await start();

const since = new Date(Date.UTC(2026, 0, 1) + (ISSUES - 500) * 60_000).toISOString();
const some = () => 1 + Math.floor(Math.random() * ISSUES);
const KINDS: Record<string, () => [method: string, path: string, body?: object]> = {
  'list by label': () => ['GET', `/issues?labels=label-${some() % LABELS}&per_page=100`],
  'list by label, state and sort': () => ['GET', `/issues?labels=all,label-3&state=all&sort=updated&per_page=100`],
  'list since': () => ['GET', `/issues?state=all&since=${since}&per_page=100`],
  'a late page': () => ['GET', `/issues?state=all&per_page=100&page=90`],
  'get an issue': () => ['GET', `/issues/${some()}`],
  'comments of an issue': () => ['GET', `/issues/${some()}/comments`],
  'create an issue': () => ['POST', '/issues', { title: 'A new one', body: text(1500), labels: ['all', 'label-1'] }],
  'comment on an issue': () => ['POST', `/issues/${some()}/comments`, { body: text(500) }],
  'label an issue': () => ['POST', `/issues/${some()}/labels`, { labels: ['label-2'] }],
  'edit an issue': () => ['PATCH', `/issues/${some()}`, { body: text(1500) + some() }],
};

let failed = startMs > MOST.startMs;
console.log(
  `${ISSUES} issues, ${ISSUES * COMMENTS_EACH} comments; ${requests} requests of each kind, one after the other`,
);
console.log(`start-up ${Math.round(startMs)} ms (limit ${MOST.startMs})`);
for (const [kind, request] of Object.entries(KINDS)) {
  for (let warm = 0; warm < 20; warm += 1) await ask(...request());
  const times: number[] = [];
  const before = processorMs();
  for (let n = 0; n < requests; n += 1) {
    const started = performance.now();
    await ask(...request());
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const cpu = (processorMs() - before) / requests;
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  failed ||= at(0.95) > MOST.p95Ms;
  console.log(
    `${kind.padEnd(30)} p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms (limit ${MOST.p95Ms}), processor ${cpu.toFixed(1)} ms`,
  );
}
await graphql();
const rss = memory('VmHWM');
failed ||= rss > MOST.rssMb;
console.log(`memory ${memory('VmRSS')} MB, at most ${rss} MB, GraphQL included (limit ${MOST.rssMb})`);
await stop(server);
receiver.close();
rmSync(dir, { recursive: true });
process.exit(failed ? 1 : 0);

/** The time runs from the start of the process to its first answer. */
async function start() {
  const script = new URL('../support/forge-server.ts', import.meta.url).pathname;
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const started = performance.now();
  const child = spawn(process.execPath, [script, dir, hook], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  const url = `http://127.0.0.1:${line}`;
  await fetch(`${url}/api/v3/repos/owner/sample`);
  return { process: child, url, startMs: performance.now() - started };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function ask(method: string, path: string, body?: object): Promise<void> {
  const answer = await fetch(`${url}/api/v3/repos/owner/sample${path}`, {
    method,
    headers: { authorization: 'token writer' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
}

async function graphql(): Promise<void> {
  const query = `{ repository(owner: "owner", name: "sample") { issues(last: 50, labels: ["label-1"]) {
    nodes { title author { login } labels(first: 10) { nodes { name } } comments(last: 2) { nodes { body } } } } } }`;
  const headers = { authorization: 'token writer' };
  const started = performance.now();
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { errors } = (await answer.json()) as { errors?: object[] };
  if (errors) throw new Error(JSON.stringify(errors));
  console.log(
    `the first GraphQL request         ${Math.round(performance.now() - started)} ms (it reads GitHub's schema)`,
  );
}

/** Processor time of the server so far; steadier than the clock on a machine that does other things. */
function processorMs(): number {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memory(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
}

function text(length: number): string {
  return 'An agent needed something that is not there. '.repeat(Math.ceil(length / 45)).slice(0, length);
}

/** Writes the issues straight into the tables: through the API it would take minutes, and it is not what is measured. */
function fill(file: string): void {
  const database = new DatabaseSync(file);
  const repository = (database.prepare('SELECT id FROM repositories').get() as { id: number }).id;
  const people = database.prepare("SELECT id FROM accounts WHERE type = 'User'").all() as { id: number }[];
  const label = database.prepare("INSERT INTO labels (repository_id, name, color) VALUES (?, ?, 'ededed')");
  const issue = database.prepare(
    `INSERT INTO issues (repository_id, number, title, body, state, user_id, comments, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const onIssue = database.prepare('INSERT INTO issue_labels (label_id, issue_id) VALUES (?, ?)');
  const comment = database.prepare(
    `INSERT INTO comments (repository_id, issue_id, user_id, body, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const event = database.prepare(
    `INSERT INTO issue_events (repository_id, issue_id, actor_id, event, data_json, created_at)
     VALUES (?, ?, ?, 'labeled', '{"label":{"name":"all","color":"ededed"}}', ?)`,
  );
  database.exec('BEGIN');
  const labels = ['all', ...Array.from({ length: LABELS }, (_, n) => `label-${n}`)].map((name) =>
    Number(label.run(repository, name).lastInsertRowid),
  );
  for (let number = 1; number <= ISSUES; number += 1) {
    const person = people[number % people.length]?.id ?? 1;
    const time = `${new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString().slice(0, 19)}Z`;
    const state = number % 5 === 0 ? 'closed' : 'open';
    const values = [
      repository,
      number,
      `Issue ${number}`,
      text(1500),
      state,
      person,
      COMMENTS_EACH,
      time,
      time,
    ] as const;
    const id = Number(issue.run(...values).lastInsertRowid);
    for (const one of [labels[0], labels[1 + (number % LABELS)], labels[1 + ((number * 7 + 3) % LABELS)]]) {
      onIssue.run(one ?? 0, id);
    }
    event.run(repository, id, person, time);
    for (let n = 0; n < COMMENTS_EACH; n += 1) comment.run(repository, id, person, text(500), time, time);
  }
  database.prepare('UPDATE repositories SET last_number = ? WHERE id = ?').run(ISSUES, repository);
  database.exec('COMMIT');
  database.close();
}
