import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import * as z from 'zod';
import type { DraftRequest } from '../draft/index.ts';
import { renderLane } from '../intake/index.ts';
import { newId, PatchworkError } from '../report/index.ts';
import type { Env } from './access.ts';
import { idParam } from './feedback.ts';
import type { Item } from './items.ts';
import type { Progress } from './progress.ts';
import { readItem, type Source } from './reading.ts';
import { type Route, route } from './route.ts';

const LOOK_MS = 250;
const HEARTBEAT_MS = 15_000;
/** A run that never ends (its worker is gone) must not hold a stream for ever; the run itself goes on without it. */
const LONGEST_MS = 30 * 60_000;

/** Asks for a draft and tells how it goes. */
export function draftingRoutes(source: Source, progress: Progress): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/feedback/{id}/draft-pr',
      tag: 'Drafts',
      summary: 'Ask for a draft and watch it',
      description:
        'Tells how the draft goes as server-sent events: `step` and `detail` (a text), then `done` (`pr_url`, `branch`, `outcome`, ' +
        '`reason`) or `error` (a text). The draft goes on when the stream is closed; with the last event’s id in `Last-Event-ID` the ' +
        'same run is taken up again.',
      scope: 'gap:write',
      params: idParam,
      query: z.strictObject({ force: z.stringbool().default(false).describe('Draft again although a draft exists.') }),
      headers: { 'Last-Event-ID': 'Take up the run that this event came from, instead of asking for one.' },
      answer: { status: 200, what: 'Events, until the draft ended.', type: 'text/event-stream' },
      errors: [
        'not_found',
        'not_yet',
        'draft_running',
        'draft_exists',
        'github_unavailable',
        'outbox_full',
        'outbox_unavailable',
      ],
      async handle({ c, access: { repository }, params, query }) {
        const item = await readItem(source, repository, params.id);
        const issue = item.gap;
        if (issue === null) {
          throw new PatchworkError('not_yet', 'The report has no issue yet.', {
            status: 409,
            next: 'Try again in a moment.',
          });
        }
        const resumed = /^(.+)\/(\d+)$/.exec(c.req.header('last-event-id') ?? '');
        if (resumed) {
          const [, request = '', from] = resumed;
          return stream(c, source, progress, { repository, issue, request, from: Number(from) });
        }
        const last = item.drafts.at(-1);
        if (last && !last.outcome) throw conflict('draft_running', `A draft is being written: ${item.url}`);
        if (item.pr_url && !query.force) throw conflict('draft_exists', `A draft exists: ${item.pr_url}`);
        const request = `api-${newId()}`;
        const body: DraftRequest = { issue, request, by: 'api', actor: 'operator', at: new Date().toISOString() };
        await source.outbox.accept({
          lane: renderLane('drafts', repository),
          id: newId(),
          kind: 'draft',
          key: request,
          body,
        });
        return stream(c, source, progress, { repository, issue, request, from: 0 });
      },
    }),
  ];
}

interface Follow {
  repository: string;
  issue: number;
  request: string;
  /** How many steps the client has seen. */
  from: number;
}

function stream(c: Context<Env>, source: Source, progress: Progress, follow: Follow): Response {
  const { repository, issue, request } = follow;
  return streamSSE(c, async (sse) => {
    const until = Date.now() + LONGEST_MS;
    let sent = follow.from;
    let beat = Date.now();
    while (!sse.aborted && Date.now() < until) {
      for (const text of progress.steps(request).slice(sent)) {
        sent += 1;
        await sse.writeSSE({ event: 'step', data: JSON.stringify(text), id: `${request}/${sent}` });
      }
      const item = await readItem(source, repository, String(issue));
      const run = item.drafts.find((candidate) => candidate.request === request);
      if (run?.outcome) return finish(sse, run, `${request}/${sent}`);
      if (Date.now() - beat > HEARTBEAT_MS) {
        beat = Date.now();
        await sse.write(': still at it\n\n');
      }
      await sse.sleep(LOOK_MS);
    }
  });
}

async function finish(sse: SSEStreamingApi, run: Item['drafts'][number], id: string): Promise<void> {
  if (run.pull) {
    const data = { pr_url: run.pull.url, branch: run.branch ?? '', outcome: run.outcome, reason: run.reason ?? '' };
    await sse.writeSSE({ event: 'done', data: JSON.stringify(data), id });
  } else {
    await sse.writeSSE({ event: 'error', data: JSON.stringify(run.summary ?? run.reason ?? run.outcome), id });
  }
}

function conflict(code: string, message: string): PatchworkError {
  return new PatchworkError(code, message, { status: 409 });
}
