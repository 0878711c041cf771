import type { Report } from '../report/index.ts';

/** A report as it waits in the lane. */
export interface Arrived extends Report {
  asked?: Asked;
}

/** What the agent was asked about its report: which of these gaps it is, and what it said. */
export interface Asked {
  gaps: number[];
  sameAs?: number;
}

/** How long a report waits for the agent that was asked about it. */
export const ASKED_MS = 20_000;

/** The report of an entry, as it is kept. Under an id that was taken it came with other words, and has the entry's own. */
export function reportOf(entry: { id: string; body: unknown }): Report {
  const { asked: _asked, ...report } = entry.body as Arrived;
  return { ...report, id: entry.id };
}
