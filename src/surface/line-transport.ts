import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { plain, type Running } from './process.ts';

/** Bytes of one JSON-RPC message, and how deep it may nest. */
const LINE_LIMIT = 8 * 2 ** 20;
const DEPTH_LIMIT = 200;
/** Lines that are no JSON-RPC: some servers log to stdout, which clients skip. */
const NOISE_LIMIT = 10_000;

export interface LineTransport extends Transport {
  /** Why the line was cut, when it was. */
  broken(): string | undefined;
  /** The first line that was no JSON-RPC. */
  noise(): string | undefined;
}

/** MCP over stdio: one message a line, from a process that is not to be trusted with our memory. */
export function lineTransport(process: Running): LineTransport {
  let broken: string | undefined;
  let noise: string | undefined;
  let noisy = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const cut = (why: string) => {
    if (broken) return;
    broken = why;
    process.stdout.removeAllListeners('data');
    parts = [];
    void process.kill();
  };
  const read = (line: Buffer) => {
    if (line.length === 0 || (line.length === 1 && line[0] === 13)) return;
    const messages = messagesOf(line);
    for (const message of messages ?? []) transport.onmessage?.(message);
    if (messages) return;
    noise ??= plain(line.toString('utf8', 0, 300), 200);
    if (++noisy > NOISE_LIMIT) cut('stdout is full of lines that are no JSON-RPC messages');
  };
  const transport: LineTransport = {
    broken: () => broken,
    noise: () => noise,
    async start() {
      process.stdout.on('data', (chunk: Buffer) => {
        let from = 0;
        for (let end = chunk.indexOf(10); end >= 0 && !broken; end = chunk.indexOf(10, from)) {
          parts.push(chunk.subarray(from, end));
          read(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
          parts = [];
          length = 0;
          from = end + 1;
        }
        if (broken || from === chunk.length) return;
        parts.push(chunk.subarray(from));
        length += chunk.length - from;
        if (length > LINE_LIMIT) cut(`a line on stdout is longer than ${LINE_LIMIT / 2 ** 20} MiB`);
      });
      void process.exited.then(() => transport.onclose?.());
    },
    send: (message) =>
      new Promise((resolve, reject) => {
        if (process.exit()) return reject(new Error('the server has ended'));
        process.stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
      }),
    async close() {
      await process.kill();
    },
  };
  return transport;
}

/** The messages of one line (older revisions allow batches), or nothing when it holds none. */
function messagesOf(line: Buffer): JSONRPCMessage[] | undefined {
  if (line.length > LINE_LIMIT || depthOf(line) > DEPTH_LIMIT) return undefined;
  try {
    const parsed: unknown = JSON.parse(line.toString('utf8'));
    const messages = Array.isArray(parsed) ? parsed : [parsed];
    return messages.every((each) => each?.jsonrpc === '2.0') && messages.length > 0 ? messages : undefined;
  } catch {
    return undefined;
  }
}

/** How deep brackets nest outside of strings: every later walk over a message recurses this far. */
export function depthOf(line: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const byte = line[at];
    if (byte === 0x22) quoted = !quoted;
    else if (quoted) at += byte === 0x5c ? 1 : 0;
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
}
