import { once } from 'node:events';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  type ClientOptions,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { certify } from './certificate.ts';
import { type Door, doorFetch, isOpen } from './door.ts';
import { type LineTransport, lineTransport } from './line-transport.ts';
import { isPlain } from './place.ts';
import { baseEnv, type Ground, OFFLINE, toolEnv } from './prepare.ts';
import { launch, plain, type Running } from './process.ts';
import { enclose, NO_SANDBOX, type Place, RUN_AS, viewOf } from './sandbox.ts';
import { RULE_PORT, type Stubs, withStubUrl, writeKit } from './stubs.ts';
import { validate } from './validate.ts';

/** How a repository says its server is run; the `server` block of `patchwork.yml`. */
export interface ServerSpec {
  /** Where in the repository the commands run. */
  dir?: string | undefined;
  install?: string | undefined;
  build?: string | undefined;
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Where it listens when it speaks HTTP, on loopback; stdio otherwise. */
  url?: string | undefined;
  stubs?: Stubs | undefined;
}

/** One way to start a server, with more or less of what its configuration offers. */
export interface Rung {
  name: 'bare' | 'environment' | 'stub';
  env: Record<string, string>;
  stubs?: Stubs | undefined;
}

/** From bare to everything; a rung that adds nothing is left out. */
export function rungsOf({ env, stubs }: ServerSpec): Rung[] {
  const rungs: Rung[] = [{ name: 'bare', env: {} }];
  if (Object.keys(env).length > 0) rungs.push({ name: 'environment', env });
  if (stubs) rungs.push({ name: 'stub', env, stubs });
  return rungs;
}

export type Era = 'legacy' | 'modern';

/** A server that has answered. */
export interface Live extends AsyncDisposable {
  client: Client;
  era: Era;
  /** Why it is gone, once it is. */
  ended(): string | undefined;
}

/** Why a server did not answer. */
export interface Failure {
  failed:
    | 'sandbox'
    | 'files'
    | 'port_taken'
    | 'exited'
    | 'flooded'
    | 'long_line'
    | 'not_mcp'
    | 'refused'
    | 'silent'
    | 'not_listening'
    | 'stopped';
  why: string;
  /** Its last words, cleaned: a stranger's. */
  tail: string;
}

/** From the start to the first answer, and for each request after it, in milliseconds. */
const START_LIMIT = 45_000;
export const REQUEST_LIMIT = 15_000;
const MODERN = '2026-07-28';

/**
 * Starts a server and speaks to it in the era it knows: `first`, then the other. Each attempt is a process of its own, because some
 * servers end at a first request that they do not know. `initialize` comes first unless the other side of the replay has shown
 * better: it is what nearly all servers answer.
 */
export async function startServer(
  ground: Ground,
  place: Place,
  server: ServerSpec,
  rung: Rung,
  first: Era = 'legacy',
): Promise<Live | Failure> {
  const failure = await startIn(first, ground, place, server, rung);
  if (!('failed' in failure) || !['exited', 'refused', 'not_mcp'].includes(failure.failed)) return failure;
  const other = await startIn(first === 'legacy' ? 'modern' : 'legacy', ground, place, server, rung);
  return 'failed' in other ? failure : other;
}

async function startIn(
  era: Era,
  ground: Ground,
  place: Place,
  server: ServerSpec,
  rung: Rung,
): Promise<Live | Failure> {
  const { isolation } = ground;
  const url = server.url === undefined ? undefined : new URL(server.url);
  const door = url && doorOf(url, place, isolation.network);
  if (door && 'host' in door && (await isOpen(door))) {
    const why = `Port ${door.port} is taken on this machine, so what answers there need not be the server.`;
    return { failed: 'port_taken', why, tail: '' };
  }
  const started = await open(ground, place, server, rung, url !== undefined && 'socketPath' in (door as Door));
  if ('failed' in started) return started;
  const client = new Client(
    { name: 'patchworkmcp', version: '1.0.0' },
    {
      jsonSchemaValidator: { getValidator },
      ...(era === 'modern' ? { versionNegotiation: { mode: { pin: MODERN } } } : {}),
    },
  );
  let line: LineTransport | undefined;
  let transport: Transport;
  if (url && door) {
    if (!(await listens(door, started, ground.signal))) {
      return failed(started, undefined, new Error('timed out'), ground, 'not_listening');
    }
    transport = new StreamableHTTPClientTransport(url, { fetch: doorFetch(door) });
  } else {
    line = lineTransport(started);
    transport = line;
  }
  try {
    await client.connect(transport, { timeout: START_LIMIT });
  } catch (error) {
    return failed(started, line, error as Error, ground);
  }
  return {
    client,
    era,
    ended: () => goneWhy(started, line),
    async [Symbol.asyncDispose]() {
      // A server of ours to end has nothing to say any more; closing an HTTP session would wait for its answer.
      await started.kill();
      await client.close().catch(() => {});
    },
  };
}

/** The client's check of results against their schema: a stranger's schema, so never made into code. */
const getValidator: NonNullable<ClientOptions['jsonSchemaValidator']>['getValidator'] = (schema) => (input) => {
  const checked = validate(schema, input);
  return checked.valid === false
    ? { valid: false, data: undefined, errorMessage: checked.why }
    : { valid: true, data: input as never, errorMessage: undefined };
};

