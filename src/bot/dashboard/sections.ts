import { inline, titleText } from '../../issues/index.ts';
import { type Box, type BoxAction, renderBox, type Signed } from './box.ts';
import type { Count, Overview, Row } from './overview.ts';

/** What became of one tick. */
export interface TickAnswer {
  /** The box, in the turn that was ticked. */
  box: Box;
  /** Undefined where GitHub does not say who it was. */
  actor: string | undefined;
  /** ISO 8601. */
  at: string;
  state: 'asked' | 'done' | 'refused';
  text: string;
  /** The drafts it asked for. */
  requests?: string[];
}

/** How far each box is: the turn it shows, by its place. */
export type Turns = Record<string, number>;

/** Everything that is needed to write a section. */
export interface Page {
  overview: Overview;
  turnOf(box: Omit<Box, 'turn'>): number;
  answers: TickAnswer[];
  signed: Signed;
}

const TITLE = 90;
const SHOWN_ANSWERS = 10;
const SHOWN_PARKED = 10;
const SHOWN_COUNTS = 10;
const SHOWN_SERVERS = 30;
const SHOWN_PROBLEMS = 10;

/** Links that leave no trace on what they lead to: GitHub notes full addresses and `#12` as references. */
export function link(url: string, text: string): string {
  const { host, pathname } = new URL(url);
  return `[${text}](${host === 'github.com' ? `https://redirect.github.com${pathname}` : pathname})`;
}

export function intro({ overview, ...page }: Page): string {
  const { open, closed } = overview;
  return [
    `**${open}** open ${open === 1 ? 'gap' : 'gaps'}, ${closed} closed. Tick a box to act: it takes write access, and the answer appears below.`,
    [box(page, 'top', 0, 'draft the top 3 that have no draft yet'), box(page, 'refresh', 0, 'refresh this page')].join(
      '\n',
    ),
  ].join('\n\n');
}

export function problems({ overview }: Page): string {
  const shown = overview.problems.slice(0, SHOWN_PROBLEMS).map((problem) => `> - ${problem}`);
  return shown.length ? `> [!WARNING]\n${shown.join('\n')}` : '';
}

export function gapRow(row: Row, page: Omit<Page, 'overview'>): string {
  const { number, severity, reports, sessions, blocked, week, weekBefore } = row;
  const trend = week > weekBefore ? '↗' : week < weekBefore ? '↘' : '→';
  const facts = [
    `**${severity}**`,
    counted(reports, 'report'),
    counted(sessions, 'session'),
    `${Math.round(blocked * 100)} % blocked`,
    `${trend} ${week} in 7 days (${weekBefore} before)`,
    draftState(row),
  ];
  return [
    `- ${link(row.url, `#${number}`)} ${titleText(row.title, TITLE)}<br>${facts.join(' · ')}`,
    ...boxes(row, page).map((line) => `  ${line}`),
  ].join('\n');
}

export function parkedRows({ overview, ...page }: Page): string {
  const { parked } = overview;
  if (!parked.length) return '';
  const rows = parked
    .slice(0, SHOWN_PARKED)
    .map(({ number, url, title, parked: by }) =>
      [
        `- ${link(url, `#${number}`)} ${titleText(title, TITLE)}<br>parked by ${inline(by?.by ?? '')}${by?.why ? `: ${inline(by.why)}` : ''}`,
        `  ${box(page, 'unpark', number, 'unpark')}`,
      ].join('\n'),
    );
  return ['### Parked', rows.join('\n'), more(parked.length - SHOWN_PARKED)].filter(Boolean).join('\n\n');
}

