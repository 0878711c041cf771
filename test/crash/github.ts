import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { connectToken } from '../../src/bot/index.ts';
import { gapsOfAll } from '../../src/cli/gaps.ts';
import { openForge } from '../../src/forge/index.ts';
import type { Gap } from '../../src/issues/index.ts';
import { chance } from './chance.ts';
import { REPOSITORIES, SECRET, TOKEN } from './world.ts';

export interface BadGitHub {
  /** Of the REST API. */
  url: string;
  /** The gaps of each repository, as a process that knows nothing reads them from its issues. */
  gaps(): Promise<Map<string, Gap[]>>;
  /** How many requests were answered how. */
  counts: Map<string, number>;
  /** From now on it behaves. */
  heal(): void;
  close(): Promise<void>;
}

type Handler = (request: Request) => Promise<Response>;
interface Fault {
  name: string;
  /** Of all requests. */
  share: number;
  run(work: () => Promise<Response>, cut: () => void): Promise<Response>;
}

const never = () => new Promise<Response>(() => {});
const refusal = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ message: 'You have exceeded a secondary rate limit.' }, { status, headers });

const FAULTS: readonly Fault[] = [
  { name: '500', share: 0.03, run: async () => refusal(500) },
  { name: '403', share: 0.02, run: async () => refusal(403, { 'retry-after': '1' }) },
  {
    name: 'reset before',
    share: 0.01,
    async run(_, cut) {
      cut();
      return never();
    },
  },
  {
    name: 'reset after',
    share: 0.03,
    async run(work, cut) {
      await work();
      cut();
      return never();
    },
  },
  { name: 'stalled before', share: 0.005, run: never },
  {
    name: 'stalled after',
    share: 0.01,
    async run(work) {
      await work();
      return never();
    },
  },
];

function faultAt(draw: number): Fault | undefined {
  let upTo = 0;
  return FAULTS.find(({ share }) => {
    upTo += share;
    return draw < upTo;
  });
}

/**
 * The forge on GitHub's worst day: 500, 403 with `retry-after`, connections reset before or after the work was done, answers that
 * never come.
 */
export async function startGitHub(seed: string, directory: string): Promise<BadGitHub> {
  const counts = new Map<string, number>();
  const next = chance(seed, 'github');
  let healthy = false;
  let answer: Handler = async () => new Response(null, { status: 503 });

  async function badly(request: Request, cut: () => void): Promise<Response> {
    const asksForWork = !healthy && new URL(request.url).pathname.includes('/repos/');
    await sleep(2 + next() * 15);
    const fault = asksForWork ? faultAt(next()) : undefined;
    const name = `${request.method} ${fault?.name ?? 'answered'}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return fault ? fault.run(() => answer(request), cut) : answer(request);
  }

  const server = createServer((incoming, outgoing) =>
    getRequestListener((request) => badly(request, () => incoming.socket.resetAndDestroy()))(incoming, outgoing),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const forge = await openForge({ dir: join(directory, 'github'), url });
  for (const repository of REPOSITORIES) {
    const [owner = '', name = ''] = repository.split('/');
    await forge.createRepository({ owner, name, files: { 'README.md': `# ${name}\n` } });
  }
  answer = forge.fetch;

  return {
    url: `${url}/api/v3`,
    counts,
    async gaps() {
      const github = await connectToken({
        api: `${url}/api/v3`,
        token: TOKEN,
        fetch: (input, init) => forge.fetch(new Request(input, init)),
      });
      const all = gapsOfAll(github, [SECRET], 0);
      return new Map(
        await Promise.all(
          REPOSITORIES.map(async (repository) => [repository, (await all.open(repository)).index.all()] as const),
        ),
      );
    },
    heal() {
      healthy = true;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await forge.close();
    },
  };
}
