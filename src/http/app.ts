import { Hono } from 'hono';
import { PatchworkError } from '../report/index.ts';
import { type AccessOptions, authenticate, type Env, loopbackOnly } from './access.ts';
import { draftingRoutes } from './drafting.ts';
import { feedbackRoutes } from './feedback.ts';
import { heartbeatRoutes } from './heartbeat.ts';
import { mcpRoutes } from './mcp.ts';
import { type OperationsOptions, operationsRoutes } from './operations.ts';
import type { Progress } from './progress.ts';
import type { Source } from './reading.ts';
import { referenceRoutes } from './reference.ts';
import { reportRoutes } from './reports.ts';
import { mount } from './route.ts';

export interface AppOptions extends Source, AccessOptions, OperationsOptions {
  now(): Date;
  /** What the drafts of this process say of themselves. */
  progress: Progress;
  /** The server listens on loopback only, and has to make sure that only this machine's own programs talk to it. */
  loopbackOnly: boolean;
  /** Answers what is no route of ours (the local forge). */
  otherwise?: (request: Request) => Promise<Response>;
  log(message: string, details?: object): void;
}

/** Every route of the product: what is not in this table is not served, and what is in it is documented. */
export function createApp(options: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
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
  app.notFound((c) => {
    if (otherwise) return otherwise(c.req.raw);
    throw new PatchworkError('not_found', 'There is nothing at this address.', { status: 404, next: 'See /docs.' });
  });

  const routes = [
    ...reportRoutes(options),
    ...heartbeatRoutes(options.now),
    ...feedbackRoutes(options),
    ...draftingRoutes(options, options.progress),
    ...mcpRoutes(options),
    ...operationsRoutes(options),
  ];
  mount(app, [...routes, ...referenceRoutes(routes)], authenticate(options));
  return app;
}
