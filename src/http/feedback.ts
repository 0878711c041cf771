import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ulid } from 'ulid';
import * as z from 'zod';
import { type LaneBodies, renderLane } from '../intake/index.ts';
import type { Gap } from '../issues/index.ts';
import { cleanText, clipText, contentDigest, PatchworkError, readReport, redactReport } from '../report/index.ts';
import { gapKey } from '../triage/index.ts';
import type { Item } from './items.ts';
import { readJson } from './json.ts';
import { readItems, type Source } from './reading.ts';

export interface FeedbackOptions extends Source {
  /** The repository that reports go to, owner/name. */
  repository: string;
  now(): Date;
}

/** The longest report within its field limits is far shorter. */
const MAX_BODY = 256 * 1024;
const NOTE_LIMIT = { characters: 20_000, bytes: 40_000 };

const filters = z.object({
  server_name: z.string().optional(),
  gap_type: z.string().optional(),
  resolution: z.string().optional(),
  session_id: z.string().optional(),
  reviewed: z.stringbool().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Reports in, and reading them back: both generations of drop-ins, one path behind them. */
export function feedbackRoutes(options: FeedbackOptions): Hono {
  const { outbox, repository } = options;
  const app = new Hono();
  const lane = renderLane('reports', repository);
  const limited = bodyLimit({
    maxSize: MAX_BODY,
    onError: () => {
      throw new PatchworkError('body_too_large', `The body is larger than ${MAX_BODY / 1024} KB.`, { status: 413 });
    },
  });
  const items = async (): Promise<Item[]> => {
    const read = await readItems(options, repository);
    if (!read.complete) throw githubAway();
    return read.items;
  };
  const item = async (id: string): Promise<Item> => {
    const { items: all, complete } = await readItems(options, repository);
    const found =
      all.find((candidate) => candidate.id === id) ?? all.findLast((candidate) => String(candidate.gap) === id);
    if (found) return found;
    if (!complete) throw githubAway();
    throw new PatchworkError('not_found', 'There is no report or gap with this id.', { status: 404 });
  };

  for (const path of ['/api/feedback', '/api/v1/feedback', '/api/v1/feedback/']) {
    app.post(path, limited, async (c) => {
      const read = readReport(await readJson(c.req), { now: options.now() });
      const report = await redactReport(read.report);
      const idempotencyKey = c.req.header('idempotency-key')?.slice(0, 255);
      const key = read.ownId ? report.id : idempotencyKey;
      const digest = contentDigest(report, { repository, credential: c.req.header('authorization') ?? '' });
      const accepted = await outbox.accept({
        lane,
        id: report.id,
        kind: 'report',
        body: report,
        digest,
        ...(key ? { key } : {}),
      });
      return c.json(
        { id: accepted.id, status: 'recorded', ...answerOf(options.known()?.index.byKey(gapKey(report))) },
        201,
      );
    });
  }

  app.get('/api/feedback', async (c) => {
    const query = filters.safeParse(c.req.query());
    if (!query.success) throw badField(query.error);
    const { limit, reviewed, ...exact } = query.data;
    const wanted = (await items()).filter(
      (candidate) =>
        Object.entries(exact).every(
          ([field, value]) => value === undefined || candidate[field as keyof typeof exact] === value,
        ) &&
        (reviewed === undefined || candidate.reviewed === reviewed),
    );
    return c.json(wanted.slice(0, limit));
  });

  app.get('/api/feedback/:id', async (c) => c.json(await item(c.req.param('id'))));

  app.patch('/api/feedback/:id', limited, async (c) => {
    const body = z.object({ reviewed: z.boolean().default(true) }).safeParse(await readJson(c.req));
    if (!body.success) throw badField(body.error);
    const { id } = await item(c.req.param('id'));
    await outbox.accept({
      lane,
      id: ulid(),
      kind: 'review',
      body: { on: id, reviewed: body.data.reviewed } satisfies LaneBodies['review'],
    });
    return c.json({ status: 'updated' });
  });

  app.post('/api/feedback/:id/notes', limited, async (c) => {
    const body = z.object({ content: z.string() }).safeParse(await readJson(c.req));
    if (!body.success) throw badField(body.error);
    const content = clipText(cleanText(body.data.content).text, NOTE_LIMIT).text;
    if (!content)
      throw new PatchworkError('missing_field', 'The field content is empty.', { status: 422, field: 'content' });
    const { id: on } = await item(c.req.param('id'));
    const { id } = await outbox.accept({
      lane,
      id: ulid(),
      kind: 'note',
      body: { on, content } satisfies LaneBodies['note'],
    });
    return c.json({ id, status: 'recorded' }, 201);
  });

  app.get('/api/stats', async (c) => c.json(statsOf(await items())));
  return app;
}

function githubAway(): PatchworkError {
  return new PatchworkError('github_unavailable', 'GitHub does not answer, and its issues were not read yet.', {
    status: 503,
    next: 'Try again soon; reports are taken all the same.',
  });
}

/** What the agent hears at once: true of what is known now, and never a promise. */
function answerOf(gap: Gap | undefined): { message: string; gap?: number; seen?: number; url?: string } {
  if (!gap) {
    return {
      message:
        'Recorded. Nothing changed in this session: no new tools were added. Continue with the tools you have and tell the ' +
        'user what could not be done.',
    };
  }
  const seen = gap.reports.length + 1;
  return {
    message: `Known gap #${gap.number}, seen ${seen} times, ${gap.state}. Counted; no need to report it again. Continue with the tools you have.`,
    gap: gap.number,
    seen,
    url: gap.url,
  };
}

function statsOf(items: Item[]) {
  const count = <F extends 'server_name' | 'gap_type' | 'resolution'>(field: F) =>
    [
      ...Map.groupBy(
        items.filter((item) => item[field]),
        (item) => item[field],
      ),
    ]
      .map(([value, group]) => ({ [field]: value, count: group.length }))
      .sort((a, b) => Number(b.count) - Number(a.count));
  const gaps = new Map(items.filter((item) => item.gap !== null).map((item) => [item.gap, item]));
  return {
    total: items.length,
    unreviewed: items.filter((item) => !item.reviewed).length,
    note_count: [...gaps.values()].reduce((sum, item) => sum + item.notes.length, 0),
    gaps: gaps.size,
    pending: items.filter((item) => item.status === 'pending').length,
    by_server: count('server_name'),
    by_gap_type: count('gap_type'),
    by_resolution: count('resolution'),
  };
}

function badField(error: z.ZodError): PatchworkError {
  const issue = error.issues[0];
  const field = typeof issue?.path[0] === 'string' ? issue.path[0] : undefined;
  const missing = issue?.code === 'invalid_type' && issue.input === undefined && /undefined/.test(issue.message);
  return new PatchworkError(
    field ? (missing ? 'missing_field' : 'invalid_field') : 'invalid_body',
    field ? `The field ${field} is ${missing ? 'missing' : 'not valid'}.` : 'The body has to be one JSON object.',
    { status: 422, ...(field ? { field } : {}) },
  );
}
