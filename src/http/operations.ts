import * as z from 'zod';
import type { Outbox } from '../outbox/index.ts';
import { type Route, route } from './route.ts';

export const WEBHOOK_PATH = '/api/github/webhooks';
/** GitHub sends 25 MB at most. */
const MOST_WEBHOOK = 25 * 1024 * 1024;

export interface OperationsOptions {
  outbox: Outbox;
  /** Where reports go without a key that says otherwise. */
  repository: string;
  health: { mode: string; api: string };
  /** Takes a webhook whose raw body and headers are given; absent where GitHub sends none. */
  webhook?: (raw: string, headers: Headers) => Promise<void>;
}

const health = z.object({
  status: z.enum(['ok', 'unavailable']),
  mode: z.string(),
  github: z.object({ api: z.string(), repository: z.string() }),
});

export function operationsRoutes({ outbox, repository, health: { mode, api }, webhook }: OperationsOptions): Route[] {
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
