import type { Octokit } from '@octokit/rest';

/** GitHub keeps deliveries for three days, and sends them again for as long. */
const KEPT_MS = 3 * 86_400_000;
/** A delivery that fails so often is left to the looks at what issues say. */
const MOST_ATTEMPTS = 5;
const MOST_PAGES = 20;

/**
 * Asks GitHub to send again what it could not deliver to us; it does not try twice by itself. What is taken twice acts once, because a
 * delivery keeps its id. `attempts` remembers how often each was asked for. Answers how many were asked for now.
 */
export async function redeliverFailed(app: Octokit, attempts: Map<string, number>, now: Date): Promise<number> {
  const since = new Date(now.getTime() - KEPT_MS).toISOString();
  /** By id the newest attempt: the list begins with the newest. */
  const newest = new Map<string, { id: number; ok: boolean }>();
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { data, headers } = await app.request('GET /app/hook/deliveries', {
      per_page: 100,
      ...(cursor ? { cursor } : {}),
    });
    for (const { guid, id, status_code: status, delivered_at: at } of data) {
      if (at >= since && !newest.has(guid)) newest.set(guid, { id: Number(id), ok: status >= 200 && status < 300 });
    }
    const next = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(headers.link ?? '')?.[1];
    if (!next || (data.at(-1)?.delivered_at ?? '') < since) break;
    cursor = decodeURIComponent(next);
  }
  let asked = 0;
  for (const [guid, { id, ok }] of [...newest].reverse()) {
    const tried = attempts.get(guid) ?? 0;
    if (ok || tried >= MOST_ATTEMPTS) continue;
    attempts.set(guid, tried + 1);
    await app.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id });
    asked += 1;
  }
  for (const guid of attempts.keys()) if (!newest.has(guid)) attempts.delete(guid);
  return asked;
}
