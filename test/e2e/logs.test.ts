import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { mintKey } from '../../src/http/index.ts';
import { freePort, type ServeProcess, spawnServe } from '../support/process.ts';
import { draftAnswer } from '../support/product.ts';

const API_KEY = 'shared-key-0123456789';
const SECRET = 'signing-secret-0123456789';
/** Words that occur nowhere but in what is sent. */
const WORDS = [
  'needlewort',
  'triedwort',
  'suggestwort',
  'goalwort',
  'sessionwort',
  'notewort',
  'modelwort',
  'hookwort',
];
const TOKEN = `ghp_${'k7'.repeat(18)}`;

let dir: string;
let server: ServeProcess | undefined;
afterEach(async () => {
  await server?.kill('SIGTERM');
  await rm(dir, { recursive: true, force: true });
});

it('logs of a whole run, as wordy as they get, hold no report’s text and no secret', async () => {
  dir = await mkdtemp(join(tmpdir(), 'patchwork-logs-'));
  const recorded = join(dir, 'recorded.json');
  const edits = [{ path: 'src/none.ts', search: 'modelwort', replace: 'modelwort' }];
  await writeFile(recorded, JSON.stringify({ draft: [{ text: 'modelwort, not JSON' }, draftAnswer(edits as never)] }));
  server = await spawnServe(await freePort(), {
    LOG_LEVEL: 'debug',
    PATCHWORK_DATA: dir,
    PATCHWORK_SECRET: SECRET,
    FEEDBACK_API_KEY: API_KEY,
    PATCHWORK_PROVIDER: 'recorded',
    PATCHWORK_RECORDED: recorded,
    PATCHWORK_NOTIFY: 'ops=http://127.0.0.1:9/hookwort',
    PATCHWORK_NOTIFY_PRIVATE: '127.0.0.1',
  });
  const { url } = server;
  const { key } = await mintKey([SECRET], { repo: 'owner/cost-server', scopes: ['report:write', 'report:read'] });
  const ask = (method: string, path: string, body: unknown, bearer = API_KEY) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const report = {
    server_name: 'cost-server',
    what_i_needed: `needlewort ${TOKEN}`,
    what_i_tried: 'triedwort',
    suggestion: 'suggestwort',
    user_goal: 'goalwort',
    session_id: 'sessionwort',
    gap_type: 'other',
  };
  const { id } = (await (await ask('POST', '/api/feedback', report)).json()) as { id: string };
  await ask('POST', '/api/feedback', { ...report, session_id: 'sessionwort-2' }, key);
  await ask('POST', '/api/feedback', '{"what_i_needed": "needlewort');
  await ask('POST', '/api/feedback', { what_i_needed: 'needlewort', gap_type: 7 });
  await ask('GET', '/api/feedback/needlewort', undefined);
  await ask('GET', '/api/feedback', undefined, `pw_needlewort.${TOKEN}`);
  interface Found {
    gap: number | null;
    drafts?: { outcome?: string }[];
  }
  const until = async (done: (item: Found) => boolean) => {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const item = (await (await ask('GET', `/api/feedback/${id}`, undefined)).json()) as Found;
      if (done(item)) return item;
      if (performance.now() > deadline) throw new Error(`waited in vain:\n${server?.log()}`);
      await sleep(50);
    }
  };
  const { gap } = await until((item) => item.gap !== null);
  await ask('POST', `/api/feedback/${id}/notes`, { content: `notewort ${TOKEN}` });
  await fetch(`${url}/api/v3/repos/owner/cost-server/issues/${gap}/labels`, {
    method: 'POST',
    headers: { authorization: 'token owner', 'content-type': 'application/json' },
    body: JSON.stringify({ labels: ['patchwork:draft'] }),
  });
  await until((item) => item.drafts?.at(-1)?.outcome !== undefined);
  await server.kill('SIGTERM');
  const log = server.log();
  server = undefined;

  expect(log).toContain('gap opened');
  expect(log).toContain('draft ended');
  expect(log).toContain('notice not delivered');
  for (const word of [...WORDS, TOKEN, API_KEY, SECRET, key, 'PRIVATE KEY', 'ghs_']) {
    const line = log.split('\n').find((one) => one.includes(word));
    expect(line, `a line with ${word}`).toBeUndefined();
  }
});
