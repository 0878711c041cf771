/**
 * The product as the draft harness starts it: told over IPC at which of its next requests to GitHub it dies, and whether before the
 * request or after its answer. Its GitHub is in the same process, and dies with it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { findGround } from '../../src/cli/ground.ts';
import { sampleRepository } from '../../src/cli/repositories.ts';
import { startServer } from '../../src/cli/server.ts';
import { readEnvironment } from '../../src/config/index.ts';
import { modelFromEnvironment } from '../../src/model/index.ts';
import type { DraftPoint } from './draft-plan.ts';

let point: DraftPoint | undefined;
let left = 0;
process.on('message', (told: DraftPoint) => {
  point = told;
  left = told.request;
});
const die = async (delayMs: number) => {
  await sleep(delayMs);
  process.kill(process.pid, 'SIGKILL');
};

const server = await startServer({
  environment: readEnvironment(process.env),
  model: modelFromEnvironment(process.env),
  local: await sampleRepository(),
  ...(process.env.CRASH_REPLAY ? { ground: await findGround() } : {}),
  onStep: () => {},
  around: (part, handler) => async (request) => {
    // What people ask, and the lists that looking at the API reads again, are no part of the draft.
    const isOthers = /^token (?:owner|writer|triager|stranger)$/.test(request.headers.get('authorization') ?? '');
    const isList = request.method === 'GET' && /\/issues(?:\/comments)?\?/.test(request.url);
    const aim = part === 'github' && point && !isOthers && !isList ? point : undefined;
    if (aim) left -= 1;
    const strikes = aim !== undefined && left === 0;
    if (strikes && aim.moment === 'before') process.kill(process.pid, 'SIGKILL');
    const answer = await handler(request);
    if (strikes) void die(aim.moment === 'after' ? 0 : aim.delayMs);
    return answer;
  },
});
process.send?.({ url: server.url });
