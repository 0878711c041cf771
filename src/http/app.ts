import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { PatchworkError } from '../report/index.ts';
import { type AccessOptions, authenticate, loopbackOnly } from './access.ts';
import { draftingRoutes } from './drafting.ts';
import { type FeedbackOptions, feedbackRoutes } from './feedback.ts';
import { heartbeatRoutes } from './heartbeat.ts';
import { mcpRoute } from './mcp.ts';
import type { Progress } from './progress.ts';

export interface AppOptions extends FeedbackOptions, AccessOptions {
  health: { mode: string; api: string };
  /** What the drafts of this process say of themselves. */
  progress: Progress;
  /** Takes a webhook whose raw body and headers are given; absent where GitHub sends none. */
  webhook?: (raw: string, headers: Headers) => Promise<void>;
  /** The server listens on loopback only, and has to make sure that only this machine's own programs talk to it. */
  loopbackOnly: boolean;
  /** Answers what is no route of ours (the local forge). */
  otherwise?: (request: Request) => Promise<Response>;
  log(message: string, details?: object): void;
}

export const WEBHOOK_PATH = '/api/github/webhooks';
/** GitHub sends 25 MB at most. */
const MAX_WEBHOOK = 25 * 1024 * 1024;

/** Every route of the product. */
export function createApp(options: AppOptions): Hono {
  const { outbox, health, webhook } = options;
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof PatchworkError) {
      const { status } = error;
      if (status === 401) c.header('WWW-Authenticate', 'Bearer realm="patchworkmcp"');
      if (status === 503 || status === 429) c.header('Retry-After', '5');
      return c.json(error.toJSON(), status as 400);
    }
    options.log('request failed', { path: c.req.path, error: error.message });
    return c.json({ error: { code: 'internal_error', message: 'Something went wrong here; the log says what.' } }, 500);
  });

  if (options.loopbackOnly) app.use(loopbackOnly);
  const { otherwise } = options;
  if (otherwise) app.notFound((c) => otherwise(c.req.raw));

  app.get('/healthz', async (c) => {
    const body = { mode: health.mode, github: { api: health.api, repository: options.repository } };
    try {
      await outbox.ping();
      return c.json({ status: 'ok', ...body });
    } catch {
      return c.json({ status: 'unavailable', ...body }, 503);
    }
  });

  if (webhook) {
    app.post(WEBHOOK_PATH, bodyLimit({ maxSize: MAX_WEBHOOK }), async (c) => {
      await webhook(await c.req.text(), c.req.raw.headers);
      return c.body(null, 202);
    });
  }

  const guard = authenticate(options);
  for (const path of ['/api/feedback/*', '/api/export', '/api/servers', '/api/stats', '/api/v1/*', '/mcp'])
    app.use(path, guard);
  app.route('/', feedbackRoutes(options));
  app.route('/', heartbeatRoutes(options.now));
  app.route('/', draftingRoutes(options, options.progress));
  app.route('/', mcpRoute(options));
  return app;
}
