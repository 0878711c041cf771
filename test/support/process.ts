import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The product in a process of its own, so that it can be killed; its traffic with GitHub is watched. */
export interface ServeProcess {
  url: string;
  kill(signal?: NodeJS.Signals): Promise<void>;
  log(): string;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function spawnServe(port: number, env: Record<string, string>): Promise<ServeProcess> {
  const child: ChildProcess = spawn(process.execPath, ['test/support/watched-serve.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'info', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (log += data));
  const url = `http://localhost:${port}`;
  const deadline = performance.now() + 45_000;
  for (;;) {
    const up = await fetch(`${url}/healthz`)
      .then((reply) => reply.ok)
      .catch(() => false);
    if (up) break;
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`the server does not start:\n${log}`);
    await sleep(50);
  }
  return {
    url,
    log: () => log,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
      const findings = log.match(/^FIDELITY .*$/gm);
      if (findings) throw new Error(`things GitHub would not say or accept:\n${findings.join('\n')}`);
    },
  };
}
