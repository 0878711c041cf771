import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge, type Probe, type ProbeFile, replay, tooWeak } from '../../src/surface/index.ts';
import { costServer, examine, isolation, MODULES, ROOT, repository, serverV2, spec, tools } from './support.ts';

type ResultProbe = Extract<Probe, { kind: 'result_matches' }>;

const common = { isolation, tools, modules: MODULES };

const takesRun: Probe = { kind: 'param_present', tool: 'get_costs', parameter: 'run_id' };
const costsOf = (run: string, total: string) => ({
  setup: null,
  arguments: JSON.stringify({ run_id: run }),
  expect: [{ path: '/data/total', is: 'equal' as const, value: total }],
});
const costsOfRun: Probe = {
  kind: 'result_matches',
  tool: 'get_costs',
  ...costsOf('r-0413', '192.53'),
  held_out: costsOf('r-0414', '7.03'),
  control: null,
};

describe('the sample and its recorded draft', () => {
  it('closes the gap: red at the base, green with the draft, changed exactly as declared', async () => {
    const recorded = JSON.parse(await readFile(join(ROOT, 'examples/cost-server.recorded.json'), 'utf8'));
    const declared = recorded.draft[0].json.declared_changes;
    const server = spec({ args: ['src/server.ts'] });
    const { base, head } = await costServer();
    const report = await replay({ ...common, server, base, head, probes: [takesRun, costsOfRun], declared });
    expect(report.base.probes.map(({ state }) => state)).toEqual(['red', 'red']);
    expect(report.head.probes.map(({ state }) => state)).toEqual(['green', 'green']);
    expect(report.reasons).toEqual([]);
    expect(report.changes).toMatchObject([
      {
        of: 'tool',
        name: 'get_costs',
        change: 'changed',
        part: 'parameter',
        parameters: ['run_id'],
        effect: 'additive',
      },
    ]);
  });
});

/** A server that knows orders; `limit` is what the gap is about. */
const orders = (input: string, run: string, more = '') =>
  repository(
    serverV2(
      `server.registerTool('list_orders', { description: 'Orders.', inputSchema: z.object({ ${input} }) }, async (asked) => {
        const all = Array.from({ length: 40 }, (_, n) => ({ id: n, to: n % 2 ? 'b' : 'a' }));
        const say = (value) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });
        ${run}
      }); ${more}`,
    ),
  );
const BASE = () => orders('to: z.string().optional()', 'return say({ orders: all.slice(0, 10) })');
const GOOD = 'return say({ orders: all.filter(({ to }) => !asked.to || to === asked.to).slice(0, asked.limit ?? 10) })';
const GOOD_INPUT = 'to: z.string().optional(), limit: z.number().max(100).optional()';

const atLeast = (count: number) => ({
  setup: null,
  arguments: JSON.stringify({ limit: count }),
  expect: [
    { path: '/data/orders', is: 'at_least' as const, value: String(count) },
    { path: `/data/orders/${count}`, is: 'absent' as const, value: 'null' },
  ],
});
const more: ResultProbe = {
  kind: 'result_matches',
  tool: 'list_orders',
  ...atLeast(25),
  held_out: atLeast(31),
  control: null,
};

async function verdict(
  base: Promise<string>,
  head: Promise<string>,
  options: { probes?: Probe[]; earlier?: ProbeFile[] } = {},
) {
  const report = await replay({
    ...common,
    server: spec(),
    base: await base,
    head: await head,
    probes: [more],
    ...options,
  });
  demandStart(report.base);
  return report.reasons.map(({ code, rulesOut }) => `${code} (${rulesOut})`);
}

/** What could not be looked at says nothing of probes: the test shall tell why. */
function demandStart({ failure }: Awaited<ReturnType<typeof examine>>): void {
  if (failure) throw new Error(`${failure.code}: ${failure.why} ${failure.tail}`);
}

