import { setTimeout as sleep } from 'node:timers/promises';
import { mintKey } from '../../src/http/index.ts';
import { newId } from '../../src/report/index.ts';
import { chance, needOf, pick } from './chance.ts';
import { REPOSITORIES, SECRET } from './world.ts';

export interface Sent {
  /** owner/name. */
  repository: string;
  need: string;
  /** Names the report: no other has it. */
  session: string;
  /** When it was confirmed, `performance.now()`; undefined while it is not. */
  confirmed: number | undefined;
}

export interface Load {
  reports: Sent[];
  /** How many requests got which answer. */
  answers: Map<string, number>;
  /** No further reports; resolves when all that were begun are confirmed, rejects when that takes far too long. */
  finish(): Promise<void>;
  /** Gives up: the machine is gone. */
  abandon(): void;
}

/** Gaps of a repository that are reported at the same time; later others are. */
const GAPS = 3;
const REPORTS_OF_A_GAP = 6;
const REQUEST_MS = 2000;
const LONGEST_FINISH_MS = 60_000;

/**
 * Agents that report to all of `ports`, each until it is confirmed, as drop-ins do and longer: again after an error, a lost answer or
 * none in two seconds, perhaps at another node. Half carry an id, half are known by their content only, every fourth is sent to two
 * nodes at once.
 */
export async function startLoad(
  seed: string,
  name: string,
  ports: readonly number[],
  options: { agents: number; pauseMs: number },
): Promise<Load> {
  const keys = new Map<string, string>();
  for (const repo of REPOSITORIES) keys.set(repo, (await mintKey([SECRET], { repo, scopes: ['report:write'] })).key);
  const reports: Sent[] = [];
  const answers = new Map<string, number>();
  let on = true;
  let abandoned = false;

  async function post(port: number, key: string, body: object): Promise<boolean> {
    let answer: string;
    try {
      const response = await fetch(`http://127.0.0.1:${port}/api/feedback`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      answer = String(response.status);
      await response.arrayBuffer();
    } catch {
      answer = 'none';
    }
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    return answer === '201';
  }

  async function agent(n: number): Promise<void> {
    const next = chance(seed, name, 'agent', n);
    for (let i = 0; on; i++) {
      const gap = `${Math.floor(i / REPORTS_OF_A_GAP)}-${Math.floor(next() ** 2 * GAPS)}`;
      const repository = pick(REPOSITORIES, next());
      const sent: Sent = { repository, need: needOf(gap), session: `${name}-${n}-${i}`, confirmed: undefined };
      reports.push(sent);
      const body = {
        server_name: repository.split('/')[1],
        what_i_needed: sent.need,
        what_i_tried: 'Every tool there is.',
        gap_type: 'missing_tool',
        session_id: sent.session,
        ...(next() < 0.5 ? { report_id: newId() } : {}),
      };
      const key = keys.get(repository) ?? '';
      const twice = next() < 0.25;
      for (let tries = 0; sent.confirmed === undefined && !abandoned; tries++) {
        if (tries > 0) await sleep(50 + next() * 200);
        const confirmed = await Promise.all(
          twice ? ports.map((port) => post(port, key, body)) : [post(pick(ports, next()), key, body)],
        );
        if (confirmed.includes(true) && !abandoned) sent.confirmed = performance.now();
      }
      await sleep(next() * options.pauseMs);
    }
  }

  const agents = Promise.all(Array.from({ length: options.agents }, (_, n) => agent(n)));
  return {
    reports,
    answers,
    async finish() {
      on = false;
      const late = sleep(LONGEST_FINISH_MS, 'late', { ref: false });
      if ((await Promise.race([agents, late])) === 'late')
        throw new Error(`the nodes do not confirm: ${JSON.stringify([...answers])}`);
    },
    abandon() {
      on = false;
      abandoned = true;
    },
  };
}
