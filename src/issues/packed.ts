import type { Report } from '../report/index.ts';

/**
 * Reports as they stand in a marker: each as its difference from the one before, empty fields left out. A thousand repeats of
 * one report cost some thirty characters each.
 */
export type PackedReports = Record<string, unknown>[];

/** A report in which nothing is said. */
export const EMPTY: Report = {
  id: '',
  received_at: '',
  server_name: '',
  what_i_needed: '',
  what_i_tried: '',
  gap_type: 'other',
  suggestion: '',
  user_goal: '',
  resolution: '',
  tools_available: [],
  agent_model: '',
  session_id: '',
  client_type: '',
  server_version: '',
  client_version: '',
  surface_hash: '',
  session_source: '',
  remarks: [],
  sealed: '',
};

export function packReports(reports: Report[]): PackedReports {
  return reports.map((report, i) => {
    const base = reports[i - 1] ?? EMPTY;
    return Object.fromEntries(
      Object.entries(report).filter(
        ([field, value]) => JSON.stringify(value) !== JSON.stringify(base[field as keyof Report]),
      ),
    );
  });
}

export function unpackReports(packed: PackedReports): Report[] {
  const reports: Report[] = [];
  for (const difference of packed) reports.push({ ...(reports.at(-1) ?? EMPTY), ...difference });
  return reports;
}
