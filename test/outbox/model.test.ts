import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Lease, LeaseLost, type Outbox } from '../../src/outbox/index.ts';
import { engines, type Store } from './stores.ts';

/**
 * Random histories on the real outbox (two nodes, one store) against this model, which knows the rules and nothing of SQL. Time moves
 * only in steps of which no sum comes near a window, a lease or a pause, so the milliseconds that really pass do not matter.
 */
const WINDOW_MS = 120_000;
const LEASE_MS = 30_000;
const PAUSE_MS = 20_000;
const ATTEMPTS = 3;
const STEPS_MS = [37_000, 131_000];
const LANES = ['acme/a', 'acme/b'];

interface ModelEntry {
  lane: string;
  id: string;
  mark: string | undefined;
  digest: string;
  body: number;
  at: number;
  state: 'waiting' | 'settled' | 'dead';
  attempts: number;
  heldUntil: number;
}

interface ModelLane {
  token: number;
  leaseUntil: number;
  errors: number;
  /** A pause has some chance in it: certainly over after `latest`, certainly not before `earliest`. */
  earliest: number;
  latest: number;
  lastHolder: string;
}

class Model {
  now = 0;
  entries: ModelEntry[] = [];
  intents = new Map<string, number>();
  lanes = new Map<string, ModelLane>();

  lane(name: string): ModelLane {
    const known = this.lanes.get(name);
    if (known) return known;
    const lane = { token: 0, leaseUntil: 0, errors: 0, earliest: 0, latest: 0, lastHolder: '' };
    this.lanes.set(name, lane);
    return lane;
  }

  /** What `accept` has to answer; `fresh` when it has to make up an id. */
  accept(lane: string, id: string, key: string | undefined, digest: string, body: number) {
    const taken = (mark: string) => this.entries.find((entry) => entry.lane === lane && entry.mark === mark);
    const namesake = () => this.entries.find((entry) => entry.lane === lane && entry.id === id);
    let mark = key ? `key ${key}` : `digest ${digest}`;
    let mismatch = false;
    const holder = key ? taken(mark) : undefined;
    if (holder?.digest === digest) return { id: holder.id, repeat: true, mismatch };
    if (holder) {
      mark = `digest ${digest}`;
      mismatch = true;
    }
    if (mark.startsWith('digest')) {
      const same = taken(mark);
      if (same && this.now - same.at < WINDOW_MS) return { id: same.id, repeat: true, mismatch };
      if (same) same.mark = undefined;
    }
    let fresh = mismatch;
    if (!mismatch) {
      const other = namesake();
      if (other?.digest === digest) return { id, repeat: true, mismatch };
      if (other) mismatch = fresh = true;
    }
    const entry: ModelEntry = {
      ...{ lane, id: fresh ? '' : id, mark, digest, body, at: this.now, state: 'waiting' as const },
      ...{ attempts: 0, heldUntil: this.now },
    };
    this.entries.push(entry);
    return { id: undefined, repeat: false, mismatch, entry };
  }

  due(lane: string): ModelEntry[] {
    return this.entries
      .filter((entry) => entry.lane === lane && entry.state === 'waiting' && entry.heldUntil <= this.now)
      .sort((a, b) => a.heldUntil - b.heldUntil);
  }
}

interface Real {
  store: Store;
  nodes: [Outbox, Outbox];
  leases: { lease: Lease; intended: number }[];
}

type Command = fc.AsyncCommand<Model, Real>;
const command = (text: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => text,
});

let bodies = 0;

const accepting = fc
  .record({
    lane: fc.constantFrom(...LANES),
    id: fc.constantFrom('i1', 'i2', 'i3', 'i4', 'i5', 'i6'),
    key: fc.constantFrom(undefined, 'k1', 'k2', 'k3'),
    digest: fc.constantFrom('d1', 'd2', 'd3'),
    node: fc.constantFrom(0 as const, 1 as const),
  })
  .map(({ lane, id, key, digest, node }) =>
    command(`accept(${lane} ${id} ${key} ${digest} on ${node})`, async (model, { nodes }) => {
      bodies += 1;
      const expected = model.accept(lane, id, key, digest, bodies);
      const answer = await nodes[node].accept({
        lane,
        id,
        kind: 'report',
        digest,
        body: bodies,
        ...(key ? { key } : {}),
      });
      expect(answer.repeat).toBe(expected.repeat);
      expect(answer.mismatch ?? false).toBe(expected.mismatch);
      if (expected.id) expect(answer.id).toBe(expected.id);
      if (!expected.entry) return;
      if (expected.entry.id) expect(answer.id).toBe(expected.entry.id);
      else expect(model.entries.map((entry) => entry.id)).not.toContain(answer.id);
      expected.entry.id = answer.id;
    }),
  );

const passing = fc.constantFrom(...STEPS_MS).map((ms) =>
  command(`pass(${ms})`, async (model, { store }) => {
    await store.travel(ms);
    model.now += ms;
  }),
);

