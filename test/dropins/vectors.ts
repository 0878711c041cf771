import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { differences } from './match.ts';
import { type Answer, deadAddress, scripted } from './scripted.ts';

type Json = Record<string, unknown>;
interface ExpectedRequest {
  path?: string;
  headers?: Record<string, string | null>;
  body?: Json;
  exact?: Json;
  after_ms?: [number, number];
}
interface Vector {
  name: string;
  env?: Record<string, string | null>;
  spool?: Record<string, unknown>;
  calls?: { arguments?: Json; context?: Json }[];
  answers?: Answer[];
  expect: {
    requests: ExpectedRequest[];
    replies?: { text?: string; is_error?: boolean; status?: string; structured?: Json }[];
    log?: { reason: string; body?: Json }[];
    spool?: Record<string, ExpectedRequest>;
    total_ms?: [number, number];
    connections?: number;
  };
}

/** How to start a language's runner. */
export interface Runner {
  command: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  /** The user agent that its drop-in sends. */
  agent: RegExp;
}

const folder = new URL('../../dropins/vectors/', import.meta.url);
const read = async (name: string) => expanded(JSON.parse(await readFile(new URL(name, folder), 'utf8'))) as Json;
const defaults = (await read('defaults.json')) as {
  server_name: string;
  env: Record<string, string>;
  arguments: Json;
  context: Json;
  answer: Answer;
  request: { path: string; headers: Record<string, string | null>; body: Json };
};
const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();

/** Every vector as a test of this runner. */
export async function testVectors(runner: Runner): Promise<void> {
  for (const name of files) {
    const { vectors } = (await read(name)) as { vectors?: Vector[] };
    if (!vectors) continue;
    describe(name.replace('.json', ''), () => {
      for (const vector of vectors) it.concurrent(vector.name, () => run(runner, vector));
    });
  }
}

async function run(runner: Runner, vector: Vector): Promise<void> {
  const spool = await mkdtemp(join(tmpdir(), 'spool-'));
  const answers = vector.answers ?? (vector.expect.requests.length ? [defaults.answer] : []);
  await using endpoint = await scripted((index, url) => filled(answers[index], { $URL: url }) as Answer);
  try {
    if (vector.spool) await mkdir(spool, { recursive: true });
    for (const [file, body] of Object.entries(vector.spool ?? {})) {
      await writeFile(join(spool, file), JSON.stringify(body));
    }
    const places = { $URL: endpoint.url, $DOWN: await deadAddress(), $SPOOL: spool };
    const env = filled(merged(defaults.env, vector.env), places) as Record<string, string>;
    const calls = (vector.calls ?? [{}]).map((call) => ({
      arguments: call.arguments ?? defaults.arguments,
      context: merged(defaults.context, call.context),
    }));
    const started = performance.now();
    const { stdout, stderr, code } = await start(runner, env, { server_name: defaults.server_name, calls });
    const ms = performance.now() - started;
    expect(code, stderr).toBe(0);

    const bound = new Map<string, string>();
    const { expect: wanted } = vector;
    const found: string[] = [];
    const replies = JSON.parse(stdout) as { text: string; is_error: boolean; structured: Json }[];
    expect(replies.length, stdout).toBe(calls.length);
    wanted.replies?.forEach((reply, index) => {
      const got = replies[index];
      const actual: Json = { message: got?.structured.message };
      const structured: Json = { message: got?.text };
      if (reply.status) structured.status = reply.status;
      Object.assign(structured, reply.structured);
      for (const key of Object.keys(structured)) {
        if (structured[key] === null) structured[key] = undefined;
        actual[key] = got?.structured[key];
      }
      found.push(...differences(actual, structured, bound, `replies[${index}].structured`));
      if (reply.text !== undefined) found.push(...differences(got?.text, reply.text, bound, `replies[${index}].text`));
      if (reply.is_error !== undefined && got?.is_error !== reply.is_error) found.push(`replies[${index}].is_error`);
    });

    const log = stderr.split('\n').filter((line) => line.trim() !== '');
    expect(endpoint.received.map(({ method, path }) => `${method} ${path}`)).toEqual(
      wanted.requests.map((request) => `POST ${request.path ?? defaults.request.path}`),
    );
    wanted.requests.forEach((request, index) => {
      const got = endpoint.received[index];
      if (!got) return;
      found.push(...differences(got.body, bodyOf(request), bound, `requests[${index}].body`));
      for (const [name, value] of Object.entries(merged(defaults.request.headers, request.headers, 'keep'))) {
        if ((got.headers[name] ?? null) !== value) found.push(`requests[${index}] has ${name}: ${got.headers[name]}`);
      }
      expect(got.headers['user-agent']).toMatch(runner.agent);
      if (request.after_ms) within(found, got.after, request.after_ms, `requests[${index}] came`);
    });
    expect(log.length, `stderr: ${stderr}`).toBe(wanted.log?.length ?? 0);
    wanted.log?.forEach(({ reason, body }, index) => {
      const line = /PATCHWORKMCP_UNSENT_FEEDBACK reason=(\S+) payload=(\{.*\})\s*$/.exec(log[index] ?? '');
      if (line?.[1] !== reason) found.push(`log[${index}] is ${log[index]}, expected reason ${reason}`);
      // One attempt or three: the logged body is the one that was sent.
      const sent = body ? bodyOf({ body }) : (endpoint.received[0]?.body ?? bodyOf({}));
      found.push(...differences(JSON.parse(line?.[2] ?? '{}'), sent, bound, `log[${index}].payload`));
    });
    const left: Json = {};
    for (const name of await readdir(spool)) left[name] = JSON.parse(await readFile(join(spool, name), 'utf8'));
    const kept: Json = {};
    for (const [name, file] of Object.entries(wanted.spool ?? {})) {
      const known = name.replace(/<ulid \w+>/, (id) => bound.get(id) ?? id);
      kept[known] = file.exact ?? endpoint.received.find(({ body }) => `${body.report_id}.json` === known)?.body;
    }
    found.push(...differences(left, kept, bound, 'spool'));
    if (wanted.total_ms) within(found, ms, [wanted.total_ms[0], wanted.total_ms[1] + START_MS], 'all calls took');
    if (wanted.connections !== undefined && endpoint.connections() !== wanted.connections) {
      found.push(`${endpoint.connections()} connections, expected ${wanted.connections}`);
    }
    for (const [name, key] of Object.entries(env)) {
      if (name.endsWith('_KEY') && key.length >= 8 && (stderr + JSON.stringify(left)).includes(key.trim())) {
        found.push(`${name} is in the log or in the spool`);
      }
    }
    expect(found).toEqual([]);
  } finally {
    await rm(spool, { recursive: true, force: true });
  }
}

