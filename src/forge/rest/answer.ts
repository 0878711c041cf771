import type { Page } from '../domain/issue-list.ts';
import type { Links } from '../world.ts';

/** What a handler gives back; the surface adds the headers that every answer has. */
export interface Answer {
  status: number;
  json?: unknown;
  /** Instead of `json`. */
  body?: string | Uint8Array;
  headers?: Record<string, string>;
}

export const ok = (json: unknown): Answer => ({ status: 200, json });
export const created = (json: unknown, location?: string): Answer => ({
  status: 201,
  json,
  ...(location === undefined ? {} : { headers: { location } }),
});
export const noContent = (): Answer => ({ status: 204 });
export const accepted = (json: unknown = {}): Answer => ({ status: 202, json });

const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;

const positive = (text: string | undefined, fallback: number) => {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 ? number : fallback;
};

export function pageOf(query: Record<string, string>, perPage = DEFAULT_PAGE, largest = LARGEST_PAGE): Page {
  return { page: positive(query.page, 1), perPage: Math.min(positive(query.per_page, perPage), largest) };
}

/** A page of a list with its `Link` header: `prev`, `next`, `last`, `first`, each only where there is such a page. */
export function listed(links: Links, url: URL, { page, perPage }: Page, total: number, json: unknown): Answer {
  const last = Math.max(1, Math.ceil(total / perPage));
  const to = (number: number, rel: string) => {
    const query = new URLSearchParams(url.searchParams);
    query.set('page', String(number));
    return `<${links.api}${url.pathname}?${query}>; rel="${rel}"`;
  };
  const parts = [
    ...(page > 1 ? [to(Math.min(page - 1, last), 'prev')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
    ...(page > 1 ? [to(1, 'first')] : []),
  ];
  return { status: 200, json, ...(parts.length > 0 ? { headers: { link: parts.join(', ') } } : {}) };
}

/** The page of a list that is in memory as a whole. */
export function sliced<Row>(links: Links, url: URL, page: Page, rows: readonly Row[], toJson: (row: Row) => unknown) {
  const here = rows.slice((page.page - 1) * page.perPage, page.page * page.perPage);
  return listed(links, url, page, rows.length, here.map(toJson));
}