describe('a draft is not verified', () => {
  it('unless it closes the gap', async () => {
    expect(await verdict(BASE(), orders(GOOD_INPUT, GOOD))).toEqual([]);
    expect(await verdict(BASE(), BASE())).toEqual(['still_open (plausible)']);
  });

  it('when the answer to the call that was shown is written into its code', async () => {
    const cheat = 'return say({ orders: asked.limit === 25 ? all.slice(0, 25) : all.slice(0, 10) })';
    expect(await verdict(BASE(), orders(GOOD_INPUT, cheat))).toEqual(['held_out (plausible)']);
  });

  it('when the gap was closed before, or its probe cannot tell', async () => {
    const good = orders(GOOD_INPUT, GOOD);
    expect(await verdict(good, good)).toContain('already_works (plausible)');
    const held = { ...atLeast(5), expect: [{ path: '/data/orders', is: 'at_least' as const, value: '5' }] };
    const loose: Probe = { ...more, held_out: held };
    expect(await verdict(BASE(), good, { probes: [loose] })).toContain('not_red_on_base (plausible)');
  });

  it('when a gap that was closed opens again', async () => {
    const earlier: ProbeFile[] = [
      { issue: 7, probes: [{ kind: 'param_present', tool: 'list_orders', parameter: 'to' }] },
      { issue: 8, probes: [{ kind: 'tool_present', tool: 'never_there' }] },
    ];
    const without = orders(
      'limit: z.number().max(100).optional()',
      'return say({ orders: all.slice(0, asked.limit ?? 10) })',
    );
    expect(await verdict(BASE(), without, { earlier })).toEqual([
      'earlier_gap (plausible)',
      'earlier_gap_open (nothing)',
      'breaking (auto_merge)',
    ]);
  });

  it('when it takes a tool away that the gap is not about', async () => {
    const other = "server.registerTool('other', { description: 'd' }, async () => ({ content: [] }));";
    const base = orders('to: z.string().optional()', 'return say({ orders: all.slice(0, 10) })', other);
    expect(await verdict(base, orders(GOOD_INPUT, GOOD))).toEqual(['breaks_another (plausible)']);
  });

  it('when its server does not start, or dies under the call', async () => {
    expect(await verdict(BASE(), repository({ 'server.mjs': 'import "./gone.mjs"' }))).toEqual([
      'head_failed (plausible)',
    ]);
    expect(await verdict(BASE(), orders(GOOD_INPUT, 'process.exit(1)'))).toEqual(['probe_error (plausible)']);
  });

  it('when its code adds what its server does not list', async () => {
    const text = "if (process.env.TEST) server.registerTool('get_more', { inputSchema: {} }, run);";
    const base = await examine(await BASE(), [more]);
    const { reasons } = judge(base, base, { code: { base: [], head: [{ path: 'a.ts', text }] } });
    expect(reasons[0]).toMatchObject({ code: 'not_listed', why: expect.stringContaining('`get_more`') });
  });
});