export function answered({ answers, overview }: Page): string {
  const shown = answers.slice(-SHOWN_ANSWERS).toReversed();
  if (!shown.length) return '';
  const rows = shown.map((answer) => {
    const who = answer.actor === undefined ? 'somebody' : inline(answer.actor);
    return `| ${answer.at.slice(0, 16).replace('T', ' ')} | ${who} | ${SAID[answer.box.action]}${on(answer.box)} | ${outcome(answer, overview)} |`;
  });
  return [
    '### Asked for here',
    ['| When (UTC) | Who | What | What came of it |', '|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}

export function numbers({ overview }: Page): string {
  const { weeks } = overview;
  const list = (values: (string | number)[]) => `[${values.join(', ')}]`;
  const chart = [
    '```mermaid',
    'xychart-beta',
    '    title "Reports (bars) and closed gaps (line) a week"',
    `    x-axis ${list(weeks.map(({ start }) => `"${start.slice(5)}"`))}`,
    '    y-axis "a week"',
    `    bar ${list(weeks.map(({ reports }) => reports))}`,
    `    line ${list(weeks.map(({ closed }) => closed))}`,
    '```',
  ];
  const table = ['| Week of | Reports | Gaps opened | Gaps closed |', '|---|--:|--:|--:|'].concat(
    weeks.map(({ start, reports, opened, closed }) => `| ${start} | ${reports} | ${opened} | ${closed} |`),
  );
  return ['### Numbers', chart.join('\n'), table.join('\n')].join('\n\n');
}

export function counts({ overview }: Page): string {
  const table = (heading: string, all: Count[]) => [
    ...[`| ${heading} | Open gaps | Reports |`, '|---|--:|--:|'],
    ...all.slice(0, SHOWN_COUNTS).map(({ name, gaps, reports }) => `| ${inline(name)} | ${gaps} | ${reports} |`),
    ...(all.length > SHOWN_COUNTS ? [`| and ${all.length - SHOWN_COUNTS} more | | |`] : []),
  ];
  if (!overview.open) return '';
  return [
    table('Server', overview.byServer).join('\n'),
    table('Gap type', overview.byType).join('\n'),
    table('How agents fared', overview.byResolution).join('\n'),
  ].join('\n\n');
}

export function servers({ overview }: Page): string {
  const all = overview.servers;
  if (!all.length) return '';
  const rows = all
    .slice(0, SHOWN_SERVERS)
    .map(
      ({ name, version, tools, seen }) =>
        `| ${inline(name)} | ${version ? inline(version) : ''} | ${tools ?? ''} | ${seen} |`,
    );
  return [
    '### Servers',
    ['| Server | Version | Tools | Last heard of |', '|---|---|--:|---|', ...rows].join('\n'),
    more(all.length - SHOWN_SERVERS),
  ]
    .filter(Boolean)
    .join('\n\n');
}

export function more(count: number): string {
  return count > 0 ? `… and ${count} more.` : '';
}

const SAID: Record<BoxAction, string> = {
  draft: 'draft',
  redraft: 'draft again',
  park: 'park',
  unpark: 'unpark',
  top: 'draft the top 3',
  refresh: 'refresh',
};

function boxes(row: Row, page: Omit<Page, 'overview'>): string[] {
  const { number, draft } = row;
  if (draft && !draft.outcome) return [];
  const again = draft !== undefined;
  return [
    again ? box(page, 'redraft', number, 'draft again') : box(page, 'draft', number, 'draft this'),
    box(page, 'park', number, 'park'),
  ];
}

function box({ turnOf, signed }: Omit<Page, 'overview'>, action: BoxAction, issue: number, words: string): string {
  return renderBox({ action, issue, turn: turnOf({ action, issue }) }, words, signed);
}

function draftState({ draft }: Pick<Row, 'draft'>): string {
  if (!draft) return 'no draft';
  if (!draft.outcome) return 'drafting …';
  if (draft.pull) return `draft ${link(draft.pull.url, `#${draft.pull.number}`)}: ${draft.outcome}`;
  return draft.outcome === 'declined'
    ? 'no draft was written'
    : `the last draft failed${draft.reason ? ` (${draft.reason.replaceAll('_', ' ')})` : ''}`;
}

function outcome(answer: TickAnswer, { rows }: Overview): string {
  const runs = (answer.requests ?? []).map((request) => {
    const row = rows.find(({ draft }) => draft?.request === request);
    return row && `${link(row.url, `#${row.number}`)} ${draftState(row)}`;
  });
  const known = runs.filter(Boolean).join('; ');
  return known || answer.text.replace(/\s*\n\s*/g, ' ').replaceAll('<!--', '');
}

function on({ issue }: Box): string {
  return issue ? ` ${issue}` : '';
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
