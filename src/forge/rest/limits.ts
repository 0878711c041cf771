import { GitHubError } from '../answers.ts';
import type { Viewer } from '../world.ts';

export interface Limits {
  /** Requests an hour per person or token. */
  primary?: number;
  /** New issues, pull requests and comments. */
  contentPerMinute?: number;
  contentPerHour?: number;
}

export type Resource = 'core' | 'search' | 'graphql';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DEFAULT: Record<Resource, number> = { core: 5000, search: 30, graphql: 5000 };
const WINDOW: Record<Resource, number> = { core: HOUR_MS, search: MINUTE_MS, graphql: HOUR_MS };
const ANONYMOUS = 60;

export interface Budget {
  limit: number;
  used: number;
  remaining: number;
  /** Seconds since 1970. */
  reset: number;
}

export interface RateLimiter {
  /** Where the viewer stands; counts nothing. */
  budget(viewer: Viewer, resource: Resource): Budget;
  /** Throws GitHub's refusal when a limit is on and used up. */
  admit(viewer: Viewer, resource: Resource, isContent: boolean): void;
  /** Counts a request that was answered; a 304 is not counted. */
  count(viewer: Viewer, resource: Resource): void;
}

function keyOf(viewer: Viewer): string {
  if (viewer.kind === 'anonymous') return 'anonymous';
  if (viewer.kind === 'app') return `app ${viewer.app.id}`;
  return viewer.kind === 'user' ? `user ${viewer.account.id}` : `installation ${viewer.installation.id}`;
}

/** Counts requests in memory. Limits that are not set are counted and shown, and never refuse. */
export function rateLimiter(limits: Limits, now: () => Date): RateLimiter {
  const windows = new Map<string, { start: number; used: number }>();
  const content = new Map<string, number[]>();

  function windowOf(viewer: Viewer, resource: Resource) {
    const key = `${resource} ${keyOf(viewer)}`;
    const time = now().getTime();
    let window = windows.get(key);
    if (!window || time >= window.start + WINDOW[resource]) {
      window = { start: time, used: 0 };
      windows.set(key, window);
    }
    return window;
  }

  function limitOf(viewer: Viewer, resource: Resource): number {
    if (resource !== 'core') return DEFAULT[resource];
    const limit = limits.primary ?? DEFAULT.core;
    return viewer.kind === 'anonymous' ? Math.min(ANONYMOUS, limit) : limit;
  }

  function budget(viewer: Viewer, resource: Resource): Budget {
    const window = windowOf(viewer, resource);
    const limit = limitOf(viewer, resource);
    const shown = limits.primary === undefined ? Math.min(window.used, limit - 1) : Math.min(window.used, limit);
    return {
      limit,
      used: shown,
      remaining: limit - shown,
      reset: Math.ceil((window.start + WINDOW[resource]) / 1000),
    };
  }

  function admitContent(viewer: Viewer): void {
    const key = keyOf(viewer);
    const time = now().getTime();
    const recent = (content.get(key) ?? []).filter((at) => at > time - HOUR_MS);
    for (const [limit, span] of [
      [limits.contentPerMinute, MINUTE_MS],
      [limits.contentPerHour, HOUR_MS],
    ] as const) {
      const inside = recent.filter((at) => at > time - span);
      const oldest = inside.at(-(limit ?? Number.POSITIVE_INFINITY));
      if (limit === undefined || inside.length < limit || oldest === undefined) continue;
      const wait = Math.max(1, Math.ceil((oldest + span - time) / 1000));
      throw new GitHubError(
        403,
        'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.',
        undefined,
        { 'retry-after': String(wait) },
      );
    }
    recent.push(time);
    content.set(key, recent);
  }

  return {
    budget,
    admit(viewer, resource, isContent) {
      if (limits.primary !== undefined && budget(viewer, resource).remaining <= 0) {
        const who = viewer.kind === 'anonymous' ? 'your address' : keyOf(viewer).replace(' ', ' ID ');
        throw new GitHubError(403, `API rate limit exceeded for ${who}.`);
      }
      if (isContent) admitContent(viewer);
    },
    count(viewer, resource) {
      windowOf(viewer, resource).used += 1;
    },
  };
}

/** The headers of an answer; `used` already counts the request itself. */
export function limitHeaders(resource: Resource, { limit, used, remaining, reset }: Budget): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-resource': resource,
  };
}
