import { stream } from 'hono/streaming';
import * as z from 'zod';
import { type LaneBodies, renderLane } from '../intake/index.ts';
import { newId } from '../report/index.ts';
import { type BriefSource, briefOfItem, budget } from './briefs.ts';
import { CONTENT_TYPES, exportRows, FORMATS } from './export.ts';
import { itemSchema } from './items.ts';
import { filters, matching, pageOf, paging } from './listing.ts';
import { postNote } from './notes.ts';
import { readItem, readRows } from './reading.ts';
import { type Route, route } from './route.ts';
import { statsOf, statsSchema } from './stats.ts';

const MOST = 256 * 1024;

export const idParam = z.object({ id: z.string().describe('A report’s ULID or a gap’s issue number.') });

/** Reading reports back, and what people do with them. */
export function feedbackRoutes(source: BriefSource): Route[] {
  const { outbox } = source;
  return [
    route({
      method: 'get',
      path: '/api/feedback',
      tag: 'Reading',
      summary: 'List reports, newest first',
      description:
        'One page. A `Link` header with `rel="next"` has the address of the next one (relative to this one) as long as there is one; ' +
        'reports that come in between neither repeat nor hide any.',
      scope: 'report:read',
      query: filters.extend(paging.shape),
      answer: {
        status: 200,
        what: 'Reports.',
        schema: z.array(itemSchema),
        headers: { Link: 'The next page.' },
      },
      errors: ['github_unavailable'],
      async handle({ c, access, query }) {
        const { rows, next } = pageOf(await readRows(source, access.repository), matching(query), query);
        if (next) {
          const address = new URL(c.req.url);
          address.searchParams.set('cursor', next);
          c.header('Link', `<${address.pathname}${address.search}>; rel="next"`);
        }
        return rows.map(({ item }) => item);
      },
    }),
    route({
      method: 'get',
      path: '/api/export',
      tag: 'Reading',
      summary: 'Export reports',
      scope: 'report:read',
      query: filters.extend({ format: z.enum(FORMATS).default('csv') }),
      answer: {
        status: 200,
        what: 'All reports that the filters find, streamed.',
        types: Object.values(CONTENT_TYPES),
      },
      errors: ['github_unavailable'],
      async handle({ c, access, query: { format, ...wanted } }) {
        const rows = (await readRows(source, access.repository)).filter(matching(wanted));
        c.header(
          'Content-Type',
          `${CONTENT_TYPES[format]}; charset=utf-8${format === 'csv' ? '; header=present' : ''}`,
        );
        c.header('Content-Disposition', `attachment; filename="gaps.${format}"`);
        return stream(c, async (out) => {
          for (const piece of exportRows(rows, format)) await out.write(piece);
        });
      },
    }),
    route({
      method: 'get',
      path: '/api/feedback/{id}',
      tag: 'Reading',
      summary: 'Read one report, or the first of a gap',
      scope: 'report:read',
      params: idParam,
      answer: { status: 200, what: 'The report.', schema: itemSchema },
      errors: ['not_found', 'github_unavailable'],
      handle: ({ access, params }) => readItem(source, access.repository, params.id),
    }),
    route({
      method: 'get',
      path: '/api/feedback/{id}/brief',
      tag: 'Reading',
      summary: 'The brief of a gap',
      description:
        'What a person or a coding agent needs to close it: evidence, maintainers’ notes, the code, a check that would show it, how to ' +
        'verify. `budget` is how long it may be, in tokens.',
      scope: 'report:read',
      params: idParam,
      query: z.object({ budget }),
      answer: { status: 200, what: 'Markdown.', types: ['text/markdown'] },
      errors: ['not_found', 'not_yet', 'repository_too_large', 'github_unavailable'],
      async handle({ c, access: { repository }, params, query }) {
        const item = await readItem(source, repository, params.id);
        const text = await briefOfItem(source, repository, item, query.budget);
        return c.body(text, 200, { 'Content-Type': 'text/markdown; charset=utf-8' });
      },
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
        const { id: on } = await readItem(source, repository, params.id);
        return { id: await postNote(source, repository, on, body.content), status: 'recorded' as const };
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
      handle: async ({ access }) => statsOf(await readRows(source, access.repository)),
    }),
  ];
}
