/**
 * PatchworkMCP feedback tool for TypeScript MCP servers. Copy this file and add two lines:
 *
 *     const server = new McpServer({ name: 'my-server', version: '1.0.0' }, { instructions: INSTRUCTIONS });
 *     registerFeedbackTool(server, 'my-server');
 *
 * For @modelcontextprotocol/sdk 1.12 and later and @modelcontextprotocol/server 2, any transport, any protocol revision. Needs
 * Node and the SDK's zod. Adds nothing to your other tools, never writes to stdout, never follows a redirect.
 *
 * It sends what the agent wrote about the gap (secrets and e-mail addresses taken out), names and versions of your server and of
 * the client, the names of your tools, a hash of them with their parameters, the model if known, and a hash of the session: to
 * PATCHWORKMCP_URL (with PATCHWORKMCP_API_KEY and PATCHWORKMCP_SERVER_SLUG) if set, else to FEEDBACK_SIDECAR_URL (with
 * FEEDBACK_API_KEY), else to http://localhost:8099. What cannot be delivered becomes a line on stderr and, if PATCHWORKMCP_SPOOL
 * names a folder, a file there that the next success sends.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

export const TOOL_NAME = 'feedback';
export const TOOL_DESCRIPTION =
  "Report a gap in THIS server's tools to its maintainers: no listed tool does what the task needs, a needed parameter is missing, " +
  'or results came back incomplete or in an unusable format. Check the tool list first; report each gap once, then continue the ' +
  'task. Not for: your own input errors (fix and retry), timeouts or rate limits, permission refusals, other servers. Describe the ' +
  'need generically: no names, secrets, file contents or user text.';
export const INSTRUCTIONS =
  'If you are about to say something cannot be done, or you worked around these tools, call `feedback` once for that gap before ' +
  'your final answer, then finish the task with what is available.';
const USER_AGENT = 'PatchworkMCP-TypeScript/2.0';
const GAP_TYPES = ['missing_tool', 'incomplete_results', 'missing_parameter', 'wrong_format', 'other'];
const RESOLUTIONS = ['blocked', 'worked_around', 'partial'];
type Field = { type: 'string' | 'array' | 'integer'; description: string; enum?: string[]; items?: { type: 'string' } };
const text = (description: string): Field => ({ type: 'string', description });
const FIELDS: Record<string, Field> = {
  what_i_needed: text('What is missing. Good: "no way to filter get_costs by run_id". Bad: "the tool was bad".'),
  what_i_tried: text('Tools called and what came back. Good: "get_costs: 412 rows, no filter". Bad: "everything".'),
  gap_type: { ...text('The kind of gap.'), enum: GAP_TYPES },
  suggestion: text('What would close the gap. Good: "optional run_id on get_costs". Bad: "make it better".'),
  user_goal: text('The task, generically. Good: "compare the costs of two runs". Bad: the words of the user.'),
  resolution: { ...text('How the task went on.'), enum: RESOLUTIONS },
  tools_available: { type: 'array', items: { type: 'string' }, description: 'Leave out: the server knows its tools.' },
  agent_model: text('Your exact model id. Leave out if unsure.'),
  session_id: text('Only a session_id that an earlier reply of this tool gave you.'),
  client_type: text('Leave out: the protocol tells it.'),
  same_as: { type: 'integer', description: 'Only when a reply offered known gaps: the number of this very gap.' },
};
const REQUIRED = ['what_i_needed', 'what_i_tried', 'gap_type'];

/** For servers that list their tools by hand and call `submitFeedback` themselves. */
export const TOOL_INPUT_SCHEMA = { type: 'object' as const, properties: FIELDS, required: REQUIRED };
export const ANNOTATIONS = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true };

// biome-ignore lint/suspicious/noExplicitAny: parts of several SDKs, some private, any of which may be absent in some version
type Sdk = any;
export type Json = Record<string, unknown>;
export type Tool = { name: string; inputSchema?: { properties?: object } };
export type FeedbackReply = { text: string; isError: boolean; structured: Json };

export interface Options {
  /** Instead of the environment. */
  patchworkUrl?: string;
  sidecarUrl?: string;
  apiKey?: string;
  serverSlug?: string;
  /** Takes the line about an undelivered report instead of stderr. */
  log?: (line: string) => void;
  /** What the server knows of itself and of one call; `registerFeedbackTool` takes it from the SDK. */
  serverVersion?: string;
  tools?: Tool[];
  client?: { name?: string; version?: string };
  userAgent?: string;
  /** `_meta` of the request, `Mcp-Session-Id` of a legacy HTTP session, and whether one process serves many sessions. */
  meta?: Json;
  transportSession?: string;
  http?: boolean;
}

