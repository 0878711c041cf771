import * as z from 'zod';
import type { Outbox } from '../outbox/index.ts';
import { type Metrics, metricsRoutes } from './metrics.ts';
import { type Route, route } from './route.ts';

export const WEBHOOK_PATH = '/api/github/webhooks';
/** GitHub sends 25 MB at most. */
const MOST_WEBHOOK = 25 * 1024 * 1024;

export interface OperationsOptions {
  outbox: Outbox;
  /** Where reports go without a key that says otherwise. */
  repository: string;
  health: { mode: string; api: string };
  metrics: Metrics;
  /** Whether GitHub answers, and whether lanes are worked on. */
  ready: { github(): Promise<boolean>; lanes(): boolean };
  /** Takes a webhook whose raw body and headers are given; absent where GitHub sends none. */
  webhook?: (raw: string, headers: Headers) => Promise<void>;
}

const health = z.object({
  status: z.enum(['ok', 'unavailable']),
  mode: z.string(),
  github: z.object({ api: z.string(), repository: z.string() }),
});

const readiness = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  checks: z.object({
    database: z.boolean().describe('The store takes writes.'),
    lanes: z.boolean().describe('What was accepted is being worked on.'),
    github: z.boolean().describe('GitHub answered lately. Reports are taken without it, too.'),
  }),
});

export function operationsRoutes(options: OperationsOptions): Route[] {
  const { outbox, repository, webhook, ready, metrics } = options;
  const { mode, api } = options.health;
  return [
    route({
      method: 'get',
      path: '/healthz',
      tag: 'Operations',
      summary: 'Is it alive?',
      scope: null,
      answer: { status: 200, what: 'The store takes writes.', schema: health },
      others: { 503: 'The store takes no writes.' },
      async handle({ c }) {
        const body = { mode, github: { api, repository } };
        try {
          await outbox.ping();
          return { status: 'ok' as const, ...body };
        } catch {
          return c.json({ status: 'unavailable', ...body }, 503);
        }
      },
    }),
    route({
      method: 'get',
      path: '/readyz',
      tag: 'Operations',
      summary: 'Is it ready for work?',
      description:
        'Degraded while GitHub is away: reports are taken and kept, so a load balancer has to go on sending them. Unavailable when the ' +
        'store takes no writes or nobody works on what was accepted.',
      scope: null,
      answer: { status: 200, what: 'It takes reports.', schema: readiness },
      others: { 503: 'It takes none, or does nothing with them.' },
      async handle({ c }) {
        const [database, github] = await Promise.all([isFine(outbox.ping()), ready.github()]);
        const checks = { database, lanes: ready.lanes(), github };
        if (!checks.database || !checks.lanes) return c.json({ status: 'unavailable', checks }, 503);
        return { status: github ? ('ok' as const) : ('degraded' as const), checks };
      },
    }),
    ...metricsRoutes(metrics, repository),
    ...(webhook
      ? [
          route({
            method: 'post',
            path: WEBHOOK_PATH,
            tag: 'Operations',
            summary: 'GitHub’s webhooks',
            description: 'Signed with the App’s webhook secret, durable before the answer, worked on after it.',
            scope: null,
            body: { schema: z.unknown(), most: MOST_WEBHOOK, raw: 'application/json' },
            answer: { status: 202, what: 'It is on disk.' },
            errors: ['bad_signature', 'bad_delivery', 'outbox_full', 'outbox_unavailable'],
            async handle({ c }) {
              await webhook(await c.req.text(), c.req.raw.headers);
              return c.body(null, 202);
            },
          }),
        ]
      : []),
  ];
}

const isFine = (work: Promise<unknown>) =>
  work.then(
    () => true,
    () => false,
  );
