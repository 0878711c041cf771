import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { grant, type Spent } from '../../src/outbox/budget.ts';
import { engines, type Store } from './stores.ts';

test('no minute has more than 80 writes and no hour more than 500, whatever is asked for when', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ wait: fc.integer({ min: 0, max: 40_000 }), wanted: fc.nat(60), people: fc.boolean() }), {
        maxLength: 200,
      }),
      (asks) => {
        let now = 1_800_000_000_000;
        let spent: Spent = [];
        const made: { at: number; writes: number; people: boolean }[] = [];
        for (const { wait, wanted, people } of asks) {
          now += wait;
          const answer = grant(spent, now, wanted, people);
          expect(answer.granted).toBeLessThanOrEqual(wanted);
          expect(answer.retryAfterMs === 0).toBe(answer.granted === wanted);
          spent = answer.spent;
          made.push({ at: now, writes: answer.granted, people });
        }
        for (const { at: end } of made) {
          const during = (span: number, who: (people: boolean) => boolean) =>
            made
              .filter(({ at, people }) => at <= end && at > end - span && who(people))
              .reduce((sum, { writes }) => sum + writes, 0);
          expect(during(60_000, () => true)).toBeLessThanOrEqual(80);
          expect(during(3_600_000, () => true)).toBeLessThanOrEqual(500);
          expect(during(60_000, (people) => !people)).toBeLessThanOrEqual(60);
          expect(during(3_600_000, (people) => !people)).toBeLessThanOrEqual(400);
        }
      },
    ),
  );
});

test('what is refused fits at the time that was named, and not a millisecond earlier', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 1, max: 40 })), { maxLength: 60 }),
      fc.integer({ min: 1, max: 60 }),
      (past, wanted) => {
        let now = 1_800_000_000_000;
        let spent: Spent = [];
        for (const [wait, writes] of past) {
          now += wait;
          spent = grant(spent, now, writes, false).spent;
        }
        const answer = grant(spent, now, wanted, false);
        const rest = wanted - answer.granted;
        if (rest === 0) return;
        expect(grant(answer.spent, now + answer.retryAfterMs, rest, false).granted).toBe(rest);
        expect(grant(answer.spent, now + answer.retryAfterMs - 1, rest, false).granted).toBeLessThan(rest);
      },
    ),
  );
});

describe.each(engines)('the budget on $name', ({ store: create }) => {
  let store: Store;
  beforeEach(async () => {
    store = await create();
  });
  afterEach(() => store.close());

  test('two nodes share it: of 100 asked for at once, background work gets 60, people get the reserve', async () => {
    const nodes = [await store.open(), await store.open()] as const;
    const asked = await Promise.all(Array.from({ length: 50 }, (_, i) => nodes[i % 2 ? 1 : 0].take('42', 2)));
    expect(asked.reduce((sum, { granted }) => sum + granted, 0)).toBe(60);
    expect(await nodes[0].take('42', 30, 'people')).toMatchObject({ granted: 20 });
    const refused = await nodes[1].take('42', 1, 'people');
    expect(refused.granted).toBe(0);
    expect(refused.retryAfterMs).toBeGreaterThan(50_000);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(await nodes[1].take('another installation', 1)).toEqual({ granted: 1, retryAfterMs: 0 });
    await store.travel(60_001);
    expect(await nodes[1].take('42', 1)).toEqual({ granted: 1, retryAfterMs: 0 });
  });

  test('the hour is counted too', async () => {
    const outbox = await store.open();
    let granted = 0;
    for (let minute = 0; minute < 10; minute++) {
      granted += (await outbox.take('42', 60)).granted;
      await store.travel(60_001);
    }
    expect(granted).toBe(400);
    const refused = await outbox.take('42', 1);
    expect(refused.retryAfterMs).toBeGreaterThan(45 * 60_000);
    expect((await outbox.take('42', 50, 'people')).granted).toBe(50);
  });

  test('when GitHub asks an installation to wait, nobody on any node gets anything before', async () => {
    const [one, two] = [await store.open(), await store.open()];
    await one.pause('42', 90_000);
    await two.pause('42', 5000);
    expect(await two.take('42', 1, 'people')).toMatchObject({ granted: 0 });
    expect((await two.take('42', 1)).retryAfterMs).toBeGreaterThan(85_000);
    expect((await two.take('43', 1)).granted).toBe(1);
    await store.travel(90_000);
    expect(await two.take('42', 1)).toEqual({ granted: 1, retryAfterMs: 0 });
  });
});
