import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallToolResult, Client, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import { PatchworkError } from '../../report/index.ts';
import { lines } from '../wrap/lines.ts';

export const CLIENT = { name: 'patchworkmcp-check', version: '1.0.0' };
export type Era = 'legacy' | 'modern';

export interface Connected extends AsyncDisposable {
  client: Client;
  call(args: Record<string, unknown>): Promise<CallToolResult>;
  stderr(): string;
  /** Lines on stdout that are not the protocol. */
  noise(): string[];
  /** Ends the input and waits; false if the server had to be killed. */
  end(): Promise<boolean>;
}

const PATIENCE_MS = 30_000;
const GOODBYE_MS = 5000;

/** Starts the server with this environment instead of any address or key of ours, and says hello to it as a client of this era. */
export async function connect(command: string[], environment: Record<string, string>, era: Era): Promise<Connected> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:PATCHWORKMCP|FEEDBACK)_/.test(name));
  const env = { ...Object.fromEntries(inherited), ...environment };
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env, stdio: 'pipe', detached: process.platform !== 'win32' });
  await once(child, 'spawn').catch((error: NodeJS.ErrnoException) => {
    throw new PatchworkError('no_command', `The command ${JSON.stringify(file)} cannot be started (${error.code}).`, {
      next: 'Like this: patchworkmcp check-dropin -- node server.js',
    });
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const noise: string[] = [];
  const closed = once(child, 'close').then(() => transport.onclose?.());

  const transport: Transport = {
    async start() {
      void (async () => {
        for await (const line of lines(child.stdout)) {
          const message = messageOf(String(line));
          if (message) transport.onmessage?.(message);
          else if (String(line).trim()) noise.push(String(line).trim());
        }
      })().catch(() => {});
    },
    async send(message) {
      child.stdin.write(`${JSON.stringify(message)}\n`);
    },
    async close() {
      await end();
    },
  };

  async function end(): Promise<boolean> {
    child.stdin.end();
    const ended = await Promise.race([closed.then(() => true), sleep(GOODBYE_MS, false)]);
    try {
      if (!ended && child.pid) process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
    } catch {}
    return ended;
  }

  const mode = era === 'modern' ? { pin: '2026-07-28' } : 'legacy';
  const client = new Client(CLIENT, { versionNegotiation: { mode } });
  try {
    await client.connect(transport, { timeout: PATIENCE_MS });
  } catch (error) {
    await end();
    throw error;
  }
  return {
    client,
    call: async (given) =>
      (await client.callTool({ name: 'feedback', arguments: given }, { timeout: PATIENCE_MS })) as CallToolResult,
    stderr: () => stderr,
    noise: () => noise,
    end,
    [Symbol.asyncDispose]: async () => void (await end()),
  };
}

function messageOf(line: string): JSONRPCMessage | undefined {
  try {
    const message = JSON.parse(line);
    return message?.jsonrpc === '2.0' ? message : undefined;
  } catch {
    return undefined;
  }
}