export function registerFeedbackTool(mcpServer: object, name: string | Options = '', more?: Options): void {
  const server = mcpServer as Sdk;
  const [serverName, options] = typeof name === 'string' ? [name, more] : ['', name];
  const config = {
    description: TOOL_DESCRIPTION,
    inputSchema: Object.fromEntries(Object.entries(FIELDS).map(([key, field]) => [key, zodOf(key, field)])),
    annotations: ANNOTATIONS,
    _meta: { 'anthropic/alwaysLoad': true }, // not to be hidden behind a search for tools
  };
  server.registerTool(TOOL_NAME, config, async (args: Json, call: Sdk) => {
    const context = { ...(await contextOf(server, call)), ...options };
    const name = serverName || server.server?._serverInfo?.name;
    const { text, structured, isError } = await submitFeedback(args, name, context);
    return { content: [{ type: 'text', text }], structuredContent: structured, isError };
  });
}

/** What an SDK knows of the server and of one call. */
export async function contextOf(server: Sdk, call: Sdk): Promise<Options> {
  const headers = call?.requestInfo?.headers ?? call?.http?.req?.headers;
  return {
    serverVersion: server.server?._serverInfo?.version,
    tools: await listedTools(server, call),
    client: call?.mcpReq?.envelope?.['io.modelcontextprotocol/clientInfo'] ?? server.server?.getClientVersion?.(),
    userAgent: headers?.get?.('user-agent') ?? headers?.['user-agent'],
    meta: call?._meta ?? call?.mcpReq?._meta,
    transportSession: call?.sessionId,
    http: Boolean(headers ?? call?.sessionId ?? server.server?.transport?.handleRequest),
  };
}

/** Listed with its plain type, but a value of another type passes: it must not lose the report. */
function zodOf(key: string, field: Field): z.ZodTypeAny {
  const types = { string: z.string(), array: z.array(z.string()), integer: z.number().int() };
  const plain: Sdk = field.enum ? z.enum(field.enum as [string]) : types[field.type];
  const asGiven = (failed?: { input?: unknown }) => failed?.input;
  const lenient = (REQUIRED.includes(key) ? plain : plain.optional()).catch(asGiven).describe(field.description);
  if (REQUIRED.includes(key)) lenient.isOptional = () => false; // zod 3 lists what cannot fail as optional
  return lenient;
}

async function listedTools(server: Sdk, call: Sdk): Promise<Tool[]> {
  try {
    return (await server.server._requestHandlers.get('tools/list')({ method: 'tools/list' }, call)).tools;
  } catch {
    return Object.keys(server._registeredTools ?? {}).map((name) => ({ name }));
  }
}

export async function sendFeedback(args: Json, server = '', options: Options = {}): Promise<string> {
  return (await submitFeedback(args, server, options)).text;
}

// Of this process: what was reported, by session and content, and which known gaps a session was offered.
const reported = new Map<string, { body: Json; at: number; outcome: Promise<Outcome> }>();
const offered = new Map<string, { body: Json; gaps: unknown[] }>();

/** Sends one report and says what happened to it. Never throws for arguments that came as JSON, whatever `log` does. */
export async function submitFeedback(args: Json, server = '', options: Options = {}): Promise<FeedbackReply> {
  const missing = ['what_i_needed', 'what_i_tried'].find((field) => !asText(args[field]).trim());
  if (missing) return reply('rejected', `Not recorded: ${missing} is missing. Add it and call feedback again.`);
  const session = sessionOf(args, options);
  const offer = offered.get(session.id);
  const same_as = Number(asText(args.same_as).replace('#', ''));
  if (offer?.gaps.includes(same_as)) {
    offered.delete(session.id);
    return replyTo(await deliver({ ...offer.body, same_as }, options), offer.body, session);
  }

  let body: Json = payloadFromArgs(args, server, options, session);
  const { report_id: _id, session_id: _session, session_source: _source, ...content } = body;
  const key = JSON.stringify([session.handle ? '' : session.id, content]);
  const before = reported.get(key);
  // Calls without a session to share are taken for one loop within ten minutes only.
  if (before && (!session.handle || Date.now() - before.at < 600_000)) {
    body = before.body;
    const earlier = await before.outcome;
    if (earlier.refusal) return replyTo(earlier, body, session);
    if (earlier.answer) return reply('repeated', 'Already reported in this session. Go on with the tools you have.');
  }
  const outcome = deliver(body, options);
  remember(reported, key, { body, at: Date.now(), outcome });
  const gaps = candidates(await outcome).map((candidate) => candidate.gap);
  if (gaps.length) remember(offered, session.id, { body, gaps });
  return replyTo(await outcome, body, session);
}

