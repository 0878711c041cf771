import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Lease, LeaseLost, type Outbox } from '../../src/outbox/index.ts';
import { engines, type Store } from './stores.ts';

const lane = 'acme/weather';

describe.each(engines)('lanes on $name', ({ store: create }) => {
  let store: Store;
  let one: Outbox;
  let two: Outbox;
  beforeEach(async () => {
    store = await create();
    one = await store.open();
    two = await store.open();
  });
  afterEach(() => store.close());

  const put = (id: string, where = lane) => one.accept({ lane: where, id, kind: 'report', body: id });
  const ids = async (lease: Lease) => (await lease.entries()).map(({ id }) => id);
  async function claim(outbox = one, owner = 'w'): Promise<Lease> {
    const lease = await outbox.claim(owner);
    if (!lease) throw new Error('nothing to claim');
    return lease;
  }

  test('a lane has one holder at a time, however many ask, and none without entries', async () => {
    expect(await one.claim('w')).toBeUndefined();
    await Promise.all(['a', 'b', 'c'].map((name) => put(name, `acme/${name}`)));
    const leases = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).claim(`w${i}`)));
    const lanes = leases.flatMap((lease) => lease?.lane ?? []);
    expect(lanes.sort()).toEqual(['acme/a', 'acme/b', 'acme/c']);
  });

  test('a lane becomes another one as a whole: what waits, what is known, what was intended', async () => {
    const other = 'acme/renamed';
    const report = (id: string, key: string, where: string) =>
      one.accept({ lane: where, id, key, kind: 'report', body: id });
    await report('A', 'first', lane);
    await report('B', 'second', lane);
    await report('C', 'third', lane);
    await report('B2', 'second', other);
    const there = await claim();
    const lease = there.lane === lane ? there : await claim();
    await lease.settle({ ids: ['A'] });
    await lease.intend('C', { about: 'C' });
    await lease.moveTo(other);
    await lease.release();
    await there.release();
    if (there === lease) await (await claim()).release();

    expect((await one.waiting(lane)).map(({ id }) => id)).toEqual([]);
    expect(await one.intents(lane)).toEqual([]);
    expect((await one.waiting(other)).map(({ id }) => id).sort()).toEqual(['B2', 'C']);
    expect((await one.intents(other)).map(({ key }) => key)).toEqual(['C']);
    // Its keys are taken there, too.
    expect(await report('again', 'first', other)).toEqual({ id: 'A', repeat: true });
    const after = await claim();
    expect(after.lane).toBe(other);
    expect((await ids(after)).sort()).toEqual(['B2', 'C']);
    expect((await after.settled()).map(({ id }) => id)).toEqual(['A']);
    await after.release();
  });

  test('the holder reads everything that waits, also what comes while it holds, and settled entries are gone', async () => {
    await put('A');
    await put('B');
    const lease = await claim();
    await put('C');
    expect(await ids(lease)).toEqual(['A', 'B', 'C']);
    await lease.settle({ ids: ['A', 'C'] });
    expect(await ids(lease)).toEqual(['B']);
    expect(await two.find(lane, 'A')).toBeUndefined();
    await lease.release();
    expect(await ids(await claim(two))).toEqual(['B']);
  });

  test('what was settled can be looked at for ten minutes, then its body is gone from the store', async () => {
    one = await store.open({ cleanEveryMs: 20 });
    await put('A');
    await put('B');
    await put('elsewhere', 'acme/other');
    const lease = await claim();
    await lease.settle({ ids: ['B', 'A'] });
    await lease.release();
    await store.travel(590_000);
    await put('C');
    await claim(two);
    const next = await claim(two);
    expect(next.lane).toBe(lane);
    expect(await next.settled()).toMatchObject([
      { id: 'A', body: 'A' },
      { id: 'B', body: 'B' },
    ]);
    await store.travel(20_000);
    await expect.poll(() => next.settled()).toEqual([]);
    expect(await store.rows(`SELECT id FROM outbox_entry WHERE body IS NULL ORDER BY id`)).toEqual([
      { id: 'A' },
      { id: 'B' },
    ]);
  });

  test('an empty lane is not offered again until something comes', async () => {
    await put('A');
    const lease = await claim();
    await lease.settle({ ids: ['A'] });
    await lease.release();
    expect(await two.claim('w')).toBeUndefined();
    await put('B');
    expect(await ids(await claim(two))).toEqual(['B']);
  });

  test('lanes take turns: the one that was served goes to the end', async () => {
    await put('A', 'acme/a');
    await store.travel(1000);
    await put('B', 'acme/b');
    const first = await claim();
    expect(first.lane).toBe('acme/a');
    await first.release();
    expect((await claim()).lane).toBe('acme/b');
  });

  test('entries come in bounded portions', async () => {
    await Promise.all(Array.from({ length: 510 }, (_, i) => put(`id-${i}`)));
    expect(await ids(await claim())).toHaveLength(500);
  });

  test('after the lease ran out another owner takes over, and every write of the late one is refused', async () => {
    await put('A');
    const late = await claim(one);
    await late.intend('gap', { title: 'a gap' });
    expect(await two.claim('w')).toBeUndefined();
    await store.travel(31_000);
    const next = await claim(two);
    expect(next.token).toBeGreaterThan(late.token);
    for (const write of [
      () => late.renew(),
      () => late.intend('other', {}),
      () => late.settle({ ids: ['A'], intents: ['gap'] }),
      () => late.fail('A', 'late'),
    ])
      await expect(write()).rejects.toBeInstanceOf(LeaseLost);
    await late.release({ error: 'late' });
    expect(await next.intents()).toMatchObject([{ key: 'gap', data: { title: 'a gap' } }]);
    expect(await next.entries()).toMatchObject([{ id: 'A', attempts: 0 }]);
    await next.settle({ ids: ['A'], intents: ['gap'] });
    expect(await next.intents()).toEqual([]);
  });

  test('renewing keeps the lane, and a lease that ran out unnoticed is still good', async () => {
    await put('A');
    const lease = await claim();
    await store.travel(20_000);
    await lease.renew();
    expect(lease.remaining()).toBeGreaterThan(29_000);
    await store.travel(20_000);
    expect(await two.claim('w')).toBeUndefined();
    await store.travel(20_000);
    await lease.settle({ ids: ['A'] });
  });

  test('sole says that nobody else held the lane in between, and forgets with the process', async () => {
    await put('A');
    const first = await claim(one, 'w');
    expect(first.sole).toBe(false);
    await first.release();
    const second = await claim(one, 'w');
    expect(second.sole).toBe(true);
    await second.release();
    const other = await claim(one, 'another worker');
    expect(other.sole).toBe(false);
    await other.release();
    expect((await claim(one, 'w')).sole).toBe(false);
    await store.travel(31_000);
    expect((await claim(two, 'w')).sole).toBe(false);
    await store.travel(31_000);
    const restarted = await store.open();
    expect((await claim(restarted, 'w')).sole).toBe(false);
  });

  test('an intention is kept through release and put down again, until it is settled', async () => {
    await put('A');
    const lease = await claim();
    await lease.intend('gap-1', { title: 'one' });
    await lease.intend('gap-2', { title: 'two' });
    await lease.intend('gap-1', { title: 'one, again' });
    await lease.release({ error: 'lost the answer' });
    await store.travel(10_000);
    const next = await claim(two);
    const intents = await next.intents();
    expect(intents).toMatchObject([
      { key: 'gap-1', data: { title: 'one, again' } },
      { key: 'gap-2', data: { title: 'two' } },
    ]);
    expect(intents[0]?.at).toBeInstanceOf(Date);
    await next.settle({ ids: [], intents: ['gap-2'] });
    expect((await next.intents()).map(({ key }) => key)).toEqual(['gap-1']);
  });

  test('errors in a row make the pauses of a lane longer, a good run ends them, other lanes go on', async () => {
    await put('A');
    for (const pause of [1000, 2000, 4000, 8000]) {
      await (await claim()).release({ error: 'GitHub answers 502' });
      await put(`during ${pause}`);
      await store.travel(pause - 500);
      expect(await one.claim('w')).toBeUndefined();
      await store.travel(pause / 4 + 600);
    }
    await put('B', 'acme/other');
    const calm = await claim();
    expect(calm.lane).toBe(lane);
    expect((await claim()).lane).toBe('acme/other');
    await calm.release();
    await (await claim()).release({ error: 'again' });
    await store.travel(1300);
    await claim();
  });

  test('what GitHub asked for is waited, even without an error, and even when the pause would be shorter', async () => {
    await put('A');
    await (await claim()).release({ retryAfterMs: 60_000 });
    await store.travel(59_000);
    expect(await two.claim('w')).toBeUndefined();
    await store.travel(1001);
    await (await claim(two)).release({ retryAfterMs: 30_000, error: 'secondary limit' });
    await store.travel(29_000);
    expect(await two.claim('w')).toBeUndefined();
    await store.travel(1001);
    await claim(two);
  });

  test('a poison entry is tried eight times with growing pauses, never holds up the lane, and ends as dead', async () => {
    await put('poison');
    for (let attempt = 1; attempt <= 8; attempt++) {
      await put(`good ${attempt}`);
      const lease = await claim();
      expect(await lease.entries()).toMatchObject([
        ...(attempt > 1 ? [] : [{ id: 'poison', attempts: 0 }]),
        { id: `good ${attempt}` },
      ]);
      await lease.settle({ ids: [`good ${attempt}`] });
      if (attempt > 1) {
        await lease.release();
        expect(await one.claim('w')).toBeUndefined();
        await store.travel(1000 * 2 ** (attempt - 2));
        const again = await claim();
        expect(await again.entries()).toMatchObject([{ id: 'poison', attempts: attempt - 1 }]);
        await again.fail('poison', 'no such gap type\u0000');
        await again.release();
      } else {
        await lease.fail('poison', 'no such gap type');
        await lease.release();
      }
    }
    expect(await one.claim('w')).toBeUndefined();
    expect(await one.waiting(lane)).toEqual([]);
    const dead = [{ lane, id: 'poison', body: 'poison', attempts: 8, deadReason: 'no such gap type' }];
    expect(await two.dead()).toMatchObject(dead);
    expect(await two.dead(lane)).toMatchObject(dead);
    expect(await two.dead('acme/other')).toEqual([]);
    expect(await two.find(lane, 'poison')).toMatchObject({ deadReason: 'no such gap type' });
    expect(await one.accept({ lane, id: 'poison', kind: 'report', body: 'poison' })).toMatchObject({ repeat: true });
  });

  test('a dead entry that is revived waits again, with all its attempts, and wakes the worker', async () => {
    one = await store.open({ attempts: 1 });
    await put('A');
    const lease = await claim();
    await lease.fail('A', 'unreadable');
    await lease.release();
    let woken = 0;
    one.onAccept(() => {
      woken += 1;
    });
    expect(await one.revive(lane, 'B')).toBe(false);
    expect(await one.revive(lane, 'A')).toBe(true);
    expect(await one.revive(lane, 'A')).toBe(false);
    expect(woken).toBe(1);
    const [entry] = await (await claim(two)).entries();
    expect(entry).toMatchObject({ id: 'A', attempts: 0 });
    expect(entry).not.toHaveProperty('deadReason');
  });

  test('entries that never stop coming do not keep a lane from being claimed', async () => {
    const until = performance.now() + 1500;
    const flood = [one, two].map(async (node, n) => {
      for (let i = 0; performance.now() < until; i++)
        await Promise.all(
          Array.from({ length: 8 }, (_, k) => node.accept({ lane, id: `${n}-${i}-${k}`, kind: 'report', body: 0 })),
        );
    });
    const worker = await store.open();
    let turns = 0;
    while (performance.now() < until) {
      const lease = await worker.claim('w');
      if (!lease) continue;
      await lease.settle({ ids: (await lease.entries()).map(({ id }) => id) });
      await lease.release();
      turns += 1;
    }
    await Promise.all(flood);
    expect(turns).toBeGreaterThan(10);
  });
});
