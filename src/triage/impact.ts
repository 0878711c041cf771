import { RESOLUTIONS, type Report, type Resolution } from '../report/index.ts';

/** What the reports of one gap say together. Dates are ISO 8601. */
export interface Impact {
  reports: number;
  /** Distinct agent sessions; reports that name none count as one session per client. */
  sessions: number;
  /** The most sessions at any time, those that had not met the gap for `RECENT_DAYS` at half. A later report never lowers it. */
  reach: number;
  resolutions: Record<Resolution, number>;
  clients: string[];
  models: string[];
  serverVersions: string[];
  firstSeen: string;
  lastSeen: string;
}

export const RECENT_DAYS = 90;
/** A session without a name may be anyone, also the same agent under ever new client names. */
const MAX_NAMELESS = 3;

export function impactOf(reports: Report[]): Impact {
  const inTime = reports.toSorted((a, b) => (a.received_at < b.received_at ? -1 : 1));
  const distinct = (values: string[]) => [...new Set(values.filter(Boolean))].sort();
  return {
    reports: reports.length,
    ...sessionsOf(inTime),
    resolutions: Object.fromEntries(
      RESOLUTIONS.map((resolution) => [
        resolution,
        reports.filter((report) => report.resolution === resolution).length,
      ]),
    ) as Impact['resolutions'],
    clients: distinct(reports.map((report) => report.client_type)),
    models: distinct(reports.map((report) => report.agent_model)),
    serverVersions: distinct(reports.map((report) => report.server_version)),
    firstSeen: inTime[0]?.received_at ?? '',
    lastSeen: inTime.at(-1)?.received_at ?? '',
  };
}

/** What tells the sessions of reports apart. */
export function sessionOf({ session_id, client_type }: Pick<Report, 'session_id' | 'client_type'>): string {
  return session_id ? `session ${session_id}` : `client ${client_type}`;
}

function sessionsOf(inTime: Report[]): Pick<Impact, 'sessions' | 'reach'> {
  const nameless = new Set<string>();
  const all = new Set<string>();
  /** Sessions with a report in the window, by how many. */
  const recent = new Map<string, number>();
  const window: { session: string; at: number }[] = [];
  let reach = 0;
  for (const { session_id, client_type, received_at } of inTime) {
    if (!session_id && (nameless.has(client_type) || nameless.size < MAX_NAMELESS)) nameless.add(client_type);
    else if (!session_id) continue;
    const session = sessionOf({ session_id, client_type });
    const at = Date.parse(received_at);
    window.push({ session, at });
    all.add(session);
    recent.set(session, (recent.get(session) ?? 0) + 1);
    while (window[0] && window[0].at < at - RECENT_DAYS * 86_400_000) {
      const left = (recent.get(window[0].session) ?? 0) - 1;
      if (left) recent.set(window[0].session, left);
      else recent.delete(window[0].session);
      window.shift();
    }
    reach = Math.max(reach, Math.floor((recent.size + all.size) / 2));
  }
  return { sessions: all.size, reach };
}
