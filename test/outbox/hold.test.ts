import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Outbox } from '../../src/outbox/index.ts';
import { engines, type Store } from './stores.ts';

const lane = 'acme/weather';

describe.each(engines)('entries that are held back, on $name', ({ store: create }) => {
  let store: Store;
  let outbox: Outbox;
  beforeEach(async () => {
    store = await create();
    outbox = await store.open();
  });
  afterEach(() => store.close());

  const put = (id: string, holdMs?: number, where = lane) =>
    outbox.accept({ lane: where, id, kind: 'report', key: id, body: id, ...(holdMs ? { holdMs } : {}) });
  /** What a worker gets now. */
  async function work(): Promise<unknown[] | undefined> {
    const lease = await outbox.claim('w');
    if (!lease) return undefined;
    const entries = await lease.entries();
    await lease.settle({ ids: entries.map(({ id }) => id) });
    await lease.release();
    return entries.map(({ body }) => body);
  }

  test('do not wake their lane before their time, and are readable meanwhile', async () => {
    await put('A', 20_000);
    expect(await work()).toBeUndefined();
    expect(await outbox.find(lane, 'A')).toMatchObject({ body: 'A' });
    expect(await outbox.waiting(lane)).toHaveLength(1);
    await store.travel(19_000);
    expect(await work()).toBeUndefined();
    await store.travel(1000);
    expect(await work()).toEqual(['A']);
  });

  test('hold nothing up that comes before or after them, in their lane or beside it', async () => {
    await put('before');
    await put('A', 20_000);
    await put('after');
    await put('beside', undefined, 'acme/other');
    expect(await work()).toEqual(['before', 'after']);
    expect(await work()).toEqual(['beside']);
    expect(await work()).toBeUndefined();
    await store.travel(20_000);
    expect(await work()).toEqual(['A']);
  });

  test('go at once when they are let go, with what they are given then, and only once', async () => {
    await put('A', 20_000);
    let woken = 0;
    outbox.onAccept(() => {
      woken += 1;
    });
    expect(await outbox.letGo(lane, 'A', { now: 'B' })).toBe(true);
    expect(woken).toBe(1);
    expect(await outbox.letGo(lane, 'A', 'C')).toBe(false);
    expect(await work()).toEqual([{ now: 'B' }]);
    expect(await outbox.letGo(lane, 'A', 'D')).toBe(false);
    expect((await work()) ?? []).toEqual([]);
  });

  test('are not let go when nobody holds them back, when they failed, or in another lane', async () => {
    await put('free');
    await put('held', 20_000, 'acme/other');
    expect(await outbox.letGo(lane, 'free', 'X')).toBe(false);
    expect(await outbox.letGo(lane, 'held', 'X')).toBe(false);
    expect(await outbox.letGo(lane, 'nobody', 'X')).toBe(false);
    const lease = await outbox.claim('w');
    await lease?.fail('free', 'for now');
    await lease?.release();
    expect(await outbox.letGo(lane, 'free', 'X')).toBe(false);
    expect((await outbox.waiting(lane)).map(({ body }) => body)).toEqual(['free']);
  });

  test('are the same entry when they are sent again, and stay held back', async () => {
    await put('A', 20_000);
    expect(await put('A', 20_000)).toMatchObject({ id: 'A', repeat: true });
    expect(await put('A')).toMatchObject({ id: 'A', repeat: true });
    expect(await work()).toBeUndefined();
  });
});
