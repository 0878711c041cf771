import type { Impact } from './impact.ts';

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Assessment {
  severity: Severity;
  /** The sentence that shows how the level came about. */
  formula: string;
}

/**
 * How much a gap matters, from how many distinct sessions met it. Not the number of reports, so that one loud session cannot
 * raise it, and nothing a report claims about itself. Cuts after the measured baseline (sessions ≥ 8, 5, 2).
 */
export function assess(impact: Impact): Assessment {
  const { sessions } = impact;
  const severity: Severity = sessions >= 8 ? 'critical' : sessions >= 5 ? 'high' : sessions >= 2 ? 'medium' : 'low';
  return {
    severity,
    formula: `${sessions} distinct ${sessions === 1 ? 'session' : 'sessions'} (critical from 8, high from 5, medium from 2)`,
  };
}
