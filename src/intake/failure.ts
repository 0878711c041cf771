import { reasonOf } from '../report/index.ts';

/** How long to leave a lane alone when GitHub says nothing about it. */
const DEFAULT_WAIT_MS = 60_000;

export type Failure =
  /** GitHub is down, slow or asks to wait: the lane tries again later. */
  | { kind: 'later'; retryAfterMs?: number; reason: string }
  /** GitHub will never take this one: set it aside, go on with the rest. */
  | { kind: 'poison'; reason: string };

/**
 * What an error from GitHub means for the work at hand. Rate limits answer 403 or 429 with `retry-after` or, for the primary
 * limit, `x-ratelimit-remaining: 0` and a reset time (GitHub's documentation on rate limits).
 */
export function failureOf(error: unknown, now: number): Failure {
  const { status, response, message } = error as {
    status?: number;
    message?: string;
    response?: { headers?: Record<string, string | number | undefined> };
  };
  const reason = `${status ?? 'no answer'}: ${reasonOf(error)}`;
  const headers = response?.headers ?? {};
  const retryAfter = Number(headers['retry-after']);
  if (retryAfter > 0) return { kind: 'later', retryAfterMs: retryAfter * 1000, reason };
  if ((status === 403 || status === 429) && headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1000 - now;
    return { kind: 'later', retryAfterMs: Math.max(1000, reset || DEFAULT_WAIT_MS), reason };
  }
  if (status === 429 || (status === 403 && /rate limit|abuse/i.test(message ?? ''))) {
    return { kind: 'later', retryAfterMs: DEFAULT_WAIT_MS, reason };
  }
  if (status === undefined || status >= 500 || status === 401 || status === 403 || status === 404 || status === 410) {
    return { kind: 'later', reason };
  }
  return { kind: 'poison', reason };
}
