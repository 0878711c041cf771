// What `wrap` adds to one tool call: `node test/bench/wrap.ts [calls] [-- server command]`. The bare and the wrapped server run
// side by side and are called in turn, so that both meet the same machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ROOT } from '../support/process.ts';

const [first = '', ...more] = process.argv.slice(2);
const calls = Number(first) || 2000;
const server = more[0] === '--' ? more.slice(1) : ['node', 'test/dropins/servers/v2.ts', 'stdio', 'bare'];

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

async function start(command: string[], era: 'legacy' | 'modern') {
  const child = spawn(command[0] ?? '', command.slice(1), { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<number, (message: unknown) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
  });
  let id = 0;
  const write = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const ask = (method: string, params: object) => {
    id += 1;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    waiting.set(id, resolve);
    write({ id, method, params: era === 'modern' ? { ...params, _meta: META } : params });
    return promise;
  };
  if (era === 'legacy') {
    const clientInfo = { name: 'bench', version: '1' };
    await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
    write({ method: 'notifications/initialized' });
  } else await ask('server/discover', {});
  await ask('tools/list', {});
  const call = async (text: string) => {
    const started = performance.now();
    await ask('tools/call', { name: 'echo', arguments: { text } });
    return performance.now() - started;
  };
  const stop = async () => {
    child.stdin.end();
    await once(child, 'close');
  };
  return { call, stop };
}

const quantile = (times: number[], q: number) => times.toSorted((a, b) => a - b)[Math.floor(q * times.length)] ?? 0;

for (const era of ['legacy', 'modern'] as const) {
  for (const size of [100, 100_000]) {
    const bare = await start(server, era);
    const wrapped = await start([process.execPath, 'src/cli/main.ts', 'wrap', '--', ...server], era);
    const text = 'x'.repeat(size);
    const times = { bare: [] as number[], wrapped: [] as number[], added: [] as number[] };
    for (let turn = -200; turn < calls; turn++) {
      const order = turn % 2 ? [bare, wrapped] : [wrapped, bare];
      const took = [await order[0]?.call(text), await order[1]?.call(text)].map(Number);
      if (turn < 0) continue;
      const [b = 0, w = 0] = turn % 2 ? took : took.toReversed();
      times.bare.push(b);
      times.wrapped.push(w);
      times.added.push(w - b);
    }
    await Promise.all([bare.stop(), wrapped.stop()]);
    const ms = (list: number[], q: number) => quantile(list, q).toFixed(2);
    console.log(
      `${era}, ${size} bytes, ${calls} pairs: bare p50 ${ms(times.bare, 0.5)} ms, wrapped p50 ${ms(times.wrapped, 0.5)} ms, ` +
        `added p50 ${ms(times.added, 0.5)} ms, p95 ${ms(times.added, 0.95)} ms`,
    );
  }
}
