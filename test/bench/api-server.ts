/**
 * The API over many gaps, as a process: `node api-server.ts <gaps> <reports each> <data folder>`. GitHub is quiet: its lists have
 * nothing new. Requests for drafts are answered by a worker that tells a step every 200 ms, ten in all. Says its port on standard
 * output.
 */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import type { DraftRequest } from '../../src/draft/index.ts';
import { createProgress } from '../../src/http/index.ts';
import { renderEvidence } from '../../src/issues/evidence.ts';
import { renderGapBody } from '../../src/issues/gap-body.ts';
import {
  type CommentData,
  createGapIndex,
  gapTitle,
  type IssueData,
  renderDraftStatus,
} from '../../src/issues/index.ts';
import { openOutbox } from '../../src/outbox/index.ts';
import { newId, type Report } from '../../src/report/index.ts';
import { bareApp } from '../support/bare-app.ts';

const [gaps = 0, each = 0] = process.argv.slice(2, 4).map(Number);
const name = 'acme/weather';
const login = 'patchwork[bot]';
const signed = { keys: ['a-secret-for-the-benchmark'], repositoryId: 1 };
const quiet = async () => ({ data: [], headers: {} });
const repository = {
  owner: 'acme',
  name: 'weather',
  id: 1,
  login,
  logins: [login],
  keys: signed.keys,
  octokit: { rest: { issues: { listForRepo: quiet, listCommentsForRepo: quiet } } } as never,
};
const index = createGapIndex(repository, 10_000);

const WORDS =
  'forecast alert region wind rain filter export budget station page cursor format unit radar humidity season'.split(
    ' ',
  );
const START = Date.UTC(2026, 0, 1);
let seed = 1;
const random = (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};
const sentence = (words: number) => Array.from({ length: words }, () => WORDS[random(WORDS.length)]).join(' ');
const reportOf = (n: number, gap: number): Report => ({
  id: newId(START + n * 60_000),
  received_at: new Date(START + n * 60_000).toISOString(),
  server_name: `server-${gap % 40}`,
  what_i_needed: `Gap ${gap}: ${sentence(30)}`,
  what_i_tried: sentence(30),
  gap_type:
    (['missing_tool', 'incomplete_results', 'missing_parameter', 'wrong_format', 'other'] as const)[gap % 5] ?? 'other',
  suggestion: sentence(12),
  user_goal: sentence(8),
  resolution: (['blocked', 'worked_around', 'partial', ''] as const)[n % 4] ?? '',
  tools_available: ['get_forecast', 'get_alerts'],
  agent_model: 'a-model',
  session_id: `session-${n}`,
  client_type: 'a-client',
  server_version: '1.0.0',
  client_version: '2.0.0',
  surface_hash: '',
  session_source: '',
  remarks: [],
  sealed: '',
});

let comments = 0;
const commentOn = (number: number, body: string, at: string, id?: number) =>
  ({
    id: id ?? ++comments,
    body,
    user: { login },
    created_at: at,
    updated_at: at,
    issue_url: `https://github.example/repos/${name}/issues/${number}`,
  }) as unknown as CommentData;
for (let number = 1; number <= gaps; number += 1) {
  const [first, ...more] = Array.from({ length: each }, (_, n) => reportOf((number - 1) * each + n, number)) as [
    Report,
    ...Report[],
  ];
  const at = first.received_at;
  index.putIssue({
    number,
    title: gapTitle(first),
    body: renderGapBody({ gap: first.id, first }, 'New.', signed),
    state: number % 3 ? 'open' : 'closed',
    user: { login },
    labels: ['patchwork', `gap:${first.gap_type}`, ...(number % 2 ? ['patchwork:reviewed'] : [])],
    html_url: `https://github.example/${name}/issues/${number}`,
    created_at: at,
    updated_at: at,
  } as unknown as IssueData);
  const page = { gap: first.id, page: 1, reports: more };
  index.putComment(commentOn(number, renderEvidence(page, first, signed), at));
}

const outbox = await openOutbox({ file: join(process.argv[4] ?? '.', 'outbox.db') });
const progress = createProgress();
const app = bareApp({
  outbox,
  repository: name,
  progress,
  loopbackOnly: false,
  gaps: async () => ({ repository, index }),
  known: () => ({ repository, index }),
  log: console.error,
});

const STEPS = 10;
const told = new Map<string, { status: number; steps: number }>();
setInterval(async () => {
  for (const { body } of await outbox.waiting(`drafts:${name}`)) {
    const { issue, request, at } = body as DraftRequest;
    const known = told.get(request) ?? { status: ++comments, steps: 0 };
    told.set(request, known);
    known.steps += 1;
    const gap = index.byNumber(issue)?.id ?? '';
    const pull = { number: issue, url: `https://github.example/${name}/pull/${issue}` };
    const run = { request, actor: 'operator', by: 'api' as const, startedAt: at };
    if (known.steps <= STEPS) progress.publish({ repository: name, issue, request, text: `${Date.now()}` });
    if (known.steps !== STEPS + 1) continue;
    const ended = { ...run, outcome: 'unverified' as const, reason: 'not_replayed', branch: 'patchwork/x', pull };
    const text = renderDraftStatus({ gap, runs: [ended] }, [], '', signed);
    index.putComment(commentOn(issue, text, new Date().toISOString(), known.status));
  }
}, 200);

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }: AddressInfo) => {
  process.stdout.write(`${port}\n`);
});
