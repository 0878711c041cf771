import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import {
  ANNOTATIONS,
  INSTRUCTIONS,
  TOOL_DESCRIPTION,
  TOOL_INPUT_SCHEMA,
  TOOL_NAME,
} from '../../../dropins/typescript/feedback-tool.ts';
import { type Collector, RECORDED, type Received } from './collector.ts';
import { CLIENT, type Connected } from './server.ts';

export interface Bench {
  server: Connected;
  collector: Collector;
  /** The key that belongs to the collector. */
  key: string;
  /** The path that reports go to with the server's environment. */
  path: string;
  spool: string;
}

/** A sentence about the drop-in, and how to find out: what is wrong, nothing if it holds. */
export interface Check {
  title: string;
  run(bench: Bench): Promise<string[]>;
}

type Json = Record<string, unknown>;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const FAILED = { status: 500, body: {} };

let made = 0;
/** A report that was not made before, so that nothing is taken for a repetition. */
function report(fields: Json = {}): Json {
  made += 1;
  return {
    what_i_needed: `no way to filter get_costs by run_id (${made})`,
    what_i_tried: 'get_costs: 412 rows, no filter',
    gap_type: 'missing_parameter',
    ...fields,
  };
}

const is = (what: string, actual: unknown, expected: unknown): string[] =>
  isDeepStrictEqual(actual, expected) ? [] : [`${what} is ${shown(actual)}, expected ${shown(expected)}`];
const matches = (what: string, actual: unknown, expected: RegExp): string[] =>
  typeof actual === 'string' && expected.test(actual) ? [] : [`${what} is ${shown(actual)}, expected like ${expected}`];
const has = (what: string, actual: string, expected: string): string[] =>
  actual.includes(expected) ? [] : [`${what} does not have ${shown(expected)}: ${shown(actual)}`];
const shown = (value: unknown) => (JSON.stringify(value) ?? 'absent').slice(0, 300);

const textOf = ({ content }: CallToolResult) =>
  content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
const listed = async ({ server }: Bench) => (await server.client.listTools()).tools;
const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Sends one report with these answers waiting; the requests that came and the reply. */
async function send(bench: Bench, fields: Json, ...answers: Parameters<Collector['expect']>) {
  bench.collector.expect(...answers);
  const reply = await bench.server.call(fields);
  return { requests: bench.collector.received(), reply, text: textOf(reply) };
}

const once = (requests: Received[]) => is('the number of requests', requests.length, 1);

/** What every server with a feedback tool lists, in either era of the protocol. */
export const LISTING: Check[] = [
  {
    title: 'lists the tool with its description, its annotations and its required fields',
    async run(bench) {
      const tool = (await listed(bench)).find(({ name }) => name === TOOL_NAME);
      if (!tool) return [`there is no tool named ${TOOL_NAME}`];
      return [
        ...is('the description', tool.description, TOOL_DESCRIPTION),
        ...is('the annotations', tool.annotations && { ...tool.annotations, title: undefined }, {
          ...ANNOTATIONS,
          title: undefined,
        }),
        ...is('required', [...(tool.inputSchema.required ?? [])].sort(), [...TOOL_INPUT_SCHEMA.required].sort()),
      ];
    },
  },
  {
    title: 'lists every field with its type, its words and its description',
    async run(bench) {
      const tool = (await listed(bench)).find(({ name }) => name === TOOL_NAME);
      const properties = Object.entries(tool?.inputSchema.properties ?? {}).map(([name, property]) => {
        // What SDKs add of their own accord.
        const { minimum: _least, maximum: _most, title: _title, default: _default, ...plain } = property as Json;
        return [name, plain] as const;
      });
      const actual: Json = Object.fromEntries(properties);
      const wanted: Json = { ...TOOL_INPUT_SCHEMA.properties };
      const names = new Set([...Object.keys(wanted), ...Object.keys(actual)]);
      return [...names].flatMap((name) => is(`the field ${name}`, actual[name], wanted[name]));
    },
  },
  {
    title: 'hands the instructions to the client',
    run: async ({ server }) => has('what the client got', server.client.getInstructions() ?? '', INSTRUCTIONS),
  },
  {
    title: 'delivers a report with everything that the SDK knows, and nothing else',
    async run(bench) {
      const given = report({ suggestion: 'optional run_id', user_goal: 'compare two runs', resolution: 'blocked' });
      const made_up = { tools_available: ['made_up'], client_type: 'made up', agent_model: 'some-model-5' };
      const { requests } = await send(bench, { ...given, ...made_up }, RECORDED);
      const [request] = requests;
      if (!request) return once(requests);
      const own = (await listed(bench)).filter(({ name }) => name !== TOOL_NAME);
      const { server_name, server_slug, report_id, session_id, session_source, ...body } = request.body;
      const server = bench.server.client.getServerVersion();
      return [
        ...once(requests),
        ...is('the path', request.path, bench.path),
        ...matches('the name of the server', server_slug ?? server_name, /./),
        ...matches('report_id', report_id, ULID),
        ...matches('session_id', session_id, /^[0-9a-f]{16}$/),
        ...matches('session_source', session_source, /./),
        ...Object.entries({
          ...given,
          agent_model: 'some-model-5',
          tools_available: own.map(({ name }) => name).slice(0, 200),
          client_type: CLIENT.name,
          client_version: CLIENT.version,
          server_version: server?.version ?? '',
          surface_hash: surfaceHash(own),
        }).flatMap(([field, value]) => is(field, body[field], value)),
        ...Object.keys(body)
          .filter((field) => !(field in given) && !OTHER_FIELDS.includes(field))
          .map((field) => `there is a field ${field}`),
      ];
    },
  },
];

