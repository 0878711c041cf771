/**
 * What durability costs: accepted reports a second, latency, processor time, start-up and memory of the HTTP endpoint on each engine,
 * next to the same endpoint without storage, in one run: all servers run, and are loaded in turn for a short time each, so that
 * whatever else the machine does meets all of them. `node test/bench/outbox.ts [rounds] [seconds a turn]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { postgresInstalled, startPostgres } from '../support/postgres.ts';
import { type Load, postReports } from './load.ts';

const CONNECTIONS = 32;
const DOORS = ['product', 'bare'] as const;
const LEAST_RATIO: Record<string, number> = { SQLite: 0.45, PostgreSQL: 0.4 };
const MOST = { p99: 25, startMs: 1000, rssMb: 200 };

interface Server {
  door: string;
  store: string;
  process: ChildProcess;
  port: number;
  /** From the start of the process to its first 201. */
  startMs: number;
  turns: (Load & { cpu: number })[];
}

const rounds = Number(process.argv[2] ?? 7);
const seconds = Number(process.argv[3] ?? 2);
const directory = mkdtempSync(join(tmpdir(), 'patchwork-bench-'));
const postgres = postgresInstalled() ? await startPostgres() : undefined;

const servers: Server[] = [];
for (const door of DOORS) {
  servers.push(await start(door, 'none', 'none'));
  servers.push(await start(door, 'SQLite', JSON.stringify({ file: join(directory, `${door}.db`) })));
  if (postgres)
    servers.push(await start(door, 'PostgreSQL', JSON.stringify({ databaseUrl: await postgres.database() })));
}
// The engine's compiler needs some requests to see what is hot.
for (const server of servers) await postReports(server.port, { connections: CONNECTIONS, ms: 1500 });
for (let round = 0; round < rounds; round++) for (const server of servers) server.turns.push(await turn(server));
report();
for (const server of servers) server.process.kill('SIGKILL');
rmSync(directory, { recursive: true });

async function start(door: string, store: string, where: string): Promise<Server> {
  const script = new URL('outbox-server.ts', import.meta.url).pathname;
  // As `npm start` runs it: a young generation that grows with the machine's memory would cost more of it than all else.
  const spawned = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=8', script, door, where], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const port = Number(line);
  await postReports(port, { connections: 1, ms: 0 });
  return { door, store, process: child, port, startMs: performance.now() - spawned, turns: [] };
}

async function turn(server: Server): Promise<Server['turns'][number]> {
  const before = processorMs(server.process);
  const load = await postReports(server.port, { connections: CONNECTIONS, ms: seconds * 1000 });
  return { ...load, cpu: ((processorMs(server.process) - before) / load.created) * 1000 };
}

/** User and system time of a process, fields 14 and 15 of proc(5)'s stat, in clock ticks of 10 ms. */
function processorMs(child: ChildProcess): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function peakRssMb(child: ChildProcess): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
}

function report(): void {
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  const heads = [
    'endpoint',
    'store',
    '201/s',
    'of none',
    'p50 ms',
    'p99 ms',
    'CPU µs',
    'start ms',
    'peak MB',
    'not 201',
  ];
  const lines = servers.map((server) => {
    const none = servers.find(({ door, store }) => door === server.door && store === 'none') as Server;
    const of = (key: keyof Server['turns'][number]) => median(server.turns.map((one) => one[key]));
    const ratio = median(server.turns.map((one, i) => one.perSecond / (none.turns[i]?.perSecond ?? Number.NaN)));
    const rssMb = peakRssMb(server.process);
    const missed = [
      ratio < (LEAST_RATIO[server.store] ?? 0) && `ratio ≥ ${LEAST_RATIO[server.store]}`,
      of('p99') >= MOST.p99 && `p99 < ${MOST.p99} ms`,
      server.startMs >= MOST.startMs && `start < ${MOST.startMs} ms`,
      rssMb >= MOST.rssMb && `RSS < ${MOST.rssMb} MB`,
    ].filter(Boolean);
    return [
      ...[server.door, server.store, of('perSecond').toFixed(0), ratio.toFixed(2), of('p50').toFixed(1)],
      ...[of('p99').toFixed(1), of('cpu').toFixed(0), server.startMs.toFixed(0), rssMb.toFixed(0)],
      String(server.turns.reduce((sum, { other }) => sum + other, 0)),
      missed.length ? `missed: ${missed.join(', ')}` : '',
    ];
  });
  console.log(`Durable reports, ${CONNECTIONS} connections, medians of ${rounds} turns of ${seconds} s`);
  for (const cells of [[...heads, ''], ...lines])
    console.log(
      cells
        .map((cell, i) => (i < 2 ? cell.padEnd(11) : cell.padStart(i < 10 ? 9 : 0)))
        .join(' ')
        .trimEnd(),
    );
}