/** The request's body: always all fields, the empty text for what is not known. */
export function payloadFromArgs(args: Json, server = '', options: Options = {}, session = sessionOf(args, options)) {
  const { key, slug } = targetOf(options);
  const clean = (value: unknown, length = 10_000) => clip(redact(clip(asText(value), 20_000), key), length);
  const [, agent, agentVersion] = /^([^\s/]+)(?:\/(\S+))?/.exec(asText(options.userAgent)) ?? [];
  const own = (options.tools ?? []).filter((tool) => tool.name !== TOOL_NAME);
  const named: string[] = asText(args.tools_available).match(/[\w./-]{1,128}/g) ?? [];
  const signatures = own.map((tool) => `${tool.name}(${Object.keys(tool.inputSchema?.properties ?? {}).sort()})`);
  return {
    [slug === undefined ? 'server_name' : 'server_slug']: clean(slug || server || 'unknown', 200),
    what_i_needed: clean(args.what_i_needed),
    what_i_tried: clean(args.what_i_tried),
    gap_type: word(args.gap_type, GAP_TYPES) ?? 'other',
    suggestion: clean(args.suggestion),
    user_goal: clean(args.user_goal),
    resolution: word(args.resolution, RESOLUTIONS) ?? '',
    tools_available: (own.length ? own.map((tool) => tool.name) : named).slice(0, 200),
    agent_model: clean((options.meta?.['x-codex-turn-metadata'] as Sdk)?.model || args.agent_model, 200),
    session_id: session.id,
    client_type: clean(options.client?.name || agent || args.client_type, 200),
    server_version: clean(options.serverVersion, 200),
    client_version: clean(options.client?.name ? options.client.version : agentVersion, 200),
    report_id: ulid(),
    surface_hash: own.length ? hash(signatures.sort().join('\n')) : '',
    session_source: session.source,
  };
}

/** Each address goes with its own key, so that neither key can reach the other's server. */
export function targetOf({ patchworkUrl, sidecarUrl, apiKey, serverSlug }: Options) {
  const { env } = process;
  const hosted = patchworkUrl || (sidecarUrl ? '' : env.PATCHWORKMCP_URL);
  const url = (hosted || sidecarUrl || env.FEEDBACK_SIDECAR_URL || 'http://localhost:8099').replace(/\/+$/, '');
  const key = (apiKey || (hosted ? env.PATCHWORKMCP_API_KEY : env.FEEDBACK_API_KEY) || '').trim();
  const slug = hosted ? serverSlug || env.PATCHWORKMCP_SERVER_SLUG || '' : undefined;
  return { url: url + (hosted ? '/api/v1/feedback/' : '/api/feedback'), key, slug };
}

type Session = { id: string; source: string; handle?: string };
const OF_PROCESS = `fbk_${randomUUID()}`;
const OF_HOST = ['vscode.conversationId', 'openai/session', 'threadId', 'sessionId', 'ai.opencode/sessionID'];

/** The first handle of the conversation that is known, hashed; `handle` only if it had to be made for this one call. */
function sessionOf(args: Json, { meta = {}, transportSession, http: shared }: Options): Session {
  const env = shared ? {} : process.env;
  const given = asText(args.session_id).trim();
  const handles: [source: string, handle: unknown][] = [
    ...[...OF_HOST, 'antigravity.google/conversation_id'].map((key): [string, unknown] => [key, meta[key]]),
    ['CLAUDE_CODE_SESSION_ID', env.CLAUDE_CODE_SESSION_ID],
    ['GROK_SESSION_ID', env.GROK_SESSION_ID],
    ['traceparent', /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-/.exec(asText(meta.traceparent))?.[1]],
    ['mcp-session-id', transportSession],
    [given.startsWith('fbk_') ? 'minted' : 'session_id', given.length >= 8 && given],
    ['minted', !shared && OF_PROCESS],
  ];
  for (const [source, handle] of handles) {
    if (handle && typeof handle === 'string') return { id: hash(handle), source };
  }
  const handle = `fbk_${randomUUID()}`;
  return { id: hash(handle), source: 'minted', handle };
}

