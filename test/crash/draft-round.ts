import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DraftRun, Outcome } from '../../src/issues/index.ts';
import { startModelServer } from '../support/model-server.ts';
import { freePort } from '../support/process.ts';
import { SAMPLE_REPORT } from '../support/product.ts';
import type { DraftPoint } from './draft-plan.ts';

export interface DraftFailure {
  point: DraftPoint;
  why: string;
}

const PROGRAM = new URL('draft-serve.ts', import.meta.url).pathname;
/** A point that has not struck by now does not. */
const PATIENCE_MS = 60_000;

/** Plays all points, one after the other, on one repository. */
export async function playDrafts(
  points: DraftPoint[],
  isReplayed = false,
): Promise<{ struck: number; failures: DraftFailure[] }> {
  const data = await mkdtemp(join(tmpdir(), 'patchwork-crash-draft-'));
  // The server under test runs as a user of its own, who has to get to its folder.
  const temporary = join(data, 'tmp');
  await chmod(data, 0o711);
  await mkdir(temporary);
  await chmod(temporary, 0o1777);
  const recorded = new URL('../../examples/cost-server.recorded.json', import.meta.url);
  const answer = JSON.stringify(JSON.parse(await readFile(recorded, 'utf8')).draft[0].json);
  // Slow enough that a run can die while it waits for the model.
  const model = await startModelServer(async () => {
    await sleep(60);
    return answer;
  });
  const port = String(await freePort());
  const env = {
    ...{
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LOG_LEVEL: 'silent' as const,
      PORT: port,
      PATCHWORK_DATA: data,
    },
    ...(isReplayed
      ? {
          PATCHWORK_PROVIDER: 'recorded',
          PATCHWORK_RECORDED: fileURLToPath(recorded),
          CRASH_REPLAY: 'yes',
          TMPDIR: temporary,
        }
      : model.env),
    NODE_COMPILE_CACHE: join(tmpdir(), 'patchwork-crash-compiled'),
  };
  const start = async (): Promise<ChildProcess> => {
    const child = fork(PROGRAM, [], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('it does not start'))),
    ]);
    return child;
  };
  const failures: DraftFailure[] = [];
  let struck = 0;
  let child = await start();
  for (const point of points) {
    const here = talkTo(`http://localhost:${port}`);
    try {
      const { id, gap } = await here.report(point.number);
      const exit = once(child, 'exit');
      child.send(point);
      await here.label(gap).catch(() => {});
      const dies = exit.then(() => true);
      if (
        await Promise.race([
          dies,
          here
            .ended(id, 1)
            .then(() => sleep(300, false))
            .catch(() => dies),
        ])
      ) {
        struck += 1;
        child = await start();
      }
      // Killed before the label was on, nobody asked for anything.
      if (!(await here.asked(gap))) await here.label(gap);
      await here.ended(id, 1);
      const left = (await readdir(temporary)).filter((name) => !name.includes(`-${child.pid}-`));
      if (left.length) failures.push({ point, why: `it leaves ${left.join(', ')} behind` });
      const why = await here.wrong(id, gap, isReplayed ? 'verified' : 'plausible');
      if (why) failures.push({ point, why });
      await here.close(gap);
    } catch (error) {
      failures.push({ point, why: String(error) });
      if (child.exitCode !== null || child.signalCode !== null) child = await start();
    }
  }
  child.kill('SIGKILL');
  await model.close();
  await rm(data, { recursive: true, force: true });
  return { struck, failures };
}

export function describeDraftPoint({ number, request, moment, delayMs }: DraftPoint): string {
  return `point ${number}: ${moment === 'later' ? `${delayMs} ms after` : moment} request ${request}`;
}

function talkTo(url: string) {
  const api = async (path: string): Promise<any> => (await fetch(`${url}${path}`)).json();
  const github = async (method: string, path: string, body?: unknown): Promise<any> => {
    const reply = await fetch(`${url}/api/v3/repos/owner/cost-server${path}`, {
      method,
      headers: { authorization: 'token owner', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status}`);
    return reply.json();
  };
  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    while (performance.now() < deadline) {
      const found = await look().catch(() => undefined);
      if (found !== undefined) return found;
      await sleep(30);
    }
    throw new Error(`waited in vain: ${what}`);
  }
  return {
    async report(number: number): Promise<{ id: string; gap: number }> {
      const body = JSON.stringify({ ...SAMPLE_REPORT, server_name: `server-${number}`, session_id: `s${number}` });
      const headers = { 'content-type': 'application/json' };
      const { id } = (await (await fetch(`${url}/api/feedback`, { method: 'POST', headers, body })).json()) as {
        id: string;
      };
      const gap = await until('an issue', async () => (await api(`/api/feedback/${id}`)).gap ?? undefined);
      return { id, gap };
    },
    /** Makes room: only some drafts may wait for a review. */
    async close(gap: number): Promise<void> {
      for (const { number, body } of await all('/pulls?state=open')) {
        if (body.includes(`Closes #${gap}.`)) await github('PATCH', `/pulls/${number}`, { state: 'closed' });
      }
    },
    label: (gap: number) => github('POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] }),
    async asked(gap: number): Promise<boolean> {
      const events = await github('GET', `/issues/${gap}/events`);
      return events.some(
        ({ event, label }: { event: string; label?: { name: string } }) =>
          event === 'labeled' && label?.name === 'patchwork:draft',
      );
    },
    ended: (id: string, runs: number) =>
      until<DraftRun>(`the end of draft ${runs} of ${id}`, async () => {
        const { drafts } = (await api(`/api/feedback/${id}`)) as { drafts: DraftRun[] };
        return drafts[runs - 1]?.outcome ? drafts[runs - 1] : undefined;
      }),
    async wrong(id: string, gap: number, outcome: Outcome): Promise<string | undefined> {
      await sleep(100);
      const { drafts } = (await api(`/api/feedback/${id}`)) as { drafts: DraftRun[] };
      const branches = (await all('/branches')).filter(({ name }: { name: string }) =>
        name.startsWith(`patchwork/${gap}-`),
      );
      const pulls = (await all('/pulls?state=all')).filter(({ body }: { body: string }) =>
        body.includes(`Closes #${gap}.`),
      );
      const comments = await github('GET', `/issues/${gap}/comments`);
      const labels = (await github('GET', `/issues/${gap}/labels`)).map(({ name }: { name: string }) => name);
      const found = {
        drafts: drafts.length,
        branches: branches.length,
        pulls: pulls.length,
        comments: comments.length,
      };
      const isRight = Object.values(found).every((number) => number === 1) && drafts[0]?.outcome === outcome;
      const isLabelled = labels.includes('patchwork:drafted') && !labels.includes('patchwork:drafting');
      return isRight && isLabelled ? undefined : JSON.stringify({ ...found, labels, run: drafts });
    },
  };
  async function all(path: string): Promise<any[]> {
    const found: any[] = [];
    for (let page = 1; ; page += 1) {
      const some = await github('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=100&page=${page}`);
      found.push(...some);
      if (some.length < 100) return found;
    }
  }
}
