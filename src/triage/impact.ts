import { RESOLUTIONS, type Report, type Resolution } from '../report/index.ts';

/** What the reports of one gap say together. Dates are ISO 8601. */
export interface Impact {
  reports: number;
  /** Distinct agent sessions; reports that name none count as one session per client. */
  sessions: number;
  /** Those that last met the gap more than `STALE_DAYS` before it was last seen. */
  staleSessions: number;
  resolutions: Record<Resolution, number>;
  clients: string[];
  models: string[];
  serverVersions: string[];
  firstSeen: string;
  lastSeen: string;
}

export const STALE_DAYS = 90;
/** A session without a name may be anyone, also the same agent under ever new client names. */
const MAX_NAMELESS = 3;

export function impactOf(reports: Report[]): Impact {
  const dates = reports.map((report) => report.received_at).sort();
  const lastSeen = dates.at(-1) ?? '';
  const distinct = (values: string[]) => [...new Set(values.filter(Boolean))].sort();
  const named = lastBySession(reports.filter((report) => report.session_id));
  const nameless = lastBySession(reports.filter((report) => !report.session_id)).slice(0, MAX_NAMELESS);
  const sessions = [...named, ...nameless];
  const stale = new Date(Date.parse(lastSeen) - STALE_DAYS * 86_400_000);
  return {
    reports: reports.length,
    sessions: sessions.length,
    staleSessions: sessions.filter((last) => Date.parse(last) < stale.getTime()).length,
    resolutions: Object.fromEntries(
      RESOLUTIONS.map((resolution) => [
        resolution,
        reports.filter((report) => report.resolution === resolution).length,
      ]),
    ) as Impact['resolutions'],
    clients: distinct(reports.map((report) => report.client_type)),
    models: distinct(reports.map((report) => report.agent_model)),
    serverVersions: distinct(reports.map((report) => report.server_version)),
    firstSeen: dates[0] ?? '',
    lastSeen,
  };
}

/** When each session last met the gap, the latest first. */
function lastBySession(reports: Report[]): string[] {
  const last = new Map<string, string>();
  for (const { session_id, client_type, received_at } of reports) {
    const session = session_id || client_type;
    if ((last.get(session) ?? '') < received_at) last.set(session, received_at);
  }
  return [...last.values()].sort().reverse();
}
