import * as z from 'zod';
import { renderLane } from '../intake/index.ts';
import type { Gap } from '../issues/index.ts';
import { contentDigest, readReport, redactReport, reportBody } from '../report/index.ts';
import { gapKey } from '../triage/index.ts';
import type { Source } from './reading.ts';
import { type Route, route } from './route.ts';

/** The longest report within its field limits is far shorter. */
const MOST = 256 * 1024;

/** Says what a report is, and lets everything through: it is read leniently, and by a reader of its own. */
const anyReport = z.unknown().meta({ ...z.toJSONSchema(reportBody, { io: 'input' }), id: 'Report' });

const recorded = z.object({
  id: z.string().describe('A ULID.'),
  status: z.literal('recorded'),
  message: z.string().describe('What to tell the agent: true of what is known now, and never a promise.'),
  gap: z.int().optional().describe('The issue, where the gap is known already.'),
  seen: z.int().optional().describe('How often the gap was reported, this report included.'),
  workaround: z.string().optional().describe('What a maintainer says helps until then.'),
  fixed_in: z.string().optional().describe('The version that has it.'),
  url: z.string().optional(),
});

/** Reports in: both generations of drop-ins, one path behind them. */
export function reportRoutes({ outbox, known, now }: Source & { now(): Date }): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/feedback',
      also: ['/api/v1/feedback', '/api/v1/feedback/'],
      tag: 'Reports',
      summary: 'Report a gap',
      description:
        'What a drop-in sends. Lenient in values: a word that is not of a list, or an optional field of another type, never loses a ' +
        'report. The report is on disk when 201 is answered. The same `report_id` (or `Idempotency-Key`, or, for two minutes, the ' +
        'same content) counts once.',
      scope: 'report:write',
      headers: { 'Idempotency-Key': 'Tells a retry from another report, where there is no `report_id`.' },
      body: { schema: anyReport, most: MOST },
      answer: { status: 201, what: 'It is on disk.', schema: recorded },
      errors: ['outbox_full', 'outbox_unavailable'],
      async handle({ c, access: { repository, server, credential }, body }) {
        const read = readReport(body, { now: now(), ...(server ? { server } : {}) });
        const report = await redactReport(read.report);
        const key = read.ownId ? report.id : c.req.header('idempotency-key')?.slice(0, 255);
        const { id } = await outbox.accept({
          lane: renderLane('reports', repository),
          id: report.id,
          kind: 'report',
          body: report,
          digest: contentDigest(report, { repository, credential }),
          ...(key ? { key } : {}),
        });
        const gap = known(repository)?.index.byKey(gapKey(report));
        return { id, status: 'recorded' as const, ...answerOf(gap) };
      },
    }),
  ];
}

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
