import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { submitFeedback, type Tool } from '../../../dropins/typescript/feedback-tool.ts';
import { createInference, heartbeat } from '../../../dropins/typescript/inferred.ts';
import { PatchworkError } from '../../report/index.ts';
import { readOptions } from '../options.ts';
import { startChild } from './child.ts';
import { drained, lines } from './lines.ts';
import { createProxy, type ProxyOptions } from './proxy.ts';

const HELP = `patchworkmcp wrap [--inferred] [--heartbeat] -- <command> [arguments]
patchworkmcp wrap [--inferred] [--heartbeat] --url <address> [--header "Name: value"]...

Puts the feedback tool in front of an MCP server that you cannot or do not want to change: any server on stdio, or one on
Streamable HTTP. Speaks stdio to the client, passes everything else through as it is, and ends with the server. Reports go where
PATCHWORKMCP_URL or FEEDBACK_SIDECAR_URL say, as with the drop-ins.

  --inferred   also counts calls of tools and parameters that do not exist: names only, at most one report an hour
  --heartbeat  says every minute that the server runs, and the names of its tools`;

const OPTIONS = {
  url: { type: 'string' },
  header: { type: 'string', multiple: true },
  inferred: { type: 'boolean' },
  heartbeat: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

export async function wrap(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, OPTIONS, Number.POSITIVE_INFINITY);
  const [command, ...rest] = positionals;
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if ((command === undefined) === (values.url === undefined)) {
    throw new PatchworkError('bad_argument', 'Either a command or --url is needed.', {
      next: 'Like this: patchworkmcp wrap -- node server.js',
    });
  }
  if (command !== undefined && values.header) {
    throw new PatchworkError('bad_argument', '--header is for --url; a command gets its environment.');
  }
  const inference = values.inferred ? createInference() : undefined;
  let beating: (() => void) | undefined;
  let latest: { server: string; tools: Tool[] };
  const more: More = {
    submit: submitFeedback,
    ...(inference && { onCall: ({ server, context, ...call }) => inference.observe(call, server, context) }),
    ...(values.heartbeat && {
      onTools(tools, server) {
        latest = { server, tools };
        beating ??= heartbeat(async () => latest);
      },
    }),
  };
  const status =
    values.url === undefined
      ? await overStdio(command ?? '', rest, more)
      : await overHttp(values.url, values.header, more);
  if (inference) await Promise.race([inference.flush(), sleep(LAST_REPORT_MS, undefined, { ref: false })]);
  beating?.();
  return status;
}

type More = Omit<ProxyOptions, 'toServer' | 'toClient'>;
/** How long a report may still be on its way after the server ended, in milliseconds. */
const LAST_REPORT_MS = 3000;

async function overStdio(command: string, args: string[], more: More): Promise<number> {
  const child = await startChild(command, args);
  const proxy = createProxy({
    ...more,
    toServer: (line) => child.stdin.write(line),
    toClient: (line) => process.stdout.write(line),
  });
  // A client that stopped reading: the server hears of it as it would without us.
  process.stdout.on('error', () => child.stdout.destroy());
  const up = async () => {
    for await (const line of lines(process.stdin)) {
      proxy.fromClient(line);
      await drained(child.stdin);
    }
    child.stdin.end();
  };
  let passed = 0;
  const down = async () => {
    for await (const line of lines(child.stdout)) {
      proxy.fromServer(line);
      passed += 1;
      await drained(process.stdout);
    }
  };
  up().catch(() => child.stdin.end());
  const read = down().catch(() => {});
  const status = await child.ended;
  // All that it said is still read, but a child of its own that holds the pipe open is not waited for.
  for (let seen = -1; seen !== passed || process.stdout.writableNeedDrain; ) {
    seen = passed;
    if (await Promise.race([read.then(() => true), sleep(500)])) break;
  }
  child.stdout.destroy();
  await Promise.race([proxy.settled(), sleep(LAST_REPORT_MS, undefined, { ref: false })]);
  process.stdin.destroy();
  return status;
}

async function overHttp(url: string, headers: string[] = [], more: More): Promise<number> {
  const proxy = createProxy({
    ...more,
    toServer: (line) => remote.send(line),
    toClient: (line) => process.stdout.write(line),
  });
  const { connectRemote } = await import('./remote.ts'); // it alone needs an SDK, which is slow to load
  const remote = await connectRemote(url, headers, { receive: proxy.fromServer, tool: proxy.tool });
  const ended = new AbortController();
  const stopped = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map(async (signal) => {
    await once(process, signal, { signal: ended.signal }).catch(() => {});
    return 128 + constants.signals[signal];
  });
  process.stdout.on('error', () => process.stdin.destroy());
  const up = async () => {
    for await (const line of lines(process.stdin)) proxy.fromClient(line);
    await Promise.race([remote.settled(), sleep(LAST_REPORT_MS, undefined, { ref: false })]);
    return 0;
  };
  const status = await Promise.race([up().catch(() => 0), ...stopped]);
  ended.abort();
  await Promise.race([
    Promise.all([proxy.settled(), remote.close()]),
    sleep(LAST_REPORT_MS, undefined, { ref: false }),
  ]);
  process.stdin.destroy();
  return status;
}
