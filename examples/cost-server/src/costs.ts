import { readFile } from 'node:fs/promises';

export interface Run {
  run_id: string;
  name: string;
  started: string;
  finished: string;
}

/** What one run spent on one service in one day. */
export interface Cost {
  date: string;
  service: string;
  run_id: string;
  usd: number;
}

export interface Ledger {
  currency: string;
  runs: Run[];
  costs: Cost[];
}

/** Days are ISO dates; both ends are included. */
export interface CostQuery {
  service?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export interface DayCost {
  date: string;
  service: string;
  usd: number;
}

export async function readLedger(file: URL): Promise<Ledger> {
  return JSON.parse(await readFile(file, 'utf8'));
}

export function services(ledger: Ledger): string[] {
  return [...new Set(ledger.costs.map((cost) => cost.service))].sort();
}

export function matching(ledger: Ledger, query: CostQuery): Cost[] {
  return ledger.costs.filter(
    (cost) =>
      (query.service === undefined || cost.service === query.service) &&
      (query.from === undefined || cost.date >= query.from) &&
      (query.to === undefined || cost.date <= query.to),
  );
}

/** One row for each day and service, oldest first. */
export function byDay(costs: Cost[]): DayCost[] {
  const rows = new Map<string, DayCost>();
  for (const { date, service, usd } of costs) {
    const row = rows.get(`${date} ${service}`);
    if (row) row.usd = cents(row.usd + usd);
    else rows.set(`${date} ${service}`, { date, service, usd });
  }
  return [...rows.values()];
}

export function total(costs: Cost[]): number {
  return cents(costs.reduce((sum, cost) => sum + cost.usd, 0));
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
