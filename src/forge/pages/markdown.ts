import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { html, raw } from 'hono/html';
import type { Token } from 'markdown-it';
import { diagram } from './diagram/index.ts';
import { deep } from './github.ts';
import type { Html } from './layout.ts';
import { dialectOf } from './parse.ts';
import { references } from './references.ts';
import { sanitise } from './sanitise.ts';
import { tasks } from './tasks.ts';
import type { Visit } from './visit.ts';

/** Where a text stands: decides what `#12` and a relative link mean, and whether its boxes may be ticked. */
export interface Place {
  owner: string;
  name: string;
  /** A file of the repository; a comment otherwise. */
  file?: { ref: string; path: string };
  /** The id of the form that ticks this text's boxes; without it they are shown only. */
  ticks?: string;
}

/**
 * GitHub's Markdown as HTML. What a text cannot say by itself (check boxes, diagrams, classes) travels through the
 * cleaning behind a random prefix and is put in afterwards.
 */
export async function markdown(visit: Visit, text: string, place: Place): Promise<Html> {
  const own = `x${randomBytes(12).toString('hex')}`;
  const kept: Html[] = [];
  const keep = (part: Html) => `${own}${kept.push(part) - 1}.`;

  const md = dialectOf(place.file ? 'file' : 'comment');
  const tokens = md.parse(text, {});
  checkBoxes(tokens, place.ticks, own, keep);
  callouts(tokens, own);
  if (place.file) anchors(tokens, own);
  await mentions(visit, tokens, place, own);
  tokens.forEach(plainTable);
  const markup = md.renderer.render(tokens, md.options, { keep });
  const clean = sanitise(markup, own, (href) => destination(href, place, visit.site))
    .replace(new RegExp(`${own}(\\d+)\\.`, 'g'), (_, index) => String(kept[Number(index)] ?? ''))
    .replaceAll(own, '');
  // Sanitised above; this is the one place where text of others becomes markup.
  return html`<div class="prose">${raw(clean)}</div>`;
}

function checkBoxes(tokens: Token[], form: string | undefined, own: string, keep: (part: Html) => string): void {
  let index = 0;
  tasks(tokens, (task, inline, item) => {
    const first = inline.children?.[0];
    if (!first) return;
    const label = task.content
      .slice(3)
      .replace(/<!--.*?-->/g, '')
      .trim();
    const box = form
      ? html`<button class="tick" form="${form}" name="task" value="${index}" role="checkbox" aria-checked="${String(task.done)}" aria-label="${label}"></button>`
      : html`<span class="tick" role="checkbox" aria-checked="${String(task.done)}" aria-disabled="true" aria-label="${label}"></span>`;
    first.content = keep(box) + first.content.slice(3);
    item.attrJoin('class', `${own}task`);
    index++;
  });
}

const callout = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)/;

/** GitHub's `> [!NOTE]`: the marker becomes a title. */
function callouts(tokens: Token[], own: string): void {
  tokens.forEach((quote, i) => {
    const inline = tokens[i + 2];
    const [first, second] = inline?.children ?? [];
    const kind = quote.type === 'blockquote_open' && callout.exec(inline?.content ?? '')?.[1];
    if (!kind || !inline?.children || !first) return;
    const name = kind.toLowerCase();
    quote.attrJoin('class', `${own}callout ${own}${name}`);
    first.type = 'html_inline';
    first.content = `<strong class="${own}kind">${kind.charAt(0)}${name.slice(1)}</strong>`;
    if (second?.type.endsWith('break')) inline.children.splice(1, 1);
  });
}

/** Headings of files can be linked to. The prefix is GitHub's: it keeps a heading from taking an id of the page. */
function anchors(tokens: Token[], own: string): void {
  const seen = new Map<string, number>();
  tokens.forEach((heading, i) => {
    if (heading.type !== 'heading_open') return;
    const words = tokens[i + 1]?.content.toLowerCase() ?? '';
    const slug = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    const again = seen.get(slug) ?? 0;
    seen.set(slug, again + 1);
    heading.attrSet('id', `${own}user-content-${slug}${again ? `-${again}` : ''}`);
  });
}

