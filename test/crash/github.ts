import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { chance } from './chance.ts';

/** The least of an issue that an intake has to do with. */
export interface Issue {
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
}

export interface StandInGitHub {
  url: string;
  issues: ReadonlyMap<string, readonly Issue[]>;
  /** How many requests were answered how. */
  counts: Map<string, number>;
  /** From now on it behaves. */
  heal(): void;
  close(): Promise<void>;
}

interface Fault {
  name: string;
  /** Of all requests. */
  share: number;
  run(response: ServerResponse, work: () => unknown): void;
}

const FAULTS: readonly Fault[] = [
  { name: '500', share: 0.03, run: (response) => void response.writeHead(500).end('{}') },
  {
    name: '403',
    share: 0.02,
    run: (response) => void response.writeHead(403, { 'retry-after': '1' }).end('{"message":"secondary rate limit"}'),
  },
  { name: 'reset before', share: 0.01, run: (response) => void response.destroy() },
  {
    name: 'reset after',
    share: 0.03,
    run: (response, work) => {
      work();
      response.destroy();
    },
  },
  { name: 'stalled before', share: 0.005, run: () => {} },
  { name: 'stalled after', share: 0.01, run: (_, work) => void work() },
];

function faultAt(draw: number): Fault | undefined {
  let upTo = 0;
  return FAULTS.find(({ share }) => {
    upTo += share;
    return draw < upTo;
  });
}

/**
 * A GitHub of issues only, which behaves as badly as GitHub on its worst day: 500, 403 with `retry-after`, connections reset before or
 * after the work was done, answers that never come. A write that it did not confirm was done at once or not at all.
 */
export async function startGitHub(seed: string): Promise<StandInGitHub> {
  const issues = new Map<string, Issue[]>();
  const counts = new Map<string, number>();
  const next = chance(seed, 'github');
  let healthy = false;

  function workOf(request: IncomingMessage, body: Partial<Issue>): (() => object | undefined) | undefined {
    const [, repository, number] = /^\/repos\/([^/]+\/[^/]+)\/issues(?:\/(\d+))?(?:\?|$)/.exec(request.url ?? '') ?? [];
    if (!repository) return undefined;
    const list = issues.get(repository) ?? [];
    issues.set(repository, list);
    const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 1);
    if (request.method === 'GET') return () => list.slice((page - 1) * 100, page * 100);
    if (request.method === 'PATCH') return () => Object.assign(list[Number(number) - 1] ?? {}, body);
    return () => {
      const issue: Issue = { number: list.length + 1, title: '', body: '', state: 'open', ...body };
      list.push(issue);
      return issue;
    };
  }

  const server = createServer(async (request, response) => {
    const body = (request.method === 'GET' ? {} : await json(request)) as Partial<Issue>;
    const work = workOf(request, body);
    if (!work) return response.writeHead(404).end('{}');
    await sleep(2 + next() * 15);
    const fault = healthy ? undefined : faultAt(next());
    const name = `${request.method} ${fault?.name ?? 'answered'}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (fault) return fault.run(response, work);
    const answer = JSON.stringify(work());
    await sleep(2 + next() * 15);
    response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' }).end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    issues,
    counts,
    heal() {
      healthy = true;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
