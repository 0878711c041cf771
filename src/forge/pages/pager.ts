import { html, raw } from 'hono/html';
import type { Html } from './layout.ts';

/** Links to the neighbouring pages, the first and the last; nothing when all fits on one page. */
export function pager(page: number, total: number, perPage: number, href: (page: number) => string): Html {
  const last = Math.ceil(total / perPage);
  if (last <= 1) return html``;
  const near = [...new Set([1, page - 1, page, page + 1, last])]
    .filter((to) => to >= 1 && to <= last)
    .sort((a, b) => a - b);
  return html`<nav class="pager" aria-label="Pages">
${page > 1 && html`<a rel="prev" href="${href(page - 1)}">Previous</a>`}
${near.map(
  (to, i) =>
    html`${to - (near[i - 1] ?? to) > 1 && html`<span aria-hidden="true">…</span>`}<a href="${href(to)}" ${to === page ? raw('aria-current="page"') : ''}><span class="hidden">Page </span>${to}</a>`,
)}
${page < last && html`<a rel="next" href="${href(page + 1)}">Next</a>`}
</nav>`;
}
