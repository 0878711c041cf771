import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { PatchworkError } from '../report/index.ts';
import { type AccessOptions, type Env, guard, loopbackOnly } from './access.ts';
import { draftingRoutes } from './drafting.ts';
import { feedbackRoutes } from './feedback.ts';
import { type Heartbeats, heartbeatRoutes } from './heartbeat.ts';
import { type McpOptions, mcpRoutes } from './mcp.ts';
import { type OperationsOptions, operationsRoutes } from './operations.ts';
import type { Progress } from './progress.ts';
import { referenceRoutes } from './reference.ts';
import { type ReportOptions, reportRoutes } from './reports.ts';
import { mount } from './route.ts';
import { type Settings, settingsRoutes } from './settings.ts';
import { type SetupOptions, setupRoutes } from './setup/routes.ts';

export interface AppOptions extends McpOptions, ReportOptions, AccessOptions, OperationsOptions, SetupOptions {
  /** Which servers were heard of lately. */
  heartbeats: Heartbeats;
  /** What the drafts of this process say of themselves. */
  progress: Progress;
  settings: Settings;
  /** The server listens on loopback only, and has to make sure that only this machine's own programs talk to it. */
  loopbackOnly: boolean;
  /** Answers what is no route of ours (the local forge). */
  otherwise?: (request: Request) => Promise<Response>;
  log(message: string, details?: object): void;
}

/** What a page of another origin may see of an answer, besides its body. */
const EXPOSED = ['ETag', 'Link', 'Location', 'RateLimit', 'RateLimit-Policy', 'Retry-After'];

/** Every route of the product: what is not in this table is not served, and what is in it is documented. */
export function createApp(options: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
  app.onError((error, c) => {
    if (error instanceof PatchworkError) {
      const { status } = error;
      const challenge = challengeFor(error, c.req.header('authorization'));
      if (challenge) c.header('WWW-Authenticate', challenge);
      if (status === 503 || status === 429) c.header('Retry-After', String(c.get('retryAfter') ?? 5));
      return c.json(error.toJSON(), status as 400);
    }
    options.log('request failed', { path: c.req.path, error: error.message });
    return c.json({ error: { code: 'internal_error', message: 'Something went wrong here; the log says what.' } }, 500);
  });
  const { origins, otherwise } = options;
  if (origins.length) app.use(cors({ origin: [...origins], exposeHeaders: EXPOSED, maxAge: 600 }));
  if (options.loopbackOnly) app.use(loopbackOnly(origins));
  app.notFound((c) => {
    if (otherwise) return otherwise(c.req.raw);
    throw new PatchworkError('not_found', 'There is nothing at this address.', { status: 404, next: 'See /docs.' });
  });

  const routes = [
    ...reportRoutes(options),
    ...heartbeatRoutes(options.heartbeats, options.now),
    ...feedbackRoutes(options),
    ...draftingRoutes(options, options.progress),
    ...mcpRoutes(options),
    ...operationsRoutes(options),
    ...settingsRoutes(options.settings),
    ...setupRoutes(options),
  ];
  mount(app, [...routes, ...referenceRoutes(routes)], guard(options));
  return app;
}

/** RFC 6750, 3: what is wrong with the key, where there is one. */
function challengeFor({ code }: PatchworkError, authorization: string | undefined): string | undefined {
  if (code === 'unauthorized') return `Bearer realm="patchworkmcp"${authorization ? ', error="invalid_token"' : ''}`;
  return code === 'forbidden' ? 'Bearer realm="patchworkmcp", error="insufficient_scope"' : undefined;
}