/** Alignment as an attribute: the page's policy allows no style of its own. */
function plainTable(token: Token): void {
  const style = token.attrGet('style');
  if (style) token.attrs = [['align', String(style).replace('text-align:', '')]];
}

/** Replaces what names an issue, a commit or a person by links. */
async function mentions(visit: Visit, tokens: Token[], place: Place, own: string): Promise<void> {
  for (const inline of tokens) {
    if (inline.type !== 'inline' || !inline.children) continue;
    const children: Token[] = [];
    let shut = 0;
    for (const token of inline.children) {
      if (token.type === 'link_open') shut++;
      if (token.type === 'link_close') shut--;
      if (token.type === 'html_inline') shut += htmlShuts(token.content);
      if (token.type === 'text' && shut === 0) children.push(...(await linked(visit, token, place, own)));
      else children.push(shortened(token, place, visit.site));
    }
    inline.children = children;
  }
}

async function linked(visit: Visit, token: Token, place: Place, own: string): Promise<Token[]> {
  const pieces = await references(token.content, place.owner, place.name, visit.lookup);
  return pieces.map(({ text, target, kind }) => {
    const part: Token = Object.assign(Object.create(Object.getPrototypeOf(token)), token);
    part.content = text;
    if (!target) return part;
    part.type = 'html_inline';
    part.content = String(html`<a class="${own}${kind}" href="${target.href}" title="${target.title}">${text}</a>`);
    return part;
  });
}

/** Text inside a link or code that was written as HTML is left alone. */
function htmlShuts(markup: string): number {
  if (/^<(a|code|pre|kbd|samp)[\s>]/i.test(markup)) return 1;
  return /^<\/(a|code|pre|kbd|samp)\s*>/i.test(markup) ? -1 : 0;
}

const ownAddress =
  /^\/([\w.-]+)\/([\w.-]+)\/(?:(?:issues|pull)\/(\d+)(#issuecomment-\d+)?|commit\/([0-9a-f]{7})[0-9a-f]*)$/;

/** The address of one of our own issues reads as `#12`, the address of a commit as its short hash. */
function shortened(token: Token, place: Place, site: string): Token {
  if (token.type !== 'text' || !token.content.startsWith(`${site}/`)) return token;
  const match = ownAddress.exec(token.content.slice(site.length));
  if (!match) return token;
  const [, owner, name, number, comment, sha] = match;
  const home = owner === place.owner && name === place.name ? '' : `${owner}/${name}`;
  token.content = sha ? `${home}${home && '@'}${sha}` : `${home}#${number}${comment ? ' (comment)' : ''}`;
  return token;
}

/** The address a link of a text leads to, undefined when it may not be one. */
function destination(href: string, { owner, name, file }: Place, site: string): string | undefined {
  if (/^(https?:\/\/|mailto:)/i.test(href)) return href.startsWith(`${site}/`) ? href.slice(site.length) : href;
  if (/^[^/?#]*:/.test(href) || /^[/\\]{2}/.test(href)) return undefined;
  if (!file) return href;
  if (href.startsWith('#')) return `#user-content-${href.slice(1)}`;
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(href) ?? [];
  const target = posix.join('/', path.startsWith('/') ? '' : posix.dirname(file.path), decoded(path)).slice(1);
  return `/${owner}/${name}/blob/${deep(file.ref)}/${deep(target)}${rest}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

for (const md of [dialectOf('comment'), dialectOf('file')]) {
  md.renderer.rules.fence = (tokens, index, _options, env) => {
    const token = tokens[index];
    const source = token?.content ?? '';
    const code = html`<pre><code>${source}</code></pre>`;
    const drawn = token?.info.trim().split(/\s/)[0] === 'mermaid' ? diagram(source) : undefined;
    if (!drawn) return String(code);
    const keep = env?.keep as (part: Html) => string;
    return keep(
      html`<figure class="diagram">${drawn}<figcaption><details><summary>Diagram as text</summary>${code}</details></figcaption></figure>`,
    );
  };
}
