import type { DraftRun, Gap } from '../../issues/index.ts';
import { assess, impactOf, SEVERITIES, type Severity } from '../../triage/index.ts';

/** One gap as the dashboard shows it. */
export interface Row {
  number: number;
  url: string;
  title: string;
  severity: Severity;
  reports: number;
  sessions: number;
  /** Share of the reports that were blocked, 0 to 1. */
  blocked: number;
  /** Reports of the last seven days, and of the seven before. */
  week: number;
  weekBefore: number;
  /** Its latest draft. */
  draft: DraftRun | undefined;
  parked: { why: string; by: string } | undefined;
}

export interface Server {
  name: string;
  version: string;
  /** How many tools it said it has; undefined where only its reports are known. */
  tools: number | undefined;
  /** The day it was last heard of, `2026-11-20`. */
  seen: string;
}

export interface Count {
  name: string;
  gaps: number;
  reports: number;
}

export interface Week {
  /** Its Monday, `2026-11-16`. */
  start: string;
  reports: number;
  opened: number;
  closed: number;
}

/** Everything the dashboard says, worked out from gaps. */
export interface Overview {
  /** Open and not parked, what matters most first. */
  rows: Row[];
  parked: Row[];
  open: number;
  closed: number;
  servers: Server[];
  byServer: Count[];
  byType: Count[];
  byResolution: Count[];
  weeks: Week[];
  /** What is wrong with the set-up, each a sentence in Markdown of ours. */
  problems: string[];
}

/** What a server said of itself, see `POST /api/v1/heartbeat`. */
export interface Heard {
  server: string;
  tool_count: number;
  /** ISO 8601. */
  seen_at: string;
}

const DAY_MS = 86_400_000;
const WEEKS = 8;

export function overviewOf(all: Gap[], heard: Heard[], problems: string[], now: Date): Overview {
  // A gap that was merged into another has no reports of its own any more.
  const gaps = all.filter(({ reports }) => reports.length > 0);
  const open = gaps.filter(({ state }) => state === 'open');
  const rows = open.map((gap) => rowOf(gap, now)).sort(byWeight);
  return {
    rows: rows.filter(({ parked }) => !parked),
    parked: rows.filter(({ parked }) => parked),
    open: open.length,
    closed: gaps.length - open.length,
    servers: serversOf(gaps, heard),
    byServer: countBy(open, (gap) => [gap.reports[0]?.server_name ?? '']),
    byType: countBy(open, (gap) => [gap.reports[0]?.gap_type.replaceAll('_', ' ') ?? '']),
    byResolution: countReports(open),
    weeks: weeksOf(gaps, now),
    problems,
  };
}

function rowOf(gap: Gap, now: Date): Row {
  const impact = impactOf(gap.reports);
  const since = (days: number) => new Date(now.getTime() - days * DAY_MS).toISOString();
  const from = (start: string) => gap.reports.filter(({ received_at }) => received_at >= start).length;
  const week = from(since(7));
  return {
    number: gap.number,
    url: gap.url,
    // Brackets would read as a link.
    title: gap.title.replace(/^\[([^\]]+)\] /, '$1: '),
    severity: gap.decisions.severity ?? assess(impact, gap.harm).severity,
    reports: impact.reports,
    sessions: impact.sessions,
    blocked: impact.resolutions.blocked / Math.max(1, impact.reports),
    week,
    weekBefore: from(since(14)) - week,
    draft: gap.status?.runs.at(-1),
    parked: gap.decisions.parked,
  };
}

function byWeight(a: Row, b: Row): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    b.sessions - a.sessions ||
    b.reports - a.reports ||
    a.number - b.number
  );
}

function serversOf(gaps: Gap[], heard: Heard[]): Server[] {
  const servers = new Map<string, Server>();
  const newest = new Map<string, string>();
  for (const report of gaps.flatMap((gap) => gap.reports)) {
    if ((newest.get(report.server_name) ?? '') > report.received_at) continue;
    newest.set(report.server_name, report.received_at);
    const version = report.server_version || (servers.get(report.server_name)?.version ?? '');
    servers.set(report.server_name, {
      name: report.server_name,
      version,
      tools: undefined,
      seen: day(report.received_at),
    });
  }
  for (const { server, tool_count, seen_at } of heard) {
    const known = servers.get(server);
    const seen = [known?.seen ?? '', day(seen_at)].sort().at(-1) as string;
    servers.set(server, { name: server, version: known?.version ?? '', tools: tool_count, seen });
  }
  return [...servers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function countBy(gaps: Gap[], names: (gap: Gap) => string[]): Count[] {
  const counts = new Map<string, Count>();
  for (const gap of gaps) {
    for (const name of names(gap)) {
      const count = counts.get(name) ?? { name, gaps: 0, reports: 0 };
      counts.set(name, { ...count, gaps: count.gaps + 1, reports: count.reports + gap.reports.length });
    }
  }
  return [...counts.values()].sort((a, b) => b.reports - a.reports || (a.name < b.name ? -1 : 1));
}

function countReports(gaps: Gap[]): Count[] {
  const counts = new Map<string, Count>();
  for (const gap of gaps) {
    const each = Map.groupBy(gap.reports, ({ resolution }) => resolution.replaceAll('_', ' ') || 'not said');
    for (const [name, reports] of each) {
      const count = counts.get(name) ?? { name, gaps: 0, reports: 0 };
      counts.set(name, { name, gaps: count.gaps + 1, reports: count.reports + reports.length });
    }
  }
  return [...counts.values()].sort((a, b) => b.reports - a.reports || (a.name < b.name ? -1 : 1));
}

function weeksOf(gaps: Gap[], now: Date): Week[] {
  const monday = (at: Date) => new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
  const weeks = Array.from({ length: WEEKS }, (_, i) => ({
    start: monday(new Date(now.getTime() - (WEEKS - 1 - i) * 7 * DAY_MS)),
    ...{ reports: 0, opened: 0, closed: 0 },
  }));
  const byStart = new Map(weeks.map((week) => [week.start, week]));
  const count = (at: string | undefined, what: 'reports' | 'opened' | 'closed') => {
    const week = at && byStart.get(monday(new Date(at)));
    if (week) week[what] += 1;
  };
  for (const gap of gaps) {
    count(gap.reports[0]?.received_at, 'opened');
    count(gap.closedAt, 'closed');
    for (const report of gap.reports) count(report.received_at, 'reports');
  }
  return weeks;
}

function day(iso: string): string {
  return iso.slice(0, 10);
}
