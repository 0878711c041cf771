import { Hono } from 'hono';
import * as z from 'zod';
import { cleanLine, PatchworkError } from '../report/index.ts';
import { allow, type Env } from './access.ts';
import { limitBody } from './body-limit.ts';
import { readJson } from './json.ts';

/** What a server last said of itself. Kept in memory only: it says that a server is alive now, and is no record. */
export interface Heartbeat {
  server: string;
  tool_count: number;
  tool_names: string[];
  /** ISO 8601. */
  seen_at: string;
}

const body = z.object({
  server_slug: z.string(),
  tool_count: z.number().int().min(0).catch(0),
  tool_names: z.array(z.string()).catch([]),
});

const MOST_SERVERS = 1000;
const MOST_TOOLS = 500;

/** `POST /api/v1/heartbeat/` of the hosted contract, and `GET /api/servers`: which servers were heard of lately. */
export function heartbeatRoutes(now: () => Date): Hono<Env> {
  const app = new Hono<Env>();
  const beats = new Map<string, { repository: string; beat: Heartbeat }>();
  for (const path of ['/api/v1/heartbeat', '/api/v1/heartbeat/']) {
    app.post(path, limitBody(256 * 1024), async (c) => {
      const { repository, server: fixed } = allow(c, 'report:write');
      const parsed = body.safeParse(await readJson(c.req));
      if (!parsed.success) {
        throw new PatchworkError('missing_field', 'The field server_slug is missing.', {
          status: 422,
          field: 'server_slug',
        });
      }
      const { server_slug, tool_count, tool_names } = parsed.data;
      const server = fixed ?? cleanLine(server_slug, 100);
      const names = tool_names.slice(0, MOST_TOOLS).map((name) => cleanLine(name, 128));
      const key = JSON.stringify([repository, server]);
      beats.delete(key);
      beats.set(key, { repository, beat: { server, tool_count, tool_names: names, seen_at: now().toISOString() } });
      for (const oldest of beats.keys()) {
        if (beats.size <= MOST_SERVERS) break;
        beats.delete(oldest);
      }
      return c.json({ status: 'ok' });
    });
  }
  app.get('/api/servers', (c) => {
    const { repository } = allow(c, 'report:read');
    return c.json([...beats.values()].flatMap((known) => (known.repository === repository ? [known.beat] : [])));
  });
  return app;
}