const claiming = fc.constantFrom(0 as const, 1 as const).map((node) =>
  command(`claim(on ${node})`, async (model, { nodes, leases }) => {
    const lease = await nodes[node].claim('w');
    const free = (name: string) => model.lane(name).leaseUntil <= model.now;
    if (!lease) {
      for (const name of LANES)
        expect(free(name) && model.lane(name).latest <= model.now && model.due(name).length > 0, name).toBe(false);
      return;
    }
    const lane = model.lane(lease.lane);
    expect(free(lease.lane)).toBe(true);
    expect(lane.earliest).toBeLessThanOrEqual(model.now);
    expect(lease.token).toBe(lane.token + 1);
    expect(lease.sole).toBe(lane.lastHolder === `${node}`);
    Object.assign(lane, { token: lease.token, leaseUntil: model.now + LEASE_MS, lastHolder: `${node}` });
    expect((await lease.entries()).map(({ id }) => id)).toEqual(model.due(lease.lane).map(({ id }) => id));
    leases.push({ lease, intended: 0 });
  }),
);

/** Something a holder does, in time or late: `act` says what the model does if the lease is still good. */
const holding = (
  text: string,
  call: (lease: Lease, ids: string[], key: string) => Promise<unknown>,
  act: (model: Model, lane: ModelLane, due: ModelEntry[], key: string) => void,
  quiet = false,
) =>
  fc.nat(4).map((back) =>
    command(`${text}(lease ${back} before the last)`, async (model, { leases }) => {
      const held = leases.at(-1 - back);
      if (!held) return;
      const lane = model.lane(held.lease.lane);
      const due = model.due(held.lease.lane);
      const key = `gap ${held.lease.lane} ${held.intended++ % 2}`;
      const answer = call(
        held.lease,
        due.map(({ id }) => id),
        key,
      );
      if (lane.token === held.lease.token) {
        await answer;
        act(model, lane, due, key);
      } else if (quiet) await answer;
      else await expect(answer).rejects.toBeInstanceOf(LeaseLost);
    }),
  );

const settle = (entry: ModelEntry) => {
  entry.state = 'settled';
};

const commands = [
  accepting,
  accepting,
  passing,
  claiming,
  claiming,
  holding(
    'renew',
    (lease) => lease.renew(),
    (model, lane) => {
      lane.leaseUntil = model.now + LEASE_MS;
    },
  ),
  holding(
    'intend',
    (lease, _, key) => lease.intend(key, { key }),
    (model, _, __, key) => model.intents.set(key, model.now),
  ),
  holding(
    'settle half',
    (lease, ids, key) => lease.settle({ ids: ids.slice(0, Math.ceil(ids.length / 2)), intents: [key] }),
    (model, _, due, key) => {
      due.slice(0, Math.ceil(due.length / 2)).forEach(settle);
      model.intents.delete(key);
    },
  ),
  holding(
    'fail the first',
    async (lease, ids) => (ids[0] ? lease.fail(ids[0], 'poison') : lease.renew()),
    (model, lane, [first]) => {
      if (!first) lane.leaseUntil = model.now + LEASE_MS;
      else {
        first.heldUntil = model.now + PAUSE_MS * 2 ** first.attempts;
        first.attempts += 1;
        if (first.attempts === ATTEMPTS) first.state = 'dead';
      }
    },
  ),
  holding(
    'release',
    (lease) => lease.release(),
    (model, lane) => Object.assign(lane, { leaseUntil: 0, errors: 0, earliest: model.now, latest: model.now }),
    true,
  ),
  holding(
    'release with an error',
    (lease) => lease.release({ error: 'GitHub answers 500' }),
    (model, lane) => {
      const pause = PAUSE_MS * 2 ** lane.errors;
      Object.assign(lane, { leaseUntil: 0, errors: lane.errors + 1 });
      Object.assign(lane, { earliest: model.now + pause, latest: model.now + pause * 1.25 });
    },
    true,
  ),
  fc.constantFrom(...LANES).map((lane) =>
    command(`revive all(${lane})`, async (model, { nodes }) => {
      for (const entry of model.entries.filter((one) => one.lane === lane)) {
        expect(await nodes[1].revive(lane, entry.id)).toBe(entry.state === 'dead');
        if (entry.state === 'dead') Object.assign(entry, { state: 'waiting', attempts: 0, heldUntil: model.now });
      }
    }),
  ),
];

async function compare(model: Model, { nodes, store }: Real): Promise<void> {
  for (const lane of LANES) {
    const of = (state: string) => model.entries.filter((entry) => entry.lane === lane && entry.state === state);
    const brief = ({ id, body, attempts }: { id: string; body: unknown; attempts: number }) => ({ id, body, attempts });
    expect((await nodes[0].waiting(lane)).map(brief)).toEqual(of('waiting').map(brief));
    expect((await nodes[1].dead(lane)).map(brief)).toEqual(of('dead').map(brief));
  }
  expect((await nodes[0].stats()).waiting).toBe(model.entries.filter(({ state }) => state === 'waiting').length);
  const intents = await store.rows('SELECT key FROM outbox_intent ORDER BY key');
  expect(intents.map(({ key }) => key)).toEqual([...model.intents.keys()].sort());
}

describe.each(engines)('random histories on $name', ({ name, store: create }) => {
  test('whatever happens in whatever order, the outbox does what the rules say', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (history) => {
        const store = await create();
        try {
          const tuning = { windowMs: WINDOW_MS, leaseMs: LEASE_MS, firstPauseMs: PAUSE_MS, attempts: ATTEMPTS };
          const model = new Model();
          const real: Real = { store, nodes: [await store.open(tuning), await store.open(tuning)], leases: [] };
          await fc.asyncModelRun(() => ({ model, real }), history);
          await compare(model, real);
        } finally {
          await store.close();
        }
      }),
      { numRuns: name === 'SQLite' ? 200 : 40 },
    );
  });
});
