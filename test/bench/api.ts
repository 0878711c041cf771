/**
 * Reading 10,000 gaps with 50,000 reports: how long lists, filters and counts take, how much memory an export needs, and a hundred
 * drafts watched at once. `node test/bench/api.ts [requests of each kind] [gaps] [reports each]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { events } from '../support/events.ts';

const [requests = 200, gaps = 10_000, each = 5] = process.argv.slice(2).map(Number);
const MOST = { p95Ms: 50, growthMb: 50, stepMs: 1000 };
const CLIENTS = 100;

const dir = mkdtempSync(join(tmpdir(), 'api-bench-'));
const script = new URL('api-server.ts', import.meta.url).pathname;
const server = spawn(process.execPath, [script, String(gaps), String(each), dir], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [port] = await once(createInterface(server.stdout), 'line');
const url = `http://127.0.0.1:${port}`;
let failed = false;

const some = () => 1 + Math.floor(Math.random() * gaps);
const next =
  /<([^>]+)>; rel="next"/.exec((await fetch(`${url}/api/feedback?limit=200`)).headers.get('link') ?? '')?.[1] ?? '';
const KINDS: Record<string, () => string> = {
  'newest 50': () => '/api/feedback',
  '200, a later page': () => next,
  'by server and type': () => `/api/feedback?server_name=server-${5 * (some() % 8)}&gap_type=missing_tool`,
  'by resolution, not reviewed': () => '/api/feedback?resolution=blocked&reviewed=false',
  'in a span, oldest first': () => '/api/feedback?since=2026-01-10&until=2026-01-20&order=asc',
  'most reported': () => '/api/feedback?sort=seen&status=open',
  'with words': () => '/api/feedback?q=radar%20humidity',
  'with words of one gap': () => `/api/feedback?q=gap%20${some()}:`,
  'one gap': () => `/api/feedback/${some()}`,
  stats: () => '/api/stats',
};
console.log(
  `${gaps} gaps, ${gaps * each} reports; ${requests} requests of each kind, one after the other, answers read whole`,
);
for (const [kind, path] of Object.entries(KINDS)) {
  const times: number[] = [];
  let bytes = 0;
  let before = 0;
  for (let n = -10; n < requests; n += 1) {
    if (n === 0) before = processorMs();
    const started = performance.now();
    const reply = await fetch(url + path());
    bytes = (await reply.arrayBuffer()).byteLength;
    if (!reply.ok) throw new Error(`${path()}: ${reply.status}`);
    if (n >= 0) times.push(performance.now() - started);
  }
  const processor = (processorMs() - before) / requests;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  failed ||= at(0.95) >= MOST.p95Ms;
  console.log(
    `${kind.padEnd(28)} p50 ${at(0.5).toFixed(1).padStart(5)} ms, p95 ${at(0.95).toFixed(1).padStart(5)} ms (limit ${MOST.p95Ms}), processor ${processor.toFixed(1).padStart(4)} ms, ${(bytes / 1024).toFixed(0)} KB`,
  );
}

for (const format of ['csv', 'jsonl', 'json']) {
  const before = rssMb();
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, rssMb());
  }, 10);
  let bytes = 0;
  const started = performance.now();
  for await (const chunk of (await fetch(`${url}/api/export?format=${format}`)).body ?? []) bytes += chunk.length;
  clearInterval(watching);
  most = Math.max(most, rssMb());
  failed ||= most - before >= MOST.growthMb;
  console.log(
    `export ${format.padEnd(5)} ${(bytes / 1024 / 1024).toFixed(0)} MB in ${((performance.now() - started) / 1000).toFixed(1)} s, memory ${before.toFixed(0)} MB + ${(most - before).toFixed(0)} MB (limit ${MOST.growthMb})`,
  );
}

const late: number[] = [];
const watched = await Promise.all(
  Array.from({ length: CLIENTS }, async (_, n) => {
    const reply = await fetch(`${url}/api/feedback/${n + 1}/draft-pr`, { method: 'POST' });
    return events(reply, ({ event, data }) => {
      if (event === 'step') late.push(Date.now() - Number(data));
      return false;
    });
  }),
);
late.sort((a, b) => a - b);
const p95 = late[Math.floor(late.length * 0.95)] ?? Number.NaN;
const whole = watched.filter(
  (all) => all.filter(({ event }) => event === 'step').length === 10 && all.at(-1)?.event === 'done',
);
failed ||= whole.length !== CLIENTS || p95 >= MOST.stepMs;
console.log(
  `${CLIENTS} drafts watched at once: ${whole.length} heard all 10 steps and the end, a step after p50 ${late[late.length >> 1]} ms, p95 ${p95} ms (limit ${MOST.stepMs})`,
);

server.kill('SIGKILL');
rmSync(dir, { recursive: true });
process.exit(failed ? 1 : 0);

/** User and system time of the server, fields 14 and 15 of proc(5)'s stat, in clock ticks of 10 ms. */
function processorMs(): number {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rssMb(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024;
}