/** What starting a runner may add to the time its calls take, on a busy machine. */
const START_MS = 3000;

async function start(runner: Runner, env: Record<string, string>, input: unknown) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(runner.command, runner.args, { cwd: runner.cwd, env: { PATH, HOME, ...runner.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.end(JSON.stringify(input));
  const [code] = await once(child, 'close');
  return { stdout, stderr, code: code as number | null };
}

const bodyOf = (request: ExpectedRequest): Json => request.exact ?? merged(defaults.request.body, request.body);

function within(found: string[], actual: number, [least, most]: [number, number], what: string): void {
  if (actual < least || actual > most)
    found.push(`${what} after ${Math.round(actual)} ms, expected ${least} to ${most}`);
}

/** The second over the first, key by key; `null` takes a key away unless it is to be kept. */
function merged<T extends object>(base: T, over: object = {}, nulls?: 'keep'): T {
  const all = Object.entries({ ...base, ...over });
  return Object.fromEntries(nulls ? all : all.filter(([, value]) => value !== null)) as T;
}

/** Puts addresses and folders where a vector names them. */
function filled(value: unknown, places: Record<string, string>): unknown {
  let json = JSON.stringify(value ?? null);
  for (const [name, place] of Object.entries(places)) json = json.replaceAll(name, place);
  return JSON.parse(json) ?? undefined;
}

/** `{"$repeat": "x", "times": 3}` and `{"$join": [...]}` as the texts they stand for. */
function expanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expanded);
  if (typeof value !== 'object' || value === null) return value;
  const entry = value as Json;
  if (typeof entry.$repeat === 'string') return entry.$repeat.repeat(Number(entry.times));
  if (Array.isArray(entry.$join)) return entry.$join.map(expanded).join('');
  return Object.fromEntries(Object.entries(entry).map(([key, inner]) => [key, expanded(inner)]));
}
