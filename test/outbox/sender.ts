/**
 * A process to be killed: `node sender.ts <where as JSON> <prefix>`. Accepts without end, also puts down intentions, and says on
 * standard output what was confirmed: `accepted <id>`, `intended <key>`, `refused <code>`.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { openOutbox } from '../../src/outbox/index.ts';

const [where = '', prefix] = process.argv.slice(2);
const outbox = await openOutbox(JSON.parse(where), { leaseMs: 500 });
const say = (line: string) => process.stdout.write(`${line}\n`);

async function send(worker: number): Promise<void> {
  for (let i = 0; ; i++) {
    const id = `${prefix}-${worker}-${i}`;
    const body = { text: 'x'.repeat(500) };
    await outbox.accept({ lane: `acme/${i % 5}`, id, kind: 'report', digest: id, body }).then(
      () => say(`accepted ${id}`),
      ({ code }) => say(`refused ${code}`),
    );
  }
}

async function intend(): Promise<void> {
  for (let i = 0; ; i++) {
    const lease = await outbox.claim('sender');
    if (lease) {
      const key = `${prefix}-${i}`;
      await lease.intend(key, { lane: lease.lane });
      say(`intended ${key} ${lease.lane}`);
      await lease.release();
    }
    await turn();
  }
}

await Promise.all([...Array.from({ length: 16 }, (_, worker) => send(worker)), intend().catch(() => {})]);
