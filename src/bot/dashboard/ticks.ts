import { boxesOf, type DashboardRecord, EMPTY, humanPart, parseDashboard, sameText, turnOf } from './body.ts';
import { type Box, nameOf, placeOf, type Signed } from './box.ts';
import type { TickAnswer } from './sections.ts';

/** More would take too much of the text: then all boxes begin where the furthest is. */
const MOST_TURNS = 1000;

/** One version of the dashboard's text, as GitHub's history of edits tells it. */
export interface Version {
  body: string;
  /** GitHub login; undefined where GitHub does not say. */
  editor: string | undefined;
  ours: boolean;
  /** ISO 8601. */
  at: string;
}

/** Somebody ticked a box. */
export interface Tick {
  box: Box;
  actor: string | undefined;
  at: string;
}

/** What is known of the dashboard at one moment. */
export interface Sight {
  /** Its text as it was just read. */
  current: string;
  /** Its newest versions, oldest first; the last one is the current text. */
  versions: Version[];
  /** What we wrote last, as far as this process remembers. */
  remembered: DashboardRecord | undefined;
  /** Ticks that webhooks told of. */
  told: Tick[];
  now: Date;
}

export interface Finding {
  record: DashboardRecord;
  /** To be answered, each once, in the order they were made. */
  ticks: Tick[];
  /** What people wrote, as the last of them left it. */
  human: string | undefined;
}

/** The boxes that are ticked in one version of the text and not in the one before it. */
export function newTicks(before: string, after: string, signed: Signed): Box[] {
  const was = boxesOf(before, signed);
  return [...boxesOf(after, signed)]
    .filter(([name, { ticked }]) => ticked && !was.get(name)?.ticked)
    .map(([, { box }]) => box);
}

/**
 * What has to be done about the dashboard. A tick is a command: it counts even if it was taken off again, or written over by us
 * between our look and our write, and whether or not its webhook came. Whoever made it is told by the webhook, else by the
 * history of the text; each turn of a box is answered once.
 */
export function examine({ current, versions, remembered, told, now }: Sight, signed: Signed): Finding {
  const last = versions.at(-1);
  // Whatever else GitHub may mean by an edit's `diff` some day: a history that does not end in the text is of no use.
  const history = last && sameText(last.body, current) ? versions : [];
  const record = recordOf(current, history, remembered, now, signed);
  const ticks = new Map<string, Tick>();
  const add = (tick: Tick) => {
    const name = nameOf(tick.box);
    const known = ticks.get(name);
    if (tick.box.turn < turnOf(record, tick.box)) return;
    if (!known || (known.actor === undefined && tick.actor !== undefined)) ticks.set(name, tick);
  };
  for (const tick of told) add(tick);
  history.forEach((version, i) => {
    const before = history[i - 1];
    if (version.ours || !before) return;
    for (const box of newTicks(before.body, version.body, signed)) add({ box, actor: version.editor, at: version.at });
  });
  for (const [, { box, ticked }] of boxesOf(current, signed)) {
    if (ticked) add({ box, actor: undefined, at: now.toISOString() });
  }
  const byPeople = history.findLast(({ ours }) => !ours);
  return { record, ticks: onceEach([...ticks.values()]), human: humanPart(byPeople?.body ?? current) };
}

/** The record after a tick was answered: its box shows the next turn. */
export function withTick(record: DashboardRecord, answer: TickAnswer): DashboardRecord {
  const turns = { ...record.turns, [placeOf(answer.box)]: Math.max(turnOf(record, answer.box), answer.box.turn + 1) };
  const answers = [...record.answers, answer];
  if (Object.keys(turns).length <= MOST_TURNS) return { ...record, turns, answers };
  return { turns: {}, first: Math.max(record.first ?? 0, ...Object.values(turns)), answers };
}

/**
 * Turns only go up: an older text that somebody brought back, or a text whose marker is gone, must not let a tick run again or make
 * a new one look old.
 */
function recordOf(
  current: string,
  history: Version[],
  remembered: DashboardRecord | undefined,
  now: Date,
  signed: Signed,
): DashboardRecord {
  const ours = history.flatMap((version) => {
    const parsed = version.ours ? parseDashboard(version.body, signed) : undefined;
    return parsed ? [parsed.record] : [];
  });
  const standing = parseDashboard(current, signed)?.record;
  const known = [remembered, ours.at(-1), standing].filter((record) => record !== undefined);
  const [newest] = known;
  if (!newest) return { ...EMPTY, first: Math.floor(now.getTime() / 1000) };
  const turns = { ...newest.turns };
  for (const record of [...ours, ...known]) {
    for (const [place, turn] of Object.entries(record.turns)) turns[place] = Math.max(turns[place] ?? 0, turn);
  }
  const first = Math.max(0, ...[...ours, ...known].map((record) => record.first ?? 0));
  return { ...newest, turns, ...(first ? { first } : {}) };
}

/** Of the same box ticked in two turns, only the newer can be meant. */
function onceEach(ticks: Tick[]): Tick[] {
  const newest = new Map<string, Tick>();
  for (const tick of ticks) {
    const known = newest.get(placeOf(tick.box));
    if (!known || known.box.turn < tick.box.turn) newest.set(placeOf(tick.box), tick);
  }
  return [...newest.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
