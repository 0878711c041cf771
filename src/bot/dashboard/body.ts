import { parseMarker, renderMarker } from '../../issues/index.ts';
import { type Box, parseBoxes, placeOf, type Signed } from './box.ts';
import type { Overview } from './overview.ts';
import {
  answered,
  counts,
  gapRow,
  intro,
  more,
  numbers,
  type Page,
  parkedRows,
  problems,
  servers,
  type TickAnswer,
  type Turns,
} from './sections.ts';

/** What the dashboard's marker records. */
export interface DashboardRecord {
  turns: Turns;
  /** Oldest first. */
  answers: TickAnswer[];
  /** The least turn of all boxes: `turns` was lost, or grew too long. */
  first?: number;
}

/** A dashboard as its text says it. */
export interface Dashboard {
  record: DashboardRecord;
  /** The boxes of our part, by name. */
  boxes: Map<string, { box: Box; ticked: boolean }>;
  /** What people wrote below the line, as they wrote it. */
  human: string;
}

export const DASHBOARD_TITLE = 'Gaps: the dashboard';
/** GitHub's limit is 65,536 characters. */
export const DASHBOARD_LIMIT = 58_000;
/** What our part may take at least, however much people wrote. */
const LEAST = 6000;
const MOST_ROWS = 50;
const KEPT_ANSWERS = 20;

/** Everything after this line is people's. */
const FENCE = '<!-- patchwork: what stands below this line is yours and stays as it is -->';
const MARKER = '<!-- patchwork:v1 ';
const HUMAN = '\n### Notes\n\nWrite here what the team should know. The part above is written anew again and again.\n';

export const EMPTY: DashboardRecord = { turns: {}, answers: [] };

/** The turn that a box shows. */
export function turnOf(record: DashboardRecord, box: Omit<Box, 'turn'>): number {
  return Math.max(record.turns[placeOf(box)] ?? 0, record.first ?? 0);
}

/** The whole text. `human` undefined: nobody wrote anything yet. As many gaps are shown as fit. */
export function renderDashboard(
  overview: Overview,
  record: DashboardRecord,
  human: string | undefined,
  signed: Signed,
): string {
  const below = `${FENCE}${human ?? HUMAN}`;
  const kept = { ...record, answers: record.answers.slice(-KEPT_ANSWERS) };
  const page: Page = { overview, turnOf: (box) => turnOf(kept, box), answers: kept.answers, signed };
  const marker = renderMarker(signed.keys, { repositoryId: signed.repositoryId, role: 'dashboard' }, kept);
  const around = (rows: string[]) => {
    const left = overview.rows.length - rows.length;
    return [
      intro(page),
      problems(page),
      rows.length ? `### Gaps, what matters most first\n\n${rows.join('\n')}` : '',
      rows.length ? more(left) : '',
    ];
  };
  const full = [parkedRows(page), answered(page), numbers(page), counts(page), servers(page)];
  const room = Math.max(LEAST, DASHBOARD_LIMIT - below.length);
  // Names that agents gave stand in it: none of them may draw the line.
  const text = (rows: string[], rest: string[]) =>
    [...around(rows), ...rest, marker].filter(Boolean).join('\n\n').replaceAll(FENCE, '');
  // Little room: the marker and the most important rows are worth more than numbers.
  const rest = text([], full).length < room ? full : [];
  let rows: string[] = [];
  for (const row of overview.rows.slice(0, MOST_ROWS)) {
    const next = [...rows, gapRow(row, page)];
    if (text(next, rest).length + 1 > room) break;
    rows = next;
  }
  return `${text(rows, rest)}\n\n${below}`;
}

/** Reads a text back; undefined when it holds no record of ours for this repository. */
export function parseDashboard(body: string, signed: Signed): Dashboard | undefined {
  const ours = ourPart(body);
  const payload = parseMarker(signed.keys, { repositoryId: signed.repositoryId, role: 'dashboard' }, ours);
  const record = payload as DashboardRecord | undefined;
  if (!record || typeof record.turns !== 'object' || !Array.isArray(record.answers)) return undefined;
  return { record, boxes: parseBoxes(ours, signed), human: humanPart(body) ?? '' };
}

/** The boxes that count: those above the line. */
export function boxesOf(body: string, signed: Signed): Dashboard['boxes'] {
  return parseBoxes(ourPart(body), signed);
}

/** What people wrote into a dashboard, whatever else of it is gone; undefined when they wrote nothing. */
export function humanPart(body: string): string | undefined {
  const fence = body.indexOf(FENCE);
  if (fence >= 0) return body.slice(fence + FENCE.length);
  const end = body.indexOf('-->', body.lastIndexOf(MARKER));
  const rest = body.includes(MARKER) && end >= 0 ? body.slice(end + '-->'.length) : body;
  return rest.trim() ? `\n\n${rest.trim()}` : undefined;
}

/** Whether two texts say the same: browsers send other line ends. */
export function sameText(a: string, b: string): boolean {
  return a.replaceAll('\r\n', '\n') === b.replaceAll('\r\n', '\n');
}

function ourPart(body: string): string {
  const fence = body.indexOf(FENCE);
  return fence < 0 ? body : body.slice(0, fence);
}
