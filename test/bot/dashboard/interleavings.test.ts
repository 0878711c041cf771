/**
 * People, GitHub and us at one dashboard, in any order: ticks (also on old versions of the text), edits, lost, late and repeated
 * webhooks, crashes between what we did and what we wrote. GitHub is its text and its history here; what is tested is everything
 * that decides: reading edits, finding ticks, the record of turns, and the text. The same on the forge: test/e2e/dashboard.test.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boxesOf,
  type DashboardRecord,
  EMPTY,
  humanPart,
  renderDashboard,
  sameText,
} from '../../../src/bot/dashboard/body.ts';
import { nameOf, renderBox } from '../../../src/bot/dashboard/box.ts';
import { readEdit } from '../../../src/bot/dashboard/event.ts';
import { overviewOf } from '../../../src/bot/dashboard/overview.ts';
import { examine, newTicks, type Tick, type Version, withTick } from '../../../src/bot/dashboard/ticks.ts';
import { gap, SIGNED } from './sample.ts';

const RUNS = Number(process.env.INTERLEAVINGS ?? 1000);
const VERSIONS = 30;
const PEOPLE = ['ann', 'bob', 'cleo'];
const FENCE = '<!-- patchwork: what stands below this line is yours and stays as it is -->';

type Op = { kind: (typeof KINDS)[number]; who: number; pick: number };
const KINDS = [
  ...(['tick', 'tick', 'tick', 'untick', 'staleTick', 'note', 'staleNote', 'wipe', 'deface', 'paste'] as const),
  ...(['deliver', 'deliver', 'lose', 'repeat', 'late', 'read', 'write', 'look', 'crash', 'gap'] as const),
] as const;

interface Edit {
  from: string;
  to: string;
  by: string | undefined;
  at: string;
}

class World {
  body: string;
  versions: Version[] = [];
  events: Edit[] = [];
  /** What is durable at our side: ticks that were told, whether to look, and what was asked for (by name). */
  told: Tick[] = [];
  asked = new Map<string, string | undefined>();
  runs = 0;
  memory: DashboardRecord | undefined = EMPTY;
  gaps = [gap(1), gap(2)];
  clock = Date.parse('2026-11-20T10:00:00Z');
  /** A look that has read and done what was asked, and has not written yet. */
  underWay: { record: DashboardRecord; human: string | undefined; base: string; took: string[] } | undefined;
  ticked = new Map<string, Set<string>>();
  human: string | undefined;
  sinceLook = 0;

  constructor() {
    this.body = renderDashboard(this.overview(), EMPTY, undefined, SIGNED);
    this.versions.push({ body: this.body, editor: 'us', ours: true, at: this.now() });
    this.human = humanPart(this.body);
  }

  now = () => new Date(this.clock).toISOString();
  overview = () => overviewOf(this.gaps, [], [], new Date('2026-11-20T10:00:00Z'));

  edit(to: string, by: string | undefined) {
    if (to === this.body) return;
    this.clock += 1000;
    for (const box of by ? newTicks(this.body, to, SIGNED) : []) {
      const name = nameOf(box);
      this.ticked.set(name, (this.ticked.get(name) ?? new Set()).add(by as string));
    }
    this.events.push({ from: this.body, to, by, at: this.now() });
    this.body = to;
    this.versions.push({ body: to, editor: by ?? 'us', ours: by === undefined, at: this.now() });
    if (by) this.human = humanPart(to);
    if (by) this.sinceLook += 1;
  }

  deliver(event: Edit | undefined) {
    if (!event) return;
    const edit = readEdit(event.from, event.to, event.by === undefined, SIGNED);
    for (const box of edit?.ticks ?? []) this.told.push({ box, actor: event.by, at: event.at });
    if (edit && !edit.ticks.length) this.look();
  }

  read() {
    this.sinceLook = 0;
    this.clock += 1000;
    const finding = examine(
      {
        current: this.body,
        versions: this.versions.slice(-VERSIONS),
        remembered: this.memory,
        told: this.told,
        now: new Date(this.clock),
      },
      SIGNED,
    );
    let { record } = finding;
    for (const tick of finding.ticks) {
      const name = nameOf(tick.box);
      // The outbox takes the same name once.
      if (!this.asked.has(name)) {
        this.asked.set(name, tick.actor);
        this.runs += 1;
      }
      record = withTick(record, { ...tick, state: 'done', text: '' });
    }
    this.underWay = { record, human: finding.human, base: this.body, took: this.told.map(({ box }) => nameOf(box)) };
  }

  write() {
    if (!this.underWay) return;
    const { record, human, base, took } = this.underWay;
    const text = renderDashboard(this.overview(), record, human, SIGNED);
    this.underWay = undefined;
    if (!sameText(text, base)) this.edit(text, undefined);
    this.memory = record;
    this.told = this.told.filter(({ box }) => !took.includes(nameOf(box)));
  }

  look() {
    this.write();
    this.read();
    this.write();
  }

  step({ kind, who, pick }: Op) {
    const person = PEOPLE[who % PEOPLE.length] as string;
    const old = this.versions.at(-1 - (pick % Math.min(4, this.versions.length)))?.body ?? this.body;
    // GitHub tells of so many versions; people are not faster than we look.
    if (this.sinceLook > VERSIONS / 2) this.look();
    switch (kind) {
      case 'tick':
        return this.edit(mark(this.body, pick, true), person);
      case 'untick':
        return this.edit(mark(this.body, pick, false), person);
      case 'staleTick':
        return this.edit(mark(old, pick, true), person);
      case 'note':
        return this.edit(`${this.body}\r\nnote ${pick} by ${person} `, person);
      case 'staleNote':
        return this.edit(`${old}\nold note ${pick}`, person);
      case 'wipe':
        return this.edit('', person);
      case 'deface':
        return this.edit(this.body.slice(this.body.indexOf(FENCE)), person);
      case 'paste': {
        const foreign = renderBox({ action: 'draft', issue: 1, turn: 0 }, 'x', { ...SIGNED, repositoryId: 8 });
        const below = [...this.body.matchAll(/^.*patchwork:box.*$/gm)][0]?.[0] ?? '';
        return this.edit(`${foreign.replace('[ ]', '[x]')}\n${this.body}\n${below.replace('[ ]', '[x]')}`, person);
      }
      case 'deliver':
        return this.deliver(this.events.shift());
      case 'late':
        return this.deliver(this.events.splice(pick % Math.max(1, this.events.length), 1)[0]);
      case 'lose':
        this.events.shift();
        return;
      case 'repeat':
        return this.deliver(this.events[0]);
      case 'read':
        return this.underWay ? undefined : this.read();
      case 'write':
        return this.write();
      case 'look':
        return this.look();
      case 'crash':
        this.underWay = undefined;
        this.memory = undefined;
        return;
      case 'gap':
        this.gaps.push(gap(this.gaps.length + 1));
    }
  }
}

