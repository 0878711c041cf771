import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openOutbox } from '../../src/outbox/index.ts';
import { postgresInstalled, startPostgres } from '../support/postgres.ts';
import { engines, type Store } from './stores.ts';

/** Start sender.ts and collect what it confirms. */
function sender(where: Store['where'], prefix: string, shell = 'exec "$0" "$@"') {
  const script = new URL('sender.ts', import.meta.url).pathname;
  const child = spawn('sh', ['-c', shell, process.execPath, script, JSON.stringify(where), prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const closed = once(
    createInterface(child.stdout).on('line', (line) => lines.push(line)),
    'close',
  );
  return { child, lines, closed };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

const idsOf = (lines: string[], word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(' ')[1]);

describe.each(engines)('loss on $name', ({ store: create }) => {
  let store: Store;
  beforeEach(async () => {
    store = await create();
  });
  afterEach(() => store.close());

  test('nothing that was confirmed is missing after kill -9 under load, time and again', async () => {
    const accepted = new Set<string | undefined>();
    const intended = new Set<string | undefined>();
    for (let round = 0; round < 5; round++) {
      // Two nodes: one is killed at any moment, the other goes on a little.
      const nodes = [sender(store.where, `${round}-a`), sender(store.where, `${round}-b`)];
      await expect
        .poll(() => nodes.every(({ lines }) => lines.length > 50), { timeout: 15_000, interval: 5 })
        .toBe(true);
      await sleep(Math.random() * 200);
      for (const { child } of nodes) await kill(child);
      for (const { lines, closed } of nodes) {
        await closed;
        for (const id of idsOf(lines, 'accepted')) accepted.add(id);
        for (const key of idsOf(lines, 'intended')) intended.add(key);
        expect(idsOf(lines, 'refused')).toEqual([]);
      }
      const stored = new Set((await store.rows('SELECT id FROM outbox_entry')).map(({ id }) => id));
      expect([...accepted].filter((id) => !stored.has(id))).toEqual([]);
      const kept = new Set((await store.rows('SELECT key FROM outbox_intent')).map(({ key }) => key));
      expect([...intended].filter((key) => !kept.has(key))).toEqual([]);
    }
    expect(accepted.size).toBeGreaterThan(500);
    expect(intended.size).toBeGreaterThan(5);
    const outbox = await store.open();
    const waiting = await Promise.all([0, 1, 2, 3, 4].map((n) => outbox.waiting(`acme/${n}`)));
    expect(waiting.flat().length).toBeGreaterThanOrEqual(accepted.size);
    await store.travel(1000);
    const lease = await outbox.claim('next');
    expect((await lease?.intents())?.length).toBeGreaterThan(0);
  });
});

test('a full disk is outbox_unavailable, never a confirmation, and the outbox goes on when there is room again', async () => {
  const store = await (engines[0] as (typeof engines)[number]).store();
  // A file may not grow beyond this: what a full disk looks like to one process.
  const { child, lines, closed } = sender(store.where, 'full', 'ulimit -f 1500; exec "$0" "$@"');
  await expect
    .poll(() => lines.filter((line) => line.startsWith('refused')).length, { timeout: 15_000 })
    .toBeGreaterThan(100);
  await kill(child);
  await closed;
  expect(new Set(idsOf(lines, 'refused'))).toEqual(new Set(['outbox_unavailable']));
  const accepted = idsOf(lines, 'accepted');
  expect(accepted.length).toBeGreaterThan(100);
  const outbox = await store.open();
  const stored = new Set((await store.rows('SELECT id FROM outbox_entry')).map(({ id }) => id));
  expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
  await outbox.accept({ lane: 'acme/0', id: 'after', kind: 'report', body: null });
  await outbox.ping();
  await store.close();
});

test('a store that cannot be opened is outbox_unavailable', async () => {
  await expect(openOutbox({ file: '/dev/null/outbox.db' })).rejects.toMatchObject({ code: 'outbox_unavailable' });
  await expect(openOutbox({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toMatchObject({
    code: 'outbox_unavailable',
    status: 503,
  });
});

describe.runIf(postgresInstalled())('a PostgreSQL server that comes and goes', () => {
  test('while it is down everything is refused with 503, and the same handle works when it is back', async () => {
    const postgres = await startPostgres();
    const outbox = await openOutbox({ databaseUrl: await postgres.database() });
    const accept = (id: string) => outbox.accept({ lane: 'acme/weather', id, kind: 'report', body: null });
    await accept('before');
    const lease = await outbox.claim('w');

    let stopped = false;
    const confirmed: string[] = ['before'];
    const load = Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; !stopped; i++)
        await accept(`${worker}-${i}`).then(
          ({ id }) => confirmed.push(id),
          (error) => expect(error).toMatchObject({ code: 'outbox_unavailable', status: 503 }),
        );
    });
    await expect.poll(() => confirmed.length).toBeGreaterThan(100);
    await postgres.stop('immediate');
    await expect(accept('down')).rejects.toMatchObject({ code: 'outbox_unavailable', status: 503 });
    for (const call of [
      () => outbox.waiting('acme/weather'),
      () => outbox.claim('w'),
      () => outbox.take('42', 1),
      () => outbox.ping(),
      async () => lease?.renew(),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'outbox_unavailable' });
    stopped = true;
    await Promise.all(load);

    await postgres.start();
    await accept('back');
    confirmed.push('back');
    const stored = new Set((await outbox.waiting('acme/weather', 100_000)).map(({ id }) => id));
    expect(confirmed.filter((id) => !stored.has(id))).toEqual([]);
    await lease?.renew();

    // A restart in the middle of work is not even noticed, if it is quick.
    await postgres.stop('fast');
    const during = accept('during');
    await postgres.start();
    await during.catch((error) => expect(error).toMatchObject({ code: 'outbox_unavailable' }));
    expect(await accept('after')).toEqual({ id: 'after', repeat: false });
    await outbox.close();
    await postgres.stop('fast');
  });

  test('a database that would forget what it confirmed is refused', async () => {
    const postgres = await startPostgres();
    const databaseUrl = `${await postgres.database()}?options=${encodeURIComponent('-c synchronous_commit=off')}`;
    await expect(openOutbox({ databaseUrl })).rejects.toMatchObject({ code: 'outbox_not_durable' });
    await postgres.stop('fast');
  });
});
