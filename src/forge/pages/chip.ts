import { html, raw } from 'hono/html';
import { shades } from './colour.ts';
import type { Html } from './layout.ts';
import type { Visit } from './visit.ts';

/** A label as GitHub's lists carry it: search and old entries may hold a bare name. */
export type Labelled = string | { name?: string | null; color?: string | null; description?: string | null };

/** A label in readable shades of its colour; a link when `href` is given. */
export function chip(visit: Visit, label: Labelled, href?: string): Html {
  const name = typeof label === 'string' ? label : (label.name ?? '');
  const given = typeof label === 'string' ? '' : (label.color ?? '').toLowerCase();
  const colour = /^[0-9a-f]{6}$/.test(given) ? given : '808080';
  visit.colours.add(colour);
  const title = typeof label === 'string' ? '' : (label.description ?? '');
  return href
    ? html`<a class="chip c-${colour}" href="${href}" title="${title}">${name}</a>`
    : html`<span class="chip c-${colour}" title="${title}">${name}</span>`;
}

/** The colours that the page's chips use. Only hex digits that `chip` and `shades` made reach the style element. */
export function chipStyles(visit: Visit): Html {
  if (visit.colours.size === 0) return html``;
  const rules = [...visit.colours].map((colour) => {
    const { light, dark } = shades(colour);
    return (
      `.c-${colour}{--lb:${light.back};--lt:${light.text};--ll:${light.line};` +
      `--db:${dark.back};--dt:${dark.text};--dl:${dark.line};--raw:#${colour}}`
    );
  });
  return html`<style nonce="${visit.nonce}">${raw(rules.join(''))}</style>`;
}
