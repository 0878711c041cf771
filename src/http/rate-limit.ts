export interface Quota {
  /** Requests left now. */
  left: number;
  /** Seconds until the whole quota is there again. */
  restored: number;
  /** Seconds to wait, when this request was one too many. */
  wait?: number;
}

/** Keys remembered at once; whoever is forgotten has been quiet for longest. */
const MOST_KEYS = 10_000;

/**
 * A token bucket for each key, in the memory of this process: `perMinute` requests at once, and as many again every minute.
 * Servers that share a store count for themselves.
 */
export function createLimiter(perMinute: number, now: () => number = Date.now): { take(key: string): Quota } {
  const perMs = perMinute / 60_000;
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key) {
      const at = now();
      const known = buckets.get(key);
      const filled = known ? Math.min(perMinute, known.tokens + (at - known.at) * perMs) : perMinute;
      const granted = filled >= 1;
      const tokens = granted ? filled - 1 : filled;
      buckets.delete(key);
      buckets.set(key, { tokens, at });
      for (const oldest of buckets.keys()) {
        if (buckets.size <= MOST_KEYS) break;
        buckets.delete(oldest);
      }
      return {
        left: Math.floor(tokens),
        restored: Math.ceil((perMinute - tokens) / perMs / 1000),
        ...(granted ? {} : { wait: Math.ceil((1 - tokens) / perMs / 1000) }),
      };
    },
  };
}
