import type { Report } from '../report/index.ts';
import { type MarkerKeys, parseMarker, renderMarker } from './marker.ts';
import { type PackedReports, packReports, unpackReports } from './packed.ts';
import { inline, quote } from './quote.ts';

/** One evidence comment: the reports of a gap after the first, in the order they came. Pages count from 1. */
export interface EvidencePage {
  gap: string;
  page: number;
  reports: Report[];
}

interface Signed {
  keys: MarkerKeys;
  repositoryId: number;
}

/** Where a comment is rolled over. GitHub's limit is 65,536 characters; the rest is room for the last report. */
export const EVIDENCE_LIMIT = 58_000;

/** `opening` is the gap's first report: what says the same is not shown again. */
export function renderEvidence(evidence: EvidencePage, opening: Report, signed: Signed): string {
  const { gap, page, reports } = evidence;
  const groups = Map.groupBy(reports, words);
  return [
    `### ${heading(reports.length)}${page > 1 ? ` (page ${page})` : ''}`,
    ...[...groups].map(([text, group]) => renderGroup(group, text === words(opening))),
    renderMarker(
      signed.keys,
      { repositoryId: signed.repositoryId, role: 'evidence' },
      { gap, page, reports: packReports(reports) },
    ),
  ].join('\n\n');
}

export function parseEvidence(body: string, signed: Signed): EvidencePage | undefined {
  const payload = parseMarker(signed.keys, { repositoryId: signed.repositoryId, role: 'evidence' }, body);
  const record = payload as { gap?: unknown; page?: unknown; reports?: unknown } | undefined;
  if (typeof record?.gap !== 'string' || typeof record.page !== 'number' || !Array.isArray(record.reports))
    return undefined;
  return { gap: record.gap, page: record.page, reports: unpackReports(record.reports as PackedReports) };
}

/** Distributes reports over pages: the last page is filled up, then new ones are begun. Returns the pages that changed. */
export function addEvidence(
  pages: EvidencePage[],
  gap: { id: string; opening: Report },
  added: Report[],
  signed: Signed,
): EvidencePage[] {
  const last = pages.at(-1);
  const changed: EvidencePage[] = [];
  let page: EvidencePage = last ?? { gap: gap.id, page: 1, reports: [] };
  let rest = added;
  while (rest.length) {
    const room = fitting(page, gap.opening, rest, signed);
    if (room) {
      page = { ...page, reports: [...page.reports, ...rest.slice(0, room)] };
      changed.push(page);
      rest = rest.slice(room);
    }
    page = { gap: gap.id, page: page.page + 1, reports: [] };
  }
  return changed;
}

/** How many of the reports fit onto the page; at least one on an empty page. */
function fitting(page: EvidencePage, opening: Report, added: Report[], signed: Signed): number {
  const fits = (n: number) =>
    renderEvidence({ ...page, reports: [...page.reports, ...added.slice(0, n)] }, opening, signed).length <=
    EVIDENCE_LIMIT;
  if (fits(added.length)) return added.length;
  let [low, high] = [page.reports.length ? 0 : 1, added.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function heading(reports: number): string {
  if (reports === 0) return 'The reports that stood here count in another issue';
  return reports === 1 ? 'One more report' : `${reports} more reports`;
}

function words(report: Report): string {
  return JSON.stringify([report.what_i_needed, report.what_i_tried, report.suggestion, report.user_goal]);
}

function renderGroup(reports: Report[], asOpening: boolean): string {
  const first = reports[0] as Report;
  const heading =
    reports.length === 1
      ? `**${when(first)}**${who(first)}`
      : `**${reports.length} reports in the same words**, ${span(reports)}`;
  if (asOpening) return `${heading}: the words of the first report again.`;
  const part = (name: string, text: string) => (text ? [`${name}:\n\n${quote(text)}`] : []);
  return [
    heading,
    ...part('Needed', first.what_i_needed),
    ...part('Tried', first.what_i_tried),
    ...part('Suggested', first.suggestion),
    ...part('Goal', first.user_goal),
  ].join('\n\n');
}

function span(reports: Report[]): string {
  const dates = reports.map(when).sort();
  const sessions = new Set(reports.map((report) => report.session_id).filter(Boolean)).size;
  const named = sessions ? `, ${sessions} named ${sessions === 1 ? 'session' : 'sessions'}` : '';
  return `${dates[0]} to ${dates.at(-1)}${named}`;
}

function who(report: Report): string {
  const said = [
    report.client_type,
    report.agent_model,
    report.resolution.replaceAll('_', ' '),
    report.server_version && `server ${report.server_version}`,
    ...report.remarks,
  ];
  return said
    .filter(Boolean)
    .map((value) => ` · ${inline(value)}`)
    .join('');
}

function when(report: Report): string {
  return `${report.received_at.slice(0, 10)} ${report.received_at.slice(11, 16)} UTC`;
}
