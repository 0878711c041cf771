import type { Impact } from './impact.ts';
import { RECENT_DAYS } from './impact.ts';

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * How bad the gap is for those who meet it, judged by a model or a person:
 * 0 cosmetic or a cheap way around, 1 a side task blocked or costly to work around, 2 a main task is blocked or unreliable, 3 silently
 * wrong results or harm.
 */
export const HARMS = ['cosmetic', 'costly to work around', 'a main task is blocked', 'wrong results or harm'] as const;
export type Harm = 0 | 1 | 2 | 3;

export interface Assessment {
  severity: Severity;
  /** The sentence that shows how the level came about, with all that went into it. */
  formula: string;
}

/** Sessions from which a gap is of this severity when nobody judged its harm; and the points they give when somebody did. */
const REACH = [
  { severity: 'critical', sessions: 8 },
  { severity: 'high', sessions: 5 },
  { severity: 'medium', sessions: 2 },
] as const;
const POINTS = [
  { points: 3, sessions: 8 },
  { points: 2, sessions: 4 },
  { points: 1, sessions: 2 },
] as const;
const LEVELS = [
  { severity: 'critical', points: 5 },
  { severity: 'high', points: 4 },
  { severity: 'medium', points: 2 },
] as const;

/**
 * How much a gap matters: how many distinct sessions met it, at half those of long before the others, and how much harm it does where that was
 * judged. Nothing a report says about itself raises it, and one session, however loud, is one session: judged harm alone
 * never makes more than medium of it. What was never blocking, or met by one kind of client only, is not critical.
 */
export function assess(impact: Impact, harm?: Harm): Assessment {
  const { sessions, reach, resolutions, clients } = impact;
  const points = (POINTS.find((row) => reach >= row.sessions)?.points ?? 0) + (harm ?? 0);
  const level =
    harm === undefined
      ? REACH.find((row) => reach >= row.sessions)?.severity
      : LEVELS.find((row) => points >= row.points)?.severity;
  const harmless = resolutions.blocked + resolutions.partial === 0 && resolutions.worked_around > 0;
  const lonely = clients.length === 1;
  const capped = level === 'critical' && harm === undefined && (harmless || lonely);

  const counted = [
    `${sessions} distinct ${sessions === 1 ? 'session' : 'sessions'}`,
    ...(reach < sessions ? [`at most ${reach} at a time, those of more than ${RECENT_DAYS} days before at half`] : []),
  ].join(', ');
  const rule =
    harm === undefined
      ? '(critical from 8, high from 5, medium from 2)'
      : `and harm ${harm} of 3 (${HARMS[harm]}): ${points} points (critical from 5, high from 4, medium from 2)`;
  const cap = !capped
    ? ''
    : harmless
      ? '; not critical as long as all could work around it'
      : '; not critical as long as only one client reports it';
  return { severity: capped ? 'high' : (level ?? 'low'), formula: `${counted} ${rule}${cap}` };
}
