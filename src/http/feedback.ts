import { type Context, Hono } from 'hono';
import { stream } from 'hono/streaming';
import * as z from 'zod';
import { type LaneBodies, renderLane } from '../intake/index.ts';
import type { Gap } from '../issues/index.ts';
import {
  cleanText,
  clipText,
  contentDigest,
  newId,
  PatchworkError,
  readReport,
  redactReport,
} from '../report/index.ts';
import { gapKey } from '../triage/index.ts';
import { allow, type Env } from './access.ts';
import { limitBody } from './body-limit.ts';
import { CONTENT_TYPES, exportItems, FORMATS } from './export.ts';
import type { Item } from './items.ts';
import { readJson } from './json.ts';
import { readItem, readItems, type Source } from './reading.ts';

export interface FeedbackOptions extends Source {
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
  format: z.enum(FORMATS).default('csv'),
});
const MAX_LIST = 200;

/** Reports in, and reading them back: both generations of drop-ins, one path behind them. */
export function feedbackRoutes(options: FeedbackOptions): Hono<Env> {
  const { outbox } = options;
  const app = new Hono<Env>();
  const limited = limitBody(MAX_BODY);

  for (const path of ['/api/feedback', '/api/v1/feedback', '/api/v1/feedback/']) {
    app.post(path, limited, async (c) => {
      const { repository, server, credential } = allow(c, 'report:write');
      const read = readReport(await readJson(c.req), { now: options.now(), ...(server ? { server } : {}) });
      const report = await redactReport(read.report);
      const idempotencyKey = c.req.header('idempotency-key')?.slice(0, 255);
      const key = read.ownId ? report.id : idempotencyKey;
      const accepted = await outbox.accept({
        lane: renderLane('reports', repository),
        id: report.id,
        kind: 'report',
        body: report,
        digest: contentDigest(report, { repository, credential }),
        ...(key ? { key } : {}),
      });
      const gap = options.known(repository)?.index.byKey(gapKey(report));
      return c.json({ id: accepted.id, status: 'recorded', ...answerOf(gap) }, 201);
    });
  }

  const filtered = async (c: Context<Env>, max: number): Promise<Item[]> => {
    const { repository } = allow(c, 'report:read');
    const query = filters
      .extend({ limit: z.coerce.number().int().min(1).max(max).optional() })
      .safeParse(c.req.query());
    if (!query.success) throw badField(query.error);
    const { limit, reviewed, format: _format, ...exact } = query.data;
    const wanted = (await readItems(options, repository)).filter(
      (item) =>
        Object.entries(exact).every(
          ([field, value]) => value === undefined || item[field as keyof typeof exact] === value,
        ) &&
        (reviewed === undefined || item.reviewed === reviewed),
    );
    return limit === undefined ? wanted : wanted.slice(0, limit);
  };

  app.get('/api/feedback', async (c) =>
    c.json((await filtered(c, MAX_LIST)).slice(0, Number(c.req.query('limit') ?? 50))),
  );

  app.get('/api/export', async (c) => {
    const items = await filtered(c, Number.MAX_SAFE_INTEGER);
    const format = filters.shape.format.parse(c.req.query('format'));
    c.header('Content-Type', CONTENT_TYPES[format]);
    c.header('Content-Disposition', `attachment; filename="gaps.${format}"`);
    return stream(c, async (out) => {
      for (const piece of exportItems(items, format)) await out.write(piece);
    });
  });

  app.get('/api/feedback/:id', async (c) => {
    const { repository } = allow(c, 'report:read');
    return c.json(await readItem(options, repository, c.req.param('id')));
  });

  app.patch('/api/feedback/:id', limited, async (c) => {
    const { repository } = allow(c, 'gap:write');
    const body = z.object({ reviewed: z.boolean().default(true) }).safeParse(await readJson(c.req));
    if (!body.success) throw badField(body.error);
    const { id: on } = await readItem(options, repository, c.req.param('id'));
    const review: LaneBodies['review'] = { on, reviewed: body.data.reviewed };
    await outbox.accept({ lane: renderLane('reports', repository), id: newId(), kind: 'review', body: review });
    return c.json({ status: 'updated' });
  });

  app.post('/api/feedback/:id/notes', limited, async (c) => {
    const { repository } = allow(c, 'gap:write');
    const body = z.object({ content: z.string() }).safeParse(await readJson(c.req));
    if (!body.success) throw badField(body.error);
    const content = clipText(cleanText(body.data.content).text, NOTE_LIMIT).text;
    if (!content) {
      throw new PatchworkError('missing_field', 'The field content is empty.', { status: 422, field: 'content' });
    }
    const { id: on } = await readItem(options, repository, c.req.param('id'));
    const note: LaneBodies['note'] = { on, content };
    const { id } = await outbox.accept({
      lane: renderLane('reports', repository),
      id: newId(),
      kind: 'note',
      body: note,
    });
    return c.json({ id, status: 'recorded' }, 201);
  });

  app.get('/api/stats', async (c) => {
    const { repository } = allow(c, 'report:read');
    return c.json(statsOf(await readItems(options, repository)));
  });
  return app;
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