describe('probes', () => {
  const states = async (dir: Promise<string>, probes: Probe[]) => {
    const seen = await examine(await dir, probes);
    demandStart(seen);
    return seen.probes.map(({ state, why }) => [state, why]);
  };

  it('of a tool, a parameter and arguments look at what is listed', async () => {
    const accepts = (first: object, second: object | null): Probe => ({
      kind: 'accepts',
      tool: 'list_orders',
      arguments: JSON.stringify(first),
      held_out: second && { arguments: JSON.stringify(second) },
    });
    const probes: Probe[] = [
      { kind: 'tool_present', tool: 'list_orders' },
      { kind: 'tool_present', tool: 'gone' },
      { kind: 'param_present', tool: 'list_orders', parameter: 'limit' },
      { kind: 'param_present', tool: 'list_orders', parameter: 'constructor' },
      accepts({ limit: 100 }, { limit: 99 }),
      accepts({ limit: 100 }, { limit: 101 }),
      accepts({ limit: 101 }, null),
      accepts({ unknown: 1 }, null),
    ];
    const seen = await states(orders(GOOD_INPUT, GOOD), probes);
    expect(seen.map(([state]) => state)).toEqual(['green', 'red', 'green', 'red', 'green', 'red', 'red', 'red']);
    expect(seen[5]?.[1]).not.toContain('101');
  });

  it('say of a result what is wrong with it, and of a held-out one nothing', async () => {
    const fails: Probe = {
      ...more,
      held_out: { ...atLeast(31), expect: [{ path: '/data/secret', is: 'present', value: 'null' }] },
    };
    const none = orders(GOOD_INPUT, "return { isError: true, content: [{ type: 'text', text: 'no orders' }] }");
    expect(await states(none, [more])).toEqual([['red', 'The call ended in an error: no orders']]);
    const [state, why] = (await states(orders(GOOD_INPUT, GOOD), [fails]))[0] ?? [];
    expect(state).toBe('red');
    expect(why).not.toContain('secret');
  });

  it('prove nothing when an answer written into the code would pass them', async () => {
    const same = (limit: number) => ({
      ...{ setup: null, arguments: JSON.stringify({ limit }) },
      expect: [{ path: '/data/orders', is: 'at_least' as const, value: '20' }],
    });
    const good = () => orders(GOOD_INPUT, GOOD);
    const weak: ResultProbe = { ...more, ...same(25), held_out: same(31) };
    expect(await verdict(BASE(), good(), { probes: [weak] })).toEqual(['fixed_answer (verified)']);
    const alone: Probe = { ...weak, held_out: null };
    expect(await verdict(BASE(), good(), { probes: [alone] })).toEqual(['no_held_out (verified)']);
    expect(await verdict(BASE(), good(), { probes: [more, alone] })).toEqual(['no_held_out (auto_merge)']);
    const listed: Probe = { kind: 'param_present', tool: 'list_orders', parameter: 'limit' };
    expect(await verdict(BASE(), good(), { probes: [listed] })).toEqual(['surface_only (verified)']);
  });

  it('of what has to be refused hold with an error alone, and prove nothing by themselves', async () => {
    const refuses = (limit: number): Probe => ({
      ...{ kind: 'refuses', tool: 'list_orders' },
      arguments: JSON.stringify({ limit }),
    });
    const good = orders(GOOD_INPUT, GOOD);
    const lax = orders(GOOD_INPUT.replace('.max(100)', ''), GOOD);
    expect(await states(BASE(), [refuses(101)])).toEqual([['red', 'The call does not end in an error.']]);
    expect((await states(good, [refuses(101), refuses(100)])).map(([state]) => state)).toEqual(['green', 'red']);
    expect(await verdict(BASE(), good, { probes: [more, refuses(101)] })).toEqual([]);
    expect(await verdict(BASE(), lax, { probes: [more, refuses(101)] })).toEqual(['still_open (plausible)']);
    expect(await verdict(BASE(), good, { probes: [refuses(101)] })).toEqual(['surface_only (verified)']);
    const strict = orders('to: z.string().optional() }).strict().extend({', 'return say({ orders: all.slice(0, 10) })');
    expect(await verdict(strict, good, { probes: [more, refuses(101)] })).toEqual([]);
  });

  it('prove nothing by what held at the base already', async () => {
    const paged = (to: string, id: number): ResultProbe['held_out'] => ({
      ...{ setup: null, arguments: JSON.stringify({ to }) },
      expect: [
        { path: '/data/next', is: 'present', value: 'null' },
        { path: '/data/orders/0/id', is: 'equal', value: String(id) },
      ],
    });
    const filters = 'const found = all.filter(({ to }) => !asked.to || to === asked.to);';
    const base = orders(GOOD_INPUT, `${filters} return say({ orders: found.slice(0, 10) })`);
    const cheat = orders(GOOD_INPUT, `${filters} return say({ orders: found.slice(0, 10), next: '4' })`);
    const probe: Probe = { ...more, ...(paged('a', 0) as object), held_out: paged('b', 1) };
    expect(await verdict(base, cheat, { probes: [probe] })).toEqual(['fixed_answer (verified)']);
    const seen = await examine(await base, [probe, { ...more, held_out: null }]);
    expect(tooWeak(seen.probes)).toContain('one fixed answer');
    expect(tooWeak((await examine(await BASE(), [more, { ...more, held_out: null }])).probes)).toBeUndefined();
  });

  /** Pages of ten; the cursor is a secret of the server. */
  const paged = (next: string) =>
    orders(
      'to: z.string().optional(), cursor: z.string().optional()',
      `const found = all.filter(({ to }) => !asked.to || to === asked.to);
       const from = asked.cursor ? Number(asked.cursor.slice(2)) : 0;
       return say({ orders: found.slice(from, from + 10), ${next} })`,
    );
  const follows = (to: string | undefined, id: number) => ({
    setup: {
      tool: 'list_orders',
      arguments: JSON.stringify({ to }),
      take: [{ from: '/data/next', parameter: 'cursor' }],
    },
    arguments: JSON.stringify({ to }),
    expect: [{ path: '/data/orders/0/id', is: 'equal' as const, value: String(id) }],
  });
  const cursor: Probe = {
    kind: 'result_matches',
    tool: 'list_orders',
    ...follows(undefined, 10),
    held_out: follows('b', 21),
    control: {
      arguments: '{"to":"nobody"}',
      expect: [{ path: '/data/next', is: 'absent', value: 'null' }],
    },
  };

  it('follow what an earlier call answered, and hold a control against it', async () => {
    const asked = { probes: [cursor] };
    const good = "next: from + 10 < found.length ? 'c-' + (from + 10) : undefined";
    expect(await verdict(BASE(), paged(good), asked)).toEqual([]);
    expect((await states(BASE(), [cursor]))[0]).toEqual([
      'red',
      'The answer to the call before it has nothing at /data/next.',
    ]);
    expect(await verdict(BASE(), paged("next: 'c-10'"), asked)).toEqual(['held_out (plausible)']);
    expect(await verdict(paged("next: 'c-0'"), paged(good), asked)).toContain('not_red_on_base (plausible)');
  });

  it('are errors, not reds, when a call never ends', async () => {
    const one: Probe = { ...more, held_out: null };
    expect(await states(orders(GOOD_INPUT, 'await new Promise(() => {})'), [one])).toEqual([
      ['error', expect.stringContaining('timed out')],
    ]);
  });
});
