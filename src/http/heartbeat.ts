import * as z from 'zod';
import { cleanLine, redact } from '../report/index.ts';
import { type Route, route } from './route.ts';

/** What a server last said of itself. Kept in memory only: it says that a server is alive now, and is no record. */
const heartbeat = z.object({
  server: z.string(),
  tool_count: z.int(),
  tool_names: z.array(z.string()),
  seen_at: z.string().describe('ISO 8601.'),
});

const body = z.object({
  server_slug: z.string(),
  tool_count: z.number().int().min(0).catch(0),
  tool_names: z.array(z.string()).catch([]),
});

const MOST = 256 * 1024;
const MOST_SERVERS = 1000;
const MOST_TOOLS = 500;

export type Heartbeat = z.infer<typeof heartbeat>;

/** Which servers were heard of since the start. */
export interface Heartbeats {
  hear(repository: string, beat: Heartbeat): void;
  of(repository: string): Heartbeat[];
}

export function createHeartbeats(): Heartbeats {
  const beats = new Map<string, { repository: string; beat: Heartbeat }>();
  return {
    hear(name, beat) {
      const repository = name.toLowerCase();
      const key = JSON.stringify([repository, beat.server]);
      beats.delete(key);
      beats.set(key, { repository, beat });
      for (const oldest of beats.keys()) {
        if (beats.size <= MOST_SERVERS) break;
        beats.delete(oldest);
      }
    },
    of: (name) =>
      [...beats.values()].flatMap(({ repository, beat }) => (repository === name.toLowerCase() ? [beat] : [])),
  };
}

/** Heartbeats of the hosted contract, and which servers were heard of lately. */
export function heartbeatRoutes(heartbeats: Heartbeats, now: () => Date): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/heartbeat/',
      also: ['/api/v1/heartbeat'],
      tag: 'Reports',
      summary: 'Say that a server is alive',
      scope: 'report:write',
      body: { schema: body, most: MOST },
      answer: { status: 200, what: 'Heard.', schema: z.object({ status: z.literal('ok') }) },
      handle({ access: { repository, server: fixed }, body: { server_slug, tool_count, tool_names } }) {
        const server = fixed ?? cleanLine(redact(server_slug.slice(0, 1000)).text, 100);
        const names = tool_names.slice(0, MOST_TOOLS).map((name) => cleanLine(name, 128));
        heartbeats.hear(repository, { server, tool_count, tool_names: names, seen_at: now().toISOString() });
        return { status: 'ok' as const };
      },
    }),
    route({
      method: 'get',
      path: '/api/servers',
      tag: 'Reading',
      summary: 'Which servers were heard of since the start',
      scope: 'report:read',
      answer: { status: 200, what: 'Their last heartbeats.', schema: z.array(heartbeat) },
      handle: ({ access }) => heartbeats.of(access.repository),
    }),
  ];
}