async function open(
  { isolation, tools, signal }: Ground,
  place: Place,
  server: ServerSpec,
  rung: Rung,
  throughSocket: boolean,
): Promise<Running | Failure> {
  const seen = viewOf(isolation, place);
  const relay = throughSocket ? addressOf(new URL(server.url as string)) : undefined;
  const rulePort = isolation.network ? RULE_PORT : await freePort();
  const hosts = isolation.mount && isolation.loopback ? (rung.stubs?.hosts ?? []) : [];
  const identity = hosts.length > 0 ? await certify(hosts) : undefined;
  const kit = await writeKit(place.kit, seen, { stubs: rung.stubs, rulePort, identity, relay });
  if (kit.attended && !isolation.loopback) {
    const why = 'Stubs and servers over HTTP need loopback in their own network, which this system does not give.';
    return { failed: 'sandbox', why, tail: '' };
  }
  for (const { path, content } of rung.stubs?.files ?? []) {
    const file = join(server.dir ?? '.', path);
    if (!(await isPlain(place.tree, file))) {
      return { failed: 'files', why: 'A stub file would lie outside of the server’s files.', tail: '' };
    }
    await mkdir(dirname(join(place.tree, file)), { recursive: true });
    await writeFile(join(place.tree, file), content);
    if (isolation.user === 'separate') await chown(join(place.tree, file), RUN_AS, RUN_AS);
  }
  const base = baseEnv({ isolation, tools }, place);
  const declared = Object.fromEntries(
    Object.entries(rung.env).map(([name, value]) => [name, withStubUrl(value, rulePort)]),
  );
  const nodeOptions = [...kit.nodeOptions, declared.NODE_OPTIONS ?? ''].join(' ').trim();
  const env = {
    ...base,
    ...OFFLINE,
    ...toolEnv({ isolation, tools }, place),
    ...kit.env,
    ...declared,
    PATH: [...kit.path, declared.PATH ?? base.PATH].join(':'),
    ...(nodeOptions ? { NODE_OPTIONS: nodeOptions } : {}),
  };
  const args = server.args.map((each) => withStubUrl(each, rulePort));
  const own = {
    command: server.command,
    args,
    cwd: server.dir ?? '.',
    env,
    network: false,
    hosts: identity ? hosts : [],
    keepsCache: false,
  };
  const attended = {
    ...own,
    command: '/bin/sh',
    args: ['-c', ATTENDED, process.execPath, seen.kit, seen.door, own.command, ...args],
  };
  return launch(enclose(isolation, place, tools, kit.attended ? attended : own), signal);
}

/** Runs our script beside the server, once it is ready; stdin and stdout are the server's alone. */
const ATTENDED = [
  'kit=$1; door=$2; shift 2; node=$0',
  'rm -f "$door/ready" "$door/server.sock"',
  'NODE_OPTIONS= "$node" "$kit/attend.mjs" </dev/null >&2 &',
  'n=0; while [ ! -e "$door/ready" ] && [ $n -lt 500 ]; do sleep 0.02; n=$((n+1)); done',
  'exec "$@"',
].join('\n');

function doorOf(url: URL, place: Place, ownNetwork: boolean): Door {
  if (ownNetwork) return { socketPath: join(place.door, 'server.sock') };
  return addressOf(url);
}

function addressOf(url: URL): { host: string; port: number } {
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function listens(door: Door, process: Running, signal?: AbortSignal): Promise<boolean> {
  const until = performance.now() + START_LIMIT;
  while (performance.now() < until && !process.exit() && !signal?.aborted) {
    if (await isOpen(door)) return true;
    await sleep(50);
  }
  return false;
}

async function failed(
  process: Running,
  line: LineTransport | undefined,
  error: Error,
  { isolation, signal }: Ground,
  silent: 'silent' | 'not_listening' = 'silent',
): Promise<Failure> {
  // An end a moment ago explains more than the line that broke with it.
  await Promise.race([process.exited, sleep(200)]);
  const exit = process.exit();
  const tail = () => process.tail();
  const noise = line?.noise();
  const gone = goneWhy(process, line);
  await process.kill();
  const as = (kind: Failure['failed'], why: string): Failure => ({ failed: kind, why, tail: tail() });
  if (signal?.aborted) return as('stopped', 'The replay was stopped.');
  if (process.flooded()) return as('flooded', gone as string);
  if (line?.broken()) return as('long_line', gone as string);
  if (exit?.code === NO_SANDBOX && isolation.mount) return as('sandbox', 'The sandbox could not be made.');
  if (exit) return as('exited', gone ?? 'It ended before it answered.');
  if (error instanceof ProtocolError) {
    return as('refused', `It answered the first request with an error: ${plain(error.message, 300)}`);
  }
  if (noise !== undefined) return as('not_mcp', `What it prints is no MCP: ${noise}`);
  const seconds = START_LIMIT / 1000;
  if (silent === 'not_listening') return as(silent, `Nothing listened on its address within ${seconds} s.`);
  if (!(error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout))
    return as('not_mcp', `What it answers is no MCP: ${plain(error.message, 300)}`);
  return as('silent', `It did not answer within ${seconds} s.`);
}

function goneWhy(process: Running, line: LineTransport | undefined): string | undefined {
  if (process.flooded()) return 'It was ended because it printed more than 64 MiB.';
  const broken = line?.broken();
  if (broken) return `It was cut off: ${broken}.`;
  const exit = process.exit();
  if (!exit) return undefined;
  return `It ended with ${exit.code === null ? exit.signal : `status ${exit.code}`}.`;
}
