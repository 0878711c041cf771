import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findGround } from '../../src/cli/ground.ts';
import { sampleRepository } from '../../src/cli/repositories.ts';
import { type Server, type ServerOptions, startServer } from '../../src/cli/server.ts';
import { readEnvironment } from '../../src/config/index.ts';
import type { DraftAnswer, Ground } from '../../src/draft/index.ts';
import type { DraftRun } from '../../src/issues/index.ts';
import { modelFromEnvironment } from '../../src/model/index.ts';
import { expectNoFindings, type Watch, watchGitHub } from '../fidelity/index.ts';
import { actingOn } from './acting.ts';

/** A report as the API answers it; see src/http/items.ts. */
export interface Item {
  id: string;
  gap: number | null;
  title: string;
  url: string;
  seen: number;
  status: string;
  reviewed: boolean;
  labels: string[];
  drafts: DraftRun[];
  notes: { id: string; content: string; author: string }[];
  tools_available: string[];
  pr_url: string;
  server_name: string;
  what_i_needed: string;
}

type Json = Record<string, unknown>;

/** The whole product on a port of its own, every request to its GitHub and every webhook checked against GitHub's descriptions. */
export interface Product {
  url: string;
  repository: string;
  dataDir: string;
  server: Server;
  watch: Watch;
  /** A request to the product's API. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; json: any; headers: Headers }>;
  /** A request to GitHub as one of its people, about the repository. */
  as(person: string, method: string, path: string, body?: unknown): Promise<any>;
  report(fields?: Json): Promise<{ id: string; message: string }>;
  /** Waits until a report looks as it should. */
  until(id: string | number, done: (item: Item) => boolean): Promise<Item>;
  /** Waits until nothing waits any more: no entry, no webhook. */
  settled(ms?: number): Promise<void>;
  stop(): Promise<void>;
}

export const SAMPLE_REPORT = {
  server_name: 'cost-server',
  what_i_needed: 'The costs of one run: get_costs has no way to filter by run_id.',
  what_i_tried: 'get_costs for the days of the run; rows of other runs are mixed in.',
  gap_type: 'missing_parameter',
  suggestion: 'An optional run_id on get_costs.',
  user_goal: 'Compare the costs of two runs.',
  resolution: 'blocked',
  tools_available: ['list_services', 'list_runs', 'get_costs'],
  agent_model: 'a-model',
  session_id: 'session-1',
  client_type: 'test-client',
};

export interface ProductOptions {
  dataDir?: string;
  env?: Record<string, string>;
  local?: ServerOptions['local'];
  /** Answers to the draft question, in order; the last one repeats. */
  drafts?: unknown[];
  /** Answers to the question for probes. */
  probes?: unknown[];
  /** Whether it keeps a dashboard: one more issue. */
  dashboard?: boolean;
  /** Whether the repository's server may be run, to replay gaps. */
  replays?: boolean | Ground;
  /** The environment of another model. */
  model?: Record<string, string>;
  /** How long a report waits for its agent's answer. */
  askedMs?: number;
  /** Stands between the product and its GitHub: answers instead of it, or calls `pass` and loses or delays the answer. */
  fault?: (request: Request, pass: () => Promise<Response>) => Promise<Response>;
}

export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'patchwork-test-')));
  const watch = await watchGitHub();
  const recorded = join(dataDir, 'recorded.json');
  if (options.drafts) await writeFile(recorded, JSON.stringify({ draft: options.drafts, probes: options.probes }));
  const env = { LOG_LEVEL: 'silent', PORT: '0', PATCHWORK_DATA: dataDir, ...options.env };
  const server = await startServer({
    environment: readEnvironment(env),
    model: modelFromEnvironment(
      options.drafts ? { PATCHWORK_PROVIDER: 'recorded', PATCHWORK_RECORDED: recorded } : (options.model ?? {}),
    ),
    local: options.local ?? (await sampleRepository()),
    ground: options.replays === true ? await findGround() : options.replays || undefined,
    dashboard: options.dashboard ?? false,
    onStep: () => {},
    askedMs: options.askedMs,
    around: (part, handler) => async (request) => {
      if (part === 'webhooks') return watch.receive(handler)(request);
      const pass = async () => watch.serve(handler)(request);
      return options.fault ? options.fault(request.clone(), pass) : pass();
    },
  });
  const { url, repository, forge } = server;
  if (!forge) throw new Error('the product runs on the local forge in tests');

  const ask: Product['ask'] = async (method, path, body, headers = {}) => {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, json: text && JSON.parse(text) };
  };
  const within = async <T>(what: string, look: () => Promise<T | undefined>, ms = 45_000): Promise<T> => {
    const deadline = performance.now() + ms;
    while (performance.now() < deadline) {
      const found = await look();
      if (found !== undefined) return found;
      await sleep(20);
    }
    throw new Error(`waited in vain: ${what}`);
  };

  return {
    url,
    repository,
    dataDir,
    server,
    watch,
    ask,
    as: actingOn(`${url}/api/v3/repos/${repository}`),
    async report(fields = {}) {
      const { status, json } = await ask('POST', '/api/feedback', { ...SAMPLE_REPORT, ...fields });
      if (status !== 201) throw new Error(`POST /api/feedback: ${status} ${JSON.stringify(json)}`);
      return json;
    },
    until: (id, done) =>
      within(`report ${id}: ${done}`, async () => {
        const { status, json } = await ask('GET', `/api/feedback/${id}`);
        return status === 200 && done(json) ? (json as Item) : undefined;
      }),
    async settled(ms) {
      let quiet = 0;
      const look = async () => {
        await forge.settled();
        quiet = (await server.outbox.stats()).waiting === 0 ? quiet + 1 : 0;
        return quiet > 2 || undefined;
      };
      await within('nothing waits', look, ms);
    },
    async stop() {
      await server.close();
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true });
      expectNoFindings(watch);
    },
  };
}

/** A good answer to the draft question, with the edits given. */
export function draftAnswer(edits: DraftAnswer['edits'], more: Partial<DraftAnswer> = {}): { json: DraftAnswer } {
  return {
    json: {
      title: 'Filter costs by run',
      summary: 'get_costs takes a run_id.',
      commit_message: 'Filter costs by run',
      body: 'The filter is applied before the rows are made.',
      edits,
      declared_changes: [],
      notes_honoured: [],
      confidence: 0.9,
      confidence_reason: 'Small change.',
      ...more,
    },
  };
}
