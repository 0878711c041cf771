import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewEntry } from '../../src/outbox/index.ts';
import { engines, type Store } from './stores.ts';

const lane = 'acme/weather';
const entry = (id: string, more: Partial<NewEntry> = {}): NewEntry => ({
  lane,
  id,
  kind: 'report',
  body: { need: id },
  ...more,
});

describe.each(engines)('accepting on $name', ({ store: create }) => {
  let store: Store;
  beforeEach(async () => {
    store = await create();
  });
  afterEach(() => store.close());

  test('an accepted entry is there for every node, with its body, kind and time, oldest first', async () => {
    const one = await store.open();
    const two = await store.open();
    expect(await one.accept(entry('A', { body: { need: 'a date filter', n: [1, null, true] } }))).toEqual({
      id: 'A',
      repeat: false,
    });
    await two.accept(entry('B', { kind: 'note', body: null }));
    const waiting = await two.waiting(lane);
    expect(waiting).toMatchObject([
      { lane, id: 'A', kind: 'report', attempts: 0, body: { need: 'a date filter', n: [1, null, true] } },
      { lane, id: 'B', kind: 'note', body: null },
    ]);
    expect(Math.abs(Date.now() - Number(waiting[0]?.receivedAt))).toBeLessThan(60_000);
    expect(await one.find(lane, 'B')).toEqual(waiting[1]);
    expect(await one.find('acme/other', 'B')).toBeUndefined();
    expect(await one.waiting(lane, 1)).toEqual(waiting.slice(0, 1));
  });

  test('the same key is the same entry: first id, nothing stored again', async () => {
    const outbox = await store.open();
    await outbox.accept(entry('A', { key: 'k', digest: 'd' }));
    expect(await outbox.accept(entry('B', { key: 'k', digest: 'd' }))).toEqual({ id: 'A', repeat: true });
    expect(await outbox.accept(entry('C', { key: 'k' }))).toEqual({ id: 'A', repeat: true });
    expect(await outbox.accept(entry('D', { key: 'k', digest: 'd', lane: 'acme/other' }))).toEqual({
      id: 'D',
      repeat: false,
    });
    expect(await outbox.waiting(lane)).toHaveLength(1);
  });

  test('a key is remembered for seven days, also after its entry was settled, and then forgotten', async () => {
    const outbox = await store.open({ cleanEveryMs: 20 });
    const again = () => outbox.accept(entry('B', { key: 'k', digest: 'd' }));
    await outbox.accept(entry('A', { key: 'k', digest: 'd' }));
    const lease = await outbox.claim('w');
    await lease?.settle({ ids: ['A'] });
    await store.travel(7 * 86_400_000 - 60_000);
    expect(await again()).toEqual({ id: 'A', repeat: true });
    await store.travel(120_000);
    await expect.poll(() => store.rows('SELECT id FROM outbox_entry')).toEqual([]);
    expect(await again()).toEqual({ id: 'B', repeat: false });
  });

  test('without a key the digest decides, within a window that starts with the first', async () => {
    const outbox = await store.open();
    const send = (id: string) => outbox.accept(entry(id, { digest: 'd' }));
    expect(await send('A')).toEqual({ id: 'A', repeat: false });
    await store.travel(110_000);
    expect(await send('B')).toEqual({ id: 'A', repeat: true });
    await store.travel(15_000);
    expect(await send('C')).toEqual({ id: 'C', repeat: false });
    expect(await send('D')).toEqual({ id: 'C', repeat: true });
  });

  test('two agents with keys of their own and the same words are two reports', async () => {
    const outbox = await store.open();
    await outbox.accept(entry('A', { key: 'one', digest: 'd' }));
    expect(await outbox.accept(entry('B', { key: 'two', digest: 'd' }))).toEqual({ id: 'B', repeat: false });
  });

  test('the same key with another body is stored under a fresh id, and its own retry is a repeat of that', async () => {
    const outbox = await store.open();
    await outbox.accept(entry('A', { key: 'A', digest: 'first' }));
    const other = await outbox.accept(entry('A', { key: 'A', digest: 'second', body: 'second' }));
    expect(other).toEqual({ id: expect.stringMatching(/^[0-9A-Z]{26}$/), repeat: false, mismatch: true });
    expect(await outbox.accept(entry('A', { key: 'A', digest: 'second' }))).toEqual({ ...other, repeat: true });
    expect(await outbox.accept(entry('A', { key: 'A', digest: 'first' }))).toEqual({ id: 'A', repeat: true });
    expect((await outbox.waiting(lane)).map(({ id }) => id)).toEqual(['A', other.id]);
    expect((await outbox.find(lane, other.id))?.body).toBe('second');
  });

  test('an id that is taken is a repeat if the body is the same, and replaced if not', async () => {
    const outbox = await store.open();
    await outbox.accept(entry('A', { key: 'one', digest: 'd' }));
    expect(await outbox.accept(entry('A', { key: 'two', digest: 'd' }))).toEqual({ id: 'A', repeat: true });
    const other = await outbox.accept(entry('A', { key: 'three', digest: 'e' }));
    expect(other).toMatchObject({ repeat: false, mismatch: true });
    expect(await outbox.accept(entry('A', { key: 'three', digest: 'e' }))).toEqual({ id: other.id, repeat: true });
  });

  test('fifty at once with one key, on two nodes, are one entry and fifty equal answers', async () => {
    const nodes = [await store.open(), await store.open()];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => nodes[i % 2]?.accept(entry(`id-${i}`, { key: 'k', digest: 'd' }))),
    );
    expect(new Set(answers.map((answer) => answer?.id)).size).toBe(1);
    expect(answers.filter((answer) => !answer?.repeat)).toHaveLength(1);
    expect(await nodes[0]?.waiting(lane)).toHaveLength(1);
  });

  test('fifty different bodies under one key and id, on two nodes, are fifty entries', async () => {
    const nodes = [await store.open(), await store.open()];
    const send = () =>
      Promise.all(
        Array.from({ length: 50 }, (_, i) => nodes[i % 2]?.accept(entry('A', { key: 'k', digest: `d${i}`, body: i }))),
      );
    const answers = await send();
    expect(new Set(answers.map((answer) => answer?.id)).size).toBe(50);
    expect(answers.filter((answer) => answer?.mismatch)).toHaveLength(49);
    const waiting = await nodes[0]?.waiting(lane);
    expect(new Set(waiting?.map(({ body }) => body)).size).toBe(50);
    expect((await send()).map((answer) => answer?.id)).toEqual(answers.map((answer) => answer?.id));
    expect(await nodes[0]?.waiting(lane)).toHaveLength(50);
  });

  test('two nodes that receive the same mixed load in opposite order agree, without a deadlock', async () => {
    const nodes = [await store.open(), await store.open()] as const;
    const load = Array.from({ length: 200 }, (_, i) =>
      entry(randomUUID(), {
        lane: `acme/${i % 7}`,
        ...(i % 3 ? { key: `k${i % 40}` } : {}),
        digest: `d${i % 60}`,
      }),
    );
    const [one, two] = await Promise.all([
      Promise.all(load.map((item) => nodes[0].accept(item))),
      Promise.all(load.toReversed().map((item) => nodes[1].accept(item))),
    ]);
    const fresh = [...one, ...two].filter(({ repeat }) => !repeat);
    expect(new Set(fresh.map(({ id }) => id)).size).toBe(fresh.length);
    expect(await store.rows('SELECT id FROM outbox_entry')).toHaveLength(fresh.length);
    for (const [i, { id }] of one.entries()) if (!load[i]?.key) expect(two.toReversed()[i]?.id).toBe(id);
  });

  test('any text survives: NUL, lone surrogates, long keys; different long keys stay different', async () => {
    const outbox = await store.open();
    const body = { text: 'a\u0000b \ud800 \u{1f600} \u2028', deep: ['\udfff'] };
    const key = '\u0000é '.repeat(3000);
    expect(await outbox.accept(entry('A', { key, digest: 'd'.repeat(5000), body }))).toEqual({
      id: 'A',
      repeat: false,
    });
    expect(await outbox.accept(entry('B', { key, digest: 'd'.repeat(5000), body }))).toEqual({ id: 'A', repeat: true });
    expect(await outbox.accept(entry('C', { key: `${key}.`, body }))).toEqual({ id: 'C', repeat: false });
    expect((await outbox.find(lane, 'A'))?.body).toEqual(body);
  });

  test('a listener hears of what is new, not of repeats, and not after it left', async () => {
    const outbox = await store.open();
    let heard = 0;
    const leave = outbox.onAccept(() => {
      heard += 1;
    });
    await outbox.accept(entry('A', { key: 'k' }));
    await outbox.accept(entry('B', { key: 'k' }));
    expect(heard).toBe(1);
    leave();
    await outbox.accept(entry('C'));
    expect(heard).toBe(1);
  });

  test('more than memory should hold is refused with outbox_full, and what was let in is kept', async () => {
    const outbox = await store.open({ mostAccepts: 20 });
    const answers = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => outbox.accept(entry(`id-${i}`))));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(30);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'outbox_full', status: 503 });
    expect(await outbox.waiting(lane)).toHaveLength(20);
    expect(await outbox.accept(entry('later'))).toEqual({ id: 'later', repeat: false });
  });

  test('a lane in which far too much waits takes no more until it is worked off; other lanes do', async () => {
    const outbox = await store.open({ mostWaiting: 10, cleanEveryMs: 20 });
    for (let i = 0; i < 10; i++) await outbox.accept(entry(`id-${i}`));
    const another = () =>
      outbox.accept(entry('another')).then(
        () => 'stored',
        ({ code }) => code,
      );
    await expect.poll(another).toBe('outbox_full');
    await outbox.accept(entry('elsewhere', { lane: 'acme/other' }));
    const lease = await outbox.claim('w');
    expect(lease?.lane).toBe(lane);
    await lease?.settle({ ids: Array.from({ length: 10 }, (_, i) => `id-${i}`) });
    await expect.poll(another).toBe('stored');
  });

  test('closing decides everything that came before it and refuses what comes after', async () => {
    const outbox = await store.open();
    const before = Array.from({ length: 100 }, (_, i) => outbox.accept(entry(`id-${i}`)));
    const closed = outbox.close();
    await expect(outbox.accept(entry('late'))).rejects.toMatchObject({ code: 'outbox_unavailable', status: 503 });
    expect((await Promise.all(before)).every(({ repeat }) => !repeat)).toBe(true);
    await closed;
    await expect(outbox.waiting(lane)).rejects.toMatchObject({ code: 'outbox_unavailable' });
    await expect(outbox.claim('w')).rejects.toMatchObject({ code: 'outbox_unavailable' });
    await expect(outbox.ping()).rejects.toMatchObject({ code: 'outbox_unavailable' });
    expect(await (await store.open()).waiting(lane)).toHaveLength(100);
  });

  test('stats count what waits, what is dead, and name the lanes that fail', async () => {
    const outbox = await store.open({ attempts: 1 });
    expect(await outbox.stats()).toEqual({ waiting: 0, dead: 0, oldest: undefined, lanes: 0, failing: [] });
    await outbox.accept(entry('A'));
    await outbox.accept(entry('B'));
    await outbox.accept(entry('C', { lane: 'acme/other' }));
    await store.travel(5000);
    await outbox.accept(entry('D'));
    const lease = await outbox.claim('w');
    await lease?.fail('A', 'unreadable');
    await lease?.release({ error: 'GitHub answers 500' });
    const stats = await outbox.stats();
    expect(stats).toMatchObject({ waiting: 3, dead: 1, lanes: 2 });
    expect(Date.now() - Number(stats.oldest)).toBeGreaterThan(4900);
    expect(stats.failing).toMatchObject([{ lane, errors: 1, error: 'GitHub answers 500' }]);
  });

  test('nodes that open one empty store at the same time all succeed', async () => {
    const nodes = await Promise.all(Array.from({ length: 6 }, () => store.open()));
    await Promise.all(nodes.map((node, i) => node.accept(entry(`id-${i}`))));
    await Promise.all(nodes.map((node) => node.ping()));
    expect(await nodes[0]?.waiting(lane)).toHaveLength(6);
  });
});
