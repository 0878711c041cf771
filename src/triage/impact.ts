import type { Report, Resolution } from '../report/index.ts';

/** What the reports of one gap say together. Dates are ISO 8601. */
export interface Impact {
  reports: number;
  /** Distinct agent sessions; reports that name none count as one session per client. */
  sessions: number;
  resolutions: Record<Resolution, number>;
  clients: string[];
  models: string[];
  serverVersions: string[];
  firstSeen: string;
  lastSeen: string;
}

export function impactOf(reports: Report[]): Impact {
  const dates = reports.map((report) => report.received_at).sort();
  const distinct = (values: string[]) => [...new Set(values.filter(Boolean))].sort();
  return {
    reports: reports.length,
    sessions: distinct(reports.map(session)).length,
    resolutions: {
      blocked: reports.filter((report) => report.resolution === 'blocked').length,
      partial: reports.filter((report) => report.resolution === 'partial').length,
      worked_around: reports.filter((report) => report.resolution === 'worked_around').length,
    },
    clients: distinct(reports.map((report) => report.client_type)),
    models: distinct(reports.map((report) => report.agent_model)),
    serverVersions: distinct(reports.map((report) => report.server_version)),
    firstSeen: dates[0] ?? '',
    lastSeen: dates.at(-1) ?? '',
  };
}

function session(report: Report): string {
  return report.session_id ? `session ${report.session_id}` : `client ${report.client_type}`;
}
