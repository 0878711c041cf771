/**
 * Two things a TypeScript MCP server can do besides the feedback tool, each only if you ask for it. This file lies beside
 * feedback-tool.ts and sends to the same place.
 *
 *     inferGaps(server, 'my-server');       // after your tools are registered
 *     startHeartbeat(server, 'my-server');
 *
 * `inferGaps` counts what agents call in vain: tools that do not exist, and arguments that the tool does not have, that are
 * missing or of another type. It keeps names and counts, never a value, and sends them at most once an hour for a session, as a
 * report with `evidence: "inferred"`. `startHeartbeat` sends the names of your tools every minute.
 */
import {
  contextOf,
  deliver,
  type Json,
  type Options,
  payloadFromArgs,
  post,
  type Tool,
  targetOf,
} from './feedback-tool.ts';

// biome-ignore lint/suspicious/noExplicitAny: parts of several SDKs, some private
type Sdk = any;
type Call = { name: string; arguments: Json; failed: boolean };
type Seen = { counts: Map<string, number>; server: string; options: Options; sentAt: number; timer?: NodeJS.Timeout };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MOST_SESSIONS = 500;
const MOST_NAMES = 30;

export type Inference = {
  observe(call: Call, server: string, options: Options): void;
  /** Sends what waits, where the hour allows it; for the end of a process. */
  flush(): Promise<void>;
};

/** Counts for any number of sessions; `quietMs` after the first finding of a session its report goes out. */
export function createInference({ quietMs = MINUTE, everyMs = HOUR } = {}): Inference {
  const sessions = new Map<string, Seen>();

  async function send(seen: Seen): Promise<void> {
    clearTimeout(seen.timer);
    delete seen.timer;
    if (!seen.counts.size || Date.now() - seen.sentAt < everyMs) return;
    const report = reportOf(seen.counts);
    seen.counts = new Map();
    seen.sentAt = Date.now();
    const body = payloadFromArgs(report, seen.server, seen.options);
    await deliver({ ...body, evidence: 'inferred' }, seen.options).catch(() => {});
  }

  return {
    observe(call, server, options) {
      const findings = findingsOf(call, options.tools ?? []);
      if (!findings.length) return;
      const { session_id, session_source } = payloadFromArgs({}, server, options);
      // A handle made for one call is no session: such calls share one.
      const key = options.http && session_source === 'minted' ? '' : String(session_id);
      const seen: Seen = sessions.get(key) ?? { counts: new Map(), server, options, sentAt: 0 };
      if (!sessions.has(key) && sessions.size >= MOST_SESSIONS) forget(sessions);
      sessions.set(key, seen);
      for (const finding of findings) {
        if (seen.counts.has(finding) || seen.counts.size < MOST_NAMES) {
          seen.counts.set(finding, (seen.counts.get(finding) ?? 0) + 1);
        }
      }
      seen.timer ??= setTimeout(() => send(seen), Math.max(quietMs, seen.sentAt + everyMs - Date.now())).unref();
    },
    async flush() {
      await Promise.all([...sessions.values()].map(send));
    },
  };
}

function forget(sessions: Map<string, Seen>): void {
  const [key, seen] = sessions.entries().next().value ?? [];
  clearTimeout(seen?.timer);
  if (key !== undefined) sessions.delete(key);
}

/** What is wrong with a call, by names. A type is held against a call only if it failed: servers may be lenient. */
function findingsOf({ name, arguments: args, failed }: Call, tools: Tool[]): string[] {
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) return tools.length && name !== 'feedback' ? [`tool ${named(name)}`] : [];
  const schema = (tool.inputSchema ?? {}) as Json;
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  const open =
    !schema.properties ||
    schema.patternProperties ||
    (schema.additionalProperties ?? schema.anyOf ?? schema.oneOf ?? schema.allOf);
  const of = `of ${named(name)}`;
  const unknown = open ? [] : Object.keys(args).filter((key) => !Object.hasOwn(properties, key));
  const missing = failed && Array.isArray(schema.required) ? schema.required.filter((key) => args[key] == null) : [];
  const mistyped = failed ? Object.keys(properties).filter((key) => !fits(args[key], properties[key]?.type)) : [];
  return [
    ...unknown.map((key) => `parameter ${named(key)} ${of}`),
    ...missing.map((key) => `parameter ${named(key)} ${of} left out`),
    ...mistyped.map((key) => `parameter ${named(key)} ${of} with another type`),
  ];
}

function fits(value: unknown, type: unknown): boolean {
  if (value == null || type === undefined) return true;
  const actual = Array.isArray(value) ? 'array' : typeof value;
  return [type].flat().some((wanted) => wanted === actual || (wanted === 'integer' && Number.isInteger(value)));
}

/** Agents make these names up: what does not look like one is not repeated. */
const named = (name: unknown) => (/^[\w./-]{1,64}$/.test(String(name)) ? String(name) : '(no name)');

function reportOf(counts: Map<string, number>): Json {
  const names = [...counts.keys()].sort();
  const times = names.map((name) => `${name}: ${counts.get(name)}`);
  return {
    what_i_needed: `Called, but not offered like that: ${names.join('; ')}.`,
    what_i_tried: `Counted by the server, not written by an agent. Calls: ${times.join('; ')}.`,
    gap_type: names.some((name) => name.startsWith('tool ')) ? 'missing_tool' : 'other',
  };
}

/** Watches the calls of a server on either SDK. Call it after the server's tools are registered. */
export function inferGaps(
  mcpServer: object,
  name = '',
  options: Options = {},
  inference = createInference(),
): Inference {
  const server = mcpServer as Sdk;
  const handlers: Map<string, Sdk> = server.server._requestHandlers;
  const handle = handlers.get('tools/call');
  if (!handle) return inference;
  handlers.set('tools/call', async (request: Sdk, call: Sdk) => {
    let failed = true;
    try {
      const result = await handle(request, call);
      failed = result?.isError === true;
      return result;
    } finally {
      const made = { name: request.params.name, arguments: request.params.arguments ?? {}, failed };
      contextOf(server, call)
        .then((context) =>
          inference.observe(made, name || server.server?._serverInfo?.name, { ...context, ...options }),
        )
        .catch(() => {});
    }
  });
  return inference;
}

let beating = false;

/** Says every minute that the server runs and which tools it has, once for all server objects of the process. */
export function startHeartbeat(mcpServer: object, name = '', options: Options = {}): () => void {
  const server = mcpServer as Sdk;
  if (beating) return () => {};
  beating = true;
  const tools = async () => (await contextOf(server, undefined)).tools ?? [];
  return heartbeat(async () => ({ server: name || server.server?._serverInfo?.name, tools: await tools() }), options);
}

/** The same for whoever knows the tools another way. Nothing depends on whether a beat arrives. */
export function heartbeat(known: () => Promise<{ server: string; tools: Tool[] }>, options: Options = {}): () => void {
  const beat = async () => {
    const { server, tools } = await known();
    const { url, key, slug } = targetOf(options);
    const tool_names = tools.map((tool) => tool.name).filter((tool) => tool !== 'feedback');
    const body = { server_slug: slug || server || 'unknown', tool_count: tool_names.length, tool_names };
    await post(url.replace(/(?:v1\/)?feedback\/?$/, 'v1/heartbeat/'), key, body);
  };
  const quietly = () => void beat().catch(() => {});
  quietly();
  const timer = setInterval(quietly, MINUTE).unref();
  return () => clearInterval(timer);
}