const OTHER_FIELDS = [
  'agent_model',
  'tools_available',
  'client_type',
  'client_version',
  'server_version',
  'surface_hash',
];

function surfaceHash(tools: Tool[]): string {
  const lines = tools.map(({ name, inputSchema }) => `${name}(${Object.keys(inputSchema.properties ?? {}).sort()})`);
  return lines.length ? hash(lines.sort().join('\n')) : '';
}

/** How reports are sent, and what the agent hears. */
export const DELIVERY: Check[] = [
  {
    title: 'sends its key, and says what it is',
    async run(bench) {
      const [request] = (await send(bench, report(), RECORDED)).requests;
      return [
        ...is('authorization', request?.headers.authorization, `Bearer ${bench.key}`),
        ...matches('content-type', request?.headers['content-type'], /^application\/json\b/),
        ...matches('user-agent', request?.headers['user-agent'], /^PatchworkMCP-[A-Za-z]+\/2\.\d+$/),
      ];
    },
  },
  {
    title: 'tells the agent what the server said',
    async run(bench) {
      const { reply, text } = await send(bench, report(), RECORDED);
      const structured = reply.structuredContent as Json | undefined;
      return [
        ...is('the reply', text, 'Recorded as gap #142.'),
        ...is('isError', reply.isError ?? false, false),
        ...(structured ? is('status', structured.status, 'recorded') : []),
      ];
    },
  },
  {
    title: 'sends the same report once',
    async run(bench) {
      const given = report();
      await send(bench, given, RECORDED);
      const { requests, text } = await send(bench, given, RECORDED);
      return [...is('the number of requests', requests.length, 0), ...has('the reply', text, 'Already reported')];
    },
  },
  {
    title: 'loses no report to a wrong type or word',
    async run(bench) {
      const odd = { what_i_needed: 42, what_i_tried: { made } };
      const words = { gap_type: 'Weird', resolution: 7, tools_available: 'a,b', same_as: 'x' };
      const { requests } = await send(bench, { ...odd, ...words }, RECORDED);
      const body = requests[0]?.body ?? {};
      return [
        ...once(requests),
        ...is('what_i_needed', body.what_i_needed, '42'),
        ...is('what_i_tried', body.what_i_tried, JSON.stringify({ made })),
        ...is('gap_type', body.gap_type, 'other'),
        ...is('resolution', body.resolution, ''),
      ];
    },
  },
  {
    title: 'sends nothing when a field that has to say something is empty, and names it',
    async run(bench) {
      const { requests, reply, text } = await send(bench, report({ what_i_tried: '  ' }), RECORDED);
      return [
        ...is('the number of requests', requests.length, 0),
        ...is('isError', reply.isError, true),
        ...has('the reply', text, 'what_i_tried'),
      ];
    },
  },
  {
    title: 'takes secrets and addresses out before it sends',
    async run(bench) {
      const secrets = ['ghp_0123456789abcdefghijklmnopqrstuvwxyz', 'jane.doe@example.com', bench.key];
      const { requests } = await send(
        bench,
        report({ what_i_tried: `get_costs with ${secrets.join(' and ')}` }),
        RECORDED,
      );
      const sent = JSON.stringify(requests[0]?.body ?? {});
      return [
        ...once(requests),
        ...secrets.filter((secret) => sent.includes(secret)).map((secret) => `it sent ${secret}`),
      ];
    },
  },
  {
    title: 'tries twice more when the server is overloaded, after half a second and a second, with the same id',
    async run(bench) {
      const { requests, text } = await send(bench, report(), { status: 503 }, { status: 429 }, RECORDED);
      const [first, second, third] = requests;
      return [
        ...is('the number of requests', requests.length, 3),
        ...is('the ids', new Set(requests.map(({ body }) => body.report_id)).size, 1),
        ...[first, second, third].flatMap((request) => matches('report_id', request?.body.report_id, ULID)),
        ...waited('the second', second, 400),
        ...waited('the third', third, 800),
        ...is('the reply', text, 'Recorded as gap #142.'),
      ];
    },
  },
  {
    title: 'tells the truth when nothing helps, and keeps the report on stderr and in the spool',
    async run(bench) {
      const { requests, reply, text } = await send(bench, report(), FAILED);
      await sleep(200);
      const logged = /PATCHWORKMCP_UNSENT_FEEDBACK reason=status_500 payload=(\{.*\})/.exec(bench.server.stderr());
      const id = requests[0]?.body.report_id;
      const spooled = await readFile(join(bench.spool, `${id}.json`), 'utf8').catch(() => '{}');
      return [
        ...is('the number of requests', requests.length, 3),
        ...has('the reply', text, 'not sent yet (status_500)'),
        ...is('isError', reply.isError ?? false, false),
        ...is('report_id of the line on stderr', idIn(logged?.[1]), id),
        ...is('report_id of the file', idIn(spooled), id),
      ];
    },
  },
  {
    title: 'sends what waits in the spool after the next success',
    async run(bench) {
      const { requests } = await send(bench, report(), RECORDED);
      const deadline = performance.now() + 5000;
      while ((await readdir(bench.spool)).length && performance.now() < deadline) await sleep(50);
      return [
        ...is('files left', await readdir(bench.spool), []),
        ...is('the number of requests', requests.length >= 2, true),
      ];
    },
  },
  {
    title: 'hands a refusal to the agent and does not try again',
    async run(bench) {
      const body = { error: { code: 'missing_field', message: 'The field user_goal is odd.' } };
      const { requests, reply, text } = await send(bench, report(), { status: 422, body });
      return [...once(requests), ...is('isError', reply.isError, true), ...has('the reply', text, 'user_goal is odd')];
    },
  },
  {
    title: 'follows no redirect',
    async run(bench) {
      const headers = { location: `${bench.collector.url}/elsewhere` };
      const { requests, text } = await send(bench, report(), { status: 307, headers });
      return [
        ...is(
          'the paths',
          requests.map(({ path }) => path),
          [bench.path],
        ),
        ...has('the reply', text, 'status_307'),
      ];
    },
  },
  {
    title: 'does not take a 201 without JSON for a delivery',
    async run(bench) {
      const { text } = await send(bench, report(), { status: 201, body: '<html>' });
      return has('the reply', text, 'bad_answer');
    },
  },
  {
    title: 'keeps the server answering while a report is on its way',
    async run(bench) {
      bench.collector.expect({ ...RECORDED, delayMs: 3000 }, RECORDED);
      const sending = bench.server.call(report());
      await sleep(300);
      const started = performance.now();
      await bench.server.client.listTools();
      const took = performance.now() - started;
      await sending;
      return took < 1500 ? [] : [`another request took ${Math.round(took)} ms`];
    },
  },
];

