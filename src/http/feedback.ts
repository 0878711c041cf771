import { stream } from 'hono/streaming';
import * as z from 'zod';
import { type LaneBodies, renderLane } from '../intake/index.ts';
import { cleanText, clipText, newId, PatchworkError } from '../report/index.ts';
import { CONTENT_TYPES, exportItems, FORMATS } from './export.ts';
import { type Item, itemSchema } from './items.ts';
import { readItem, readItems, type Source } from './reading.ts';
import { type Route, route } from './route.ts';
import { statsOf, statsSchema } from './stats.ts';

const MOST = 256 * 1024;
const NOTE_LIMIT = { characters: 20_000, bytes: 40_000 };
const MAX_LIST = 200;

export const idParam = z.object({ id: z.string().describe('A report’s ULID or a gap’s issue number.') });

const filters = z.strictObject({
  server_name: z.string().optional(),
  gap_type: z.string().optional(),
  resolution: z.string().optional(),
  session_id: z.string().optional(),
  reviewed: z.stringbool().optional(),
});
type Filters = z.infer<typeof filters>;

/** Reading reports back, and what people do with them. */
export function feedbackRoutes(source: Source): Route[] {
  const { outbox } = source;
  return [
    route({
      method: 'get',
      path: '/api/feedback',
      tag: 'Reading',
      summary: 'List reports, newest first',
      scope: 'report:read',
      query: filters.extend({ limit: z.coerce.number().int().min(1).max(MAX_LIST).default(50) }),
      answer: { status: 200, what: 'Reports.', schema: z.array(itemSchema) },
      errors: ['github_unavailable'],
      async handle({ access, query: { limit, ...wanted } }) {
        return (await readItems(source, access.repository)).filter(matches(wanted)).slice(0, limit);
      },
    }),
    route({
      method: 'get',
      path: '/api/export',
      tag: 'Reading',
      summary: 'Export reports',
      scope: 'report:read',
      query: filters.extend({ format: z.enum(FORMATS).default('csv') }),
      answer: { status: 200, what: 'All reports that the filters find, streamed.', type: 'text/csv' },
      errors: ['github_unavailable'],
      async handle({ c, access, query: { format, ...wanted } }) {
        const items = (await readItems(source, access.repository)).filter(matches(wanted));
        c.header('Content-Type', CONTENT_TYPES[format]);
        c.header('Content-Disposition', `attachment; filename="gaps.${format}"`);
        return stream(c, async (out) => {
          for (const piece of exportItems(items, format)) await out.write(piece);
        });
      },
    }),
    route({
      method: 'get',
      path: '/api/feedback/{id}',
      tag: 'Reading',
      summary: 'Read one report, or the newest of a gap',
      scope: 'report:read',
      params: idParam,
      answer: { status: 200, what: 'The report.', schema: itemSchema },
      errors: ['not_found', 'github_unavailable'],
      handle: ({ access, params }) => readItem(source, access.repository, params.id),
    }),
    route({
      method: 'patch',
      path: '/api/feedback/{id}',
      tag: 'Triage',
      summary: 'Mark a gap as reviewed',
      scope: 'gap:write',
      params: idParam,
      body: { schema: z.object({ reviewed: z.boolean().default(true) }), most: MOST },
      answer: {
        status: 200,
        what: 'It is taken; the label follows.',
        schema: z.object({ status: z.literal('updated') }),
      },
      errors: ['not_found', 'github_unavailable', 'outbox_full', 'outbox_unavailable'],
      async handle({ access: { repository }, params, body: { reviewed } }) {
        const { id: on } = await readItem(source, repository, params.id);
        const review: LaneBodies['review'] = { on, reviewed };
        await outbox.accept({ lane: renderLane('reports', repository), id: newId(), kind: 'review', body: review });
        return { status: 'updated' as const };
      },
    }),
    route({
      method: 'post',
      path: '/api/feedback/{id}/notes',
      tag: 'Triage',
      summary: 'Write a note',
      description: 'Becomes a comment on the gap’s issue. Notes are only ever added.',
      scope: 'gap:write',
      params: idParam,
      body: { schema: z.object({ content: z.string().describe('Markdown.') }), most: MOST },
      answer: {
        status: 201,
        what: 'It is taken; the comment follows.',
        schema: z.object({ id: z.string().describe('A ULID.'), status: z.literal('recorded') }),
      },
      errors: ['not_found', 'github_unavailable', 'outbox_full', 'outbox_unavailable'],
      async handle({ access: { repository }, params, body }) {
        const content = clipText(cleanText(body.content).text, NOTE_LIMIT).text;
        if (!content) {
          throw new PatchworkError('missing_field', 'The field content is empty.', { status: 422, field: 'content' });
        }
        const { id: on } = await readItem(source, repository, params.id);
        const note: LaneBodies['note'] = { on, content };
        const lane = renderLane('reports', repository);
        const { id } = await outbox.accept({ lane, id: newId(), kind: 'note', body: note });
        return { id, status: 'recorded' as const };
      },
    }),
    route({
      method: 'get',
      path: '/api/stats',
      tag: 'Reading',
      summary: 'Count reports',
      scope: 'report:read',
      answer: { status: 200, what: 'The counts.', schema: statsSchema },
      errors: ['github_unavailable'],
      handle: async ({ access }) => statsOf(await readItems(source, access.repository)),
    }),
  ];
}

function matches({ reviewed, ...exact }: Filters): (item: Item) => boolean {
  const fields = Object.entries(exact) as [keyof typeof exact, string | undefined][];
  return (item) =>
    fields.every(([field, value]) => value === undefined || item[field] === value) &&
    (reviewed === undefined || item.reviewed === reviewed);
}
