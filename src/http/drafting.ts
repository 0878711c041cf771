import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import * as z from 'zod';
import type { DraftRequest } from '../draft/index.ts';
import { renderLane } from '../intake/index.ts';
import { newId, PatchworkError } from '../report/index.ts';
import type { Env } from './access.ts';
import { issueOf } from './briefs.ts';
import { idParam } from './feedback.ts';
import type { Item } from './items.ts';
import type { Place, Progress } from './progress.ts';
import { readItem, type Source } from './reading.ts';
import { type Route, route } from './route.ts';

const LOOK_MS = 250;
/** How often somebody else's draft is looked for: those of this process are seen at once. */
const ASK_MS = 2000;
const HEARTBEAT_MS = 15_000;
/** A run that never ends (its worker is gone) must not hold a stream for ever, nor the next draft. */
const LONGEST_MS = 30 * 60_000;

/** Asks for drafts and tells how they go. */
export function draftingRoutes(source: Source, progress: Progress): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/feedback/{id}/draft-pr',
      tag: 'Drafts',
      summary: 'Ask for a draft and watch it',
      description:
        'Tells how the draft goes as server-sent events, their data JSON: `step` and `detail` (a text), then `done` (`pr_url`, `branch`, ' +
        '`outcome`, `reason`) or `error` (a text). The draft goes on when the stream is closed; with the last event’s id in ' +
        '`Last-Event-ID` the same run is taken up again. A run under way is refused with 409, its address in `Location`.',
      scope: 'gap:write',
      params: idParam,
      query: z.strictObject({ force: z.stringbool().default(false).describe('Draft again although a draft exists.') }),
      headers: { 'Last-Event-ID': 'Take up the run that this event came from, instead of asking for one.' },
      answer: { status: 200, what: 'Events, until the draft ended.', types: ['text/event-stream'] },
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
        const resumed = /^(.+)\/(\d{1,9})$/.exec(c.req.header('last-event-id') ?? '');
        if (!resumed) {
          const { issue, request } = await requestDraft(source, repository, item, query.force, (address) =>
            c.header('Location', address),
          );
          return stream(c, source, progress, { repository, issue, request }, 0);
        }
        const [, request = '', seen] = resumed;
        return stream(c, source, progress, { repository, issue: issueOf(item), request }, Number(seen));
      },
    }),
  ];
}

/**
 * Puts a request for a draft on its way. Throws `not_yet`, `draft_running` or `draft_exists` (409); `tell` hears where the draft
 * that is in the way can be seen.
 */
export async function requestDraft(
  source: Source,
  repository: string,
  item: Item,
  force: boolean,
  tell: (address: string) => void = () => {},
): Promise<DraftRequest> {
  const issue = issueOf(item);
  const lane = renderLane('drafts', repository);
  const waiting = (await source.outbox.waiting(lane)).map(({ body }) => body as DraftRequest);
  const last = item.drafts.at(-1);
  const running =
    waiting.find((one) => one.issue === issue)?.request ??
    (last && !last.outcome && Date.now() - Date.parse(last.startedAt) < LONGEST_MS ? last.request : undefined);
  if (running !== undefined) {
    tell(item.url);
    throw new PatchworkError('draft_running', `A draft is being written: ${item.url}`, {
      status: 409,
      next: `To watch it, ask again with Last-Event-ID: ${running}/0`,
    });
  }
  if (item.pr_url && !force) {
    tell(item.pr_url);
    throw new PatchworkError('draft_exists', `A draft exists: ${item.pr_url}`, {
      status: 409,
      next: 'To draft again, ask with force=true.',
    });
  }
  const id = newId();
  const request: DraftRequest = {
    issue,
    request: `api-${id}`,
    by: 'api',
    actor: 'operator',
    at: new Date().toISOString(),
  };
  await source.outbox.accept({ lane, id, kind: 'draft', key: request.request, body: request });
  return request;
}

function stream(c: Context<Env>, source: Source, progress: Progress, place: Place, seen: number): Response {
  // nginx would keep events back until there are many.
  c.header('X-Accel-Buffering', 'no');
  return streamSSE(c, async (sse) => {
    const until = Date.now() + LONGEST_MS;
    let sent = seen;
    let [asked, beat] = [Date.now(), Date.now()];
    while (!sse.aborted && Date.now() < until) {
      for (const text of progress.steps(place).slice(sent)) {
        sent += 1;
        await sse.writeSSE({ event: 'step', data: JSON.stringify(text), id: `${place.request}/${sent}` });
      }
      const ask = Date.now() - asked > ASK_MS;
      if (ask) asked = Date.now();
      const end = await endOf(source, place, ask);
      if (end) return finish(sse, end, `${place.request}/${sent}`);
      if (Date.now() - beat > HEARTBEAT_MS) {
        beat = Date.now();
        await sse.write(': still at it\n\n');
      }
      await sse.sleep(LOOK_MS);
    }
  });
}

type End = Item['drafts'][number] | { gone: string };

/** How the run ended; undefined while it goes on, as far as is known here or, if asked for, on GitHub and in the outbox. */
async function endOf(source: Source, place: Place, ask: boolean): Promise<End | undefined> {
  const ended = () => {
    const gap = source.known(place.repository)?.index.byNumber(place.issue);
    return gap?.status?.runs.find((run) => run.request === place.request && run.outcome);
  };
  if (ended() || !ask) return ended();
  const own = /^api-(.+)$/.exec(place.request)?.[1];
  const entry = own ? await source.outbox.find(renderLane('drafts', place.repository), own) : undefined;
  if (entry?.deadReason !== undefined) return { gone: `The draft was given up: ${entry.deadReason}` };
  try {
    await (await source.gaps(place.repository)).index.current();
  } catch {
    // GitHub is away; the draft waits for it, too.
    return undefined;
  }
  if (ended()) return ended();
  if (own && !entry) return { gone: 'The draft ended without a word on its issue.' };
  return own || (await isKnown(source, place)) ? undefined : { gone: 'There is no such draft of this gap.' };
}

/** Whether such a request runs or waits: whoever takes a stream up again may name any. */
async function isKnown({ known, outbox }: Source, { repository, issue, request }: Place): Promise<boolean> {
  const runs = known(repository)?.index.byNumber(issue)?.status?.runs ?? [];
  if (runs.some((run) => run.request === request)) return true;
  const waiting = await outbox.waiting(renderLane('drafts', repository));
  return waiting.some(({ body }) => (body as DraftRequest).request === request);
}

async function finish(sse: SSEStreamingApi, end: End, id: string): Promise<void> {
  if ('gone' in end) return sse.writeSSE({ event: 'error', data: JSON.stringify(end.gone), id });
  const { pull, branch = '', outcome, reason = '', summary } = end;
  if (!pull) return sse.writeSSE({ event: 'error', data: JSON.stringify(summary ?? (reason || outcome)), id });
  if (summary) await sse.writeSSE({ event: 'detail', data: JSON.stringify(summary), id });
  await sse.writeSSE({ event: 'done', data: JSON.stringify({ pr_url: pull.url, branch, outcome, reason }), id });
}