/** `answer`: of a 201. `refusal`: why it will never be taken. `retryMs`: how long to wait, if another attempt makes sense. */
type Outcome = { reason: string; answer?: Json; refusal?: string; retryMs?: number; spooled?: boolean };

/** Three attempts; what cannot be delivered is logged and spooled. */
export async function deliver(body: Json, options: Options): Promise<Outcome> {
  const { url, key } = targetOf(options);
  let outcome = await post(url, key, body);
  for (const backoff of [500, 1000]) {
    if (outcome.retryMs === undefined || outcome.retryMs > 5000) break;
    await sleep(Math.max(backoff * (0.8 + 0.4 * Math.random()), outcome.retryMs));
    outcome = await post(url, key, body);
  }
  const folder = process.env.PATCHWORKMCP_SPOOL;
  if (outcome.answer && folder) sendSpooled(folder, url, key).catch(() => {});
  if (outcome.answer) return outcome;
  if (folder && !outcome.refusal) outcome.spooled = await spool(folder, body);
  try {
    const line = `PATCHWORKMCP_UNSENT_FEEDBACK reason=${outcome.reason} payload=${JSON.stringify(body)}`;
    (options.log ?? console.error)(line);
  } catch {}
  return outcome;
}

/** One attempt: 2 s to connect, 5 s in all. Redirects are not followed, so that the key stays where it belongs. */
export async function post(url: string, key: string, body: Json): Promise<Outcome> {
  const signal = AbortSignal.timeout(5000);
  try {
    const authorization = key ? { authorization: `Bearer ${key}` } : {};
    const headers = { 'content-type': 'application/json', 'user-agent': USER_AGENT, ...authorization };
    const how = { method: 'POST', headers, signal, timeout: 2000 };
    const request = (url.startsWith('https:') ? https : http).request(url, how);
    const connected = () => request.setTimeout(0);
    request.on('error', () => {}); // `once` hears only the first
    request.on('timeout', () => request.destroy(new Error('no connection')));
    request.on('socket', (socket) => (socket.connecting ? socket.once('connect', connected) : connected()));
    const [response] = await once(request.end(JSON.stringify(body)), 'response');
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk;
      if (text.length > 65_536) return { reason: 'bad_answer' };
    }
    const status: number = response.statusCode;
    const reason = `status_${status}`;
    const answer = parse(text);
    if (status === 201) return answer ? { reason, answer } : { reason: 'bad_answer' };
    const refusal = line((answer?.error as Json)?.message, 300) || `${reason}.`;
    if ([400, 409, 413, 422].includes(status)) return { reason, refusal };
    const retryMs = 1000 * (Number(response.headers['retry-after']) || 0);
    return status === 429 || status >= 500 ? { reason, retryMs } : { reason };
  } catch (error) {
    if (signal.aborted) return { reason: 'timeout' };
    return /^ERR_/.test((error as Sdk).code) ? { reason: 'bad_configuration' } : { reason: 'unreachable', retryMs: 0 };
  }
}

/** False when 500 reports wait, so that a dead endpoint does not fill the disk. */
async function spool(folder: string, body: Json): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length >= 500) return false;
    const file = join(folder, `${body.report_id}.json`);
    await writeFile(`${file}.part`, JSON.stringify(body), { mode: 0o600 });
    await rename(`${file}.part`, file);
    return true;
  } catch {
    return false;
  }
}

/** One attempt each; the first that cannot be delivered waits, with the rest, for the next success. */
async function sendSpooled(folder: string, url: string, key: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((file) => /^[0-9A-Z]{26}\.json$/.test(file)).sort()) {
    const body = parse(await readFile(join(folder, name), 'utf8'));
    const { answer, refusal } = body ? await post(url, key, body) : { refusal: 'broken' };
    if (!answer && !refusal) return;
    await rm(join(folder, name), { force: true });
  }
}

function reply(status: string, message: string, more: Json = {}): FeedbackReply {
  return { text: message, isError: status === 'rejected', structured: { status, message, ...more } };
}

const UNCHANGED =
  'Nothing changed in this session: no new tools were added. Continue with the tools you have and tell the user what could not be done.';