function mark(body: string, pick: number, ticked: boolean): string {
  const [from, to] = ticked ? ['[ ]', '[x]'] : ['[x]', '[ ]'];
  const fence = body.indexOf(FENCE);
  const rows = [...body.slice(0, fence < 0 ? undefined : fence).matchAll(/^.*<!-- patchwork:box .*$/gm)].filter(
    ([row]) => row.includes(from),
  );
  const row = rows[pick % Math.max(1, rows.length)];
  if (!row) return body;
  return `${body.slice(0, row.index)}${row[0].replace(from, to)}${body.slice(row.index + row[0].length)}`;
}

describe('ticks, edits, our own writes and lost webhooks in any order', () => {
  it(`lose no tick, run none twice, know who made each, and leave what people wrote (${RUNS} histories)`, () => {
    const totals = { ticks: 0, edits: 0, writes: 0 };
    const op = fc.record({
      kind: fc.constantFrom(...KINDS),
      who: fc.nat({ max: 2 }),
      pick: fc.nat({ max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(op, { minLength: 5, maxLength: 40 }), (ops) => {
        const world = new World();
        for (const one of ops) world.step(one);
        // The process starts again and looks; every webhook that is still under way is lost.
        world.underWay = undefined;
        world.look();
        world.look();

        expect([...world.asked.keys()].sort()).toEqual([...world.ticked.keys()].sort());
        for (const [name, actor] of world.asked) expect(world.ticked.get(name)).toContain(actor);
        expect([...boxesOf(world.body, SIGNED).values()].filter(({ ticked }) => ticked)).toEqual([]);
        if (world.human !== undefined) expect(humanPart(world.body)).toBe(world.human);
        const settled = world.versions.length;
        world.look();
        expect(world.versions).toHaveLength(settled);
        totals.ticks += world.ticked.size;
        totals.writes += world.versions.filter(({ ours }) => ours).length;
        totals.edits += world.versions.filter(({ ours }) => !ours).length;
      }),
      { numRuns: RUNS },
    );
    console.info(
      `${RUNS} histories: ${totals.edits} edits by people, ${totals.ticks} ticks, ${totals.writes} writes of ours`,
    );
  });
});