/** With the variables of the hosted service, those of the other generation set as well. */
export const HOSTED: Check[] = [
  {
    title: 'sends under its slug, with the key of this address and no other',
    async run(bench) {
      const [request] = (await send(bench, report(), RECORDED)).requests;
      return [
        ...is('the path', request?.path, bench.path),
        ...is('server_slug', request?.body.server_slug, SLUG),
        ...is('server_name', request?.body.server_name, undefined),
        ...is('authorization', request?.headers.authorization, `Bearer ${bench.key}`),
      ];
    },
  },
];
export const SLUG = 'check-slug';

/** After all others. */
export const MANNERS: Check[] = [
  {
    title: 'writes nothing but the protocol to stdout',
    run: async ({ server }) =>
      server
        .noise()
        .slice(0, 3)
        .map((line) => `there is ${shown(line)}`),
  },
  {
    title: 'writes its key nowhere',
    run: async ({ server, key }) => [
      ...(server.stderr().includes(key) ? ['it is on stderr'] : []),
      ...(server.noise().some((line) => line.includes(key)) ? ['it is on stdout'] : []),
    ],
  },
  {
    title: 'lets the server end when its client goes',
    run: async ({ server }) => ((await server.end()) ? [] : ['it was still there five seconds later']),
  },
];

function waited(which: string, request: Received | undefined, least: number): string[] {
  const after = request?.after ?? 0;
  // The upper end is generous: the machine may be busy.
  return after >= least && after <= least * 1.5 + 1500 ? [] : [`${which} came after ${Math.round(after)} ms`];
}

function idIn(json = ''): unknown {
  try {
    return JSON.parse(json).report_id;
  } catch {
    return undefined;
  }
}