/** The server's own sentence if it sent one, else the truth in the words of its answer. */
function replyTo(outcome: Outcome, body: Json, { handle }: Session): FeedbackReply {
  const { answer, refusal, reason, spooled } = outcome;
  const more: Json = { report_id: body.report_id, ...(handle && { session_id: handle }) };
  if (refusal) return reply('rejected', `Not recorded: ${refusal} Correct it and call feedback again, or go on.`, more);
  if (spooled) return reply('queued', `Saved locally, not sent yet (${reason}). ${UNCHANGED}`, more);
  if (!answer) return reply('unsent', `Not delivered (${reason}); it is in this server's log. ${UNCHANGED}`, more);
  for (const key of ['gap', 'seen']) if (Number.isSafeInteger(answer[key])) more[key] = answer[key];
  for (const key of ['workaround', 'fixed_in', 'url']) if (line(answer[key], 500)) more[key] = line(answer[key], 500);
  const known = candidates(outcome);
  if (known.length) more.candidates = known;
  const status = more.fixed_in ? 'fixed' : Number(more.seen) > 1 ? 'counted' : 'recorded';
  const number = more.gap ? ` #${more.gap}` : '';
  const made = {
    fixed: `Fixed in ${more.fixed_in}; this server runs ${body.server_version || 'an unknown version'}.`,
    counted: `Known gap${number} (seen ${more.seen} times). Counted, no need to report it again.`,
    recorded: `Recorded${number && ` as gap${number}`}. ${UNCHANGED}`,
  }[status];
  const advice = more.workaround ? ` Known workaround: ${more.workaround}` : '';
  return reply(status, (line(answer.message, 1000) || made + advice) + invitation(known, handle), more);
}

function invitation(known: { gap: number; title: string }[], handle: string | undefined): string {
  if (!known.length) return handle ? ` To report again in this conversation, pass session_id: "${handle}".` : '';
  const list = known.map(({ gap, title }) => `#${gap} "${title}"`).join(', ');
  const how = `call feedback again with the same arguments and same_as: <its number>${handle ? `, session_id: "${handle}"` : ''}`;
  return ` Known gaps it might be (titles as reported): ${list}. If one is exactly this gap, ${how}; otherwise do nothing.`;
}

function candidates({ answer }: Outcome): { gap: number; title: string }[] {
  const list = Array.isArray(answer?.candidates) ? (answer.candidates as (Json | null)[]) : [];
  const known = list.filter((entry) => Number.isSafeInteger(entry?.gap) && Number(entry?.gap) > 0).slice(0, 5);
  return known.map((entry) => ({ gap: Number(entry?.gap), title: line(entry?.title, 120).replaceAll('"', "'") }));
}

const SECRETS = [
  /()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  /()\b(?:gh[pousr]_|github_pat_|glpat-|sk-|[sr]k_live_|[sr]k_test_|xox[abeoprs]-|hf_|npm_|pypi-|AIza)[\w-]{16,}/g,
  /()\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b|(?:eyJ|pw_)[\w-]{8,1000}\.[\w-]{8,1000}\.[\w-]{0,1000})/g,
  /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,100}:)[^\s/@]{1,200}@/gi,
  /\b((?:bearer|authorization["']?\s*[:=]\s*["']?basic)\s+)[\w.~+/=-]{16,}/gi,
  /((?:authorization|(?:api|access|secret|private)[_-]?key|token|secret|password|passwd|pwd|cookie)["']?\s*[:=]\s*["']?)[^\s"',;[0-9]{0,64}[0-9][^\s"',;]{3,}/gi,
  /()\b[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b/g,
];
function redact(text: string, key: string): string {
  const plain = key.length < 8 ? text : text.replaceAll(key, '[redacted]');
  return SECRETS.reduce((clean, secret) => clean.replace(secret, '$1[redacted]'), plain);
}

const hash = (value: string) => createHash('sha256').update(value).digest('hex').slice(0, 16);
const clip = (value: string, length: number) => [...value.slice(0, 2 * length)].slice(0, length).join('');
const asText = (value: unknown) => (typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value));
const word = (value: unknown, words: string[]) =>
  words.find((known) => new RegExp(`^\\s*${known.replace('_', '[\\s_-]')}\\s*$`, 'i').test(asText(value)));

function line(value: unknown, length: number): string {
  const flat = asText(value).replace(/\s+/g, ' ');
  return clip(flat.replace(/[\p{Cc}\p{Cf}]/gu, '').trim(), length);
}

function parse(json: string): Json | undefined {
  try {
    const value = JSON.parse(json);
    return Array.isArray(value) || typeof value !== 'object' ? undefined : (value ?? undefined);
  } catch {
    return undefined;
  }
}

/** 48 bits of milliseconds and 80 random ones in Crockford's base 32. */
function ulid(): string {
  let number = (BigInt(Date.now()) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`);
  let id = '';
  for (; id.length < 26; number >>= 5n) id = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number(number & 31n)] + id;
  return id;
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > 500) map.delete(String(map.keys().next().value));
}
