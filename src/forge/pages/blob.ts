import { html } from 'hono/html';
import { type Entry, trail } from './code.ts';
import { at, deep } from './github.ts';
import { type Html, repositoryPage } from './layout.ts';
import { markdown } from './markdown.ts';
import { api, counts } from './repository.ts';
import type { RepositoryVisit } from './visit.ts';
import { counted, sized } from './words.ts';

/** Longer files are cut here: a browser has to lay out every line. */
const mostLines = 10_000;

/** One file at a ref; `plain` shows the source of Markdown. Undefined when the path is no file. */
export async function blobPage(
  visit: RepositoryVisit,
  ref: string,
  path: string,
  plain: boolean,
): Promise<Html | undefined> {
  const found = await visit.github.find<Entry | Entry[]>(
    `${api(visit)}/contents/${deep(path)}?ref=${encodeURIComponent(ref)}`,
  );
  if (!found || Array.isArray(found)) return undefined;
  // The contents API leaves out what is larger than a megabyte; the blob has it.
  const whole = found.content ? found : await visit.github.get<Entry>(`${api(visit)}${at`/git/blobs/${found.sha}`}`);
  const text = readText(whole);
  const prose = text !== undefined && !plain && /\.(md|markdown)$/i.test(path);
  const { owner, name } = visit;
  const content = prose
    ? html`<div class="readme">${await markdown(visit, text, { owner, name, file: { ref, path } })}</div>`
    : text === undefined
      ? html`<p class="empty">This file is not text.</p>`
      : source(text);
  const main = html`<div class="bar"><h1 class="path-title">${trail(visit, ref, path)}</h1>
<a class="button" href="${visit.root}/commits/${deep(ref)}?path=${encodeURIComponent(path)}">History</a></div>
<section class="box" aria-label="${path}">
<div class="box-head"><span class="quiet">${text !== undefined && `${counted(lines(text).length, 'line')}, `}${sized(found.size)} at <a class="ref" href="${visit.root}/tree/${deep(ref)}">${/^[0-9a-f]{40}$/.test(ref) ? ref.slice(0, 7) : ref}</a></span>
${(prose || plain) && html`<a class="tool" href="${prose ? '?plain=1' : '?'}">${prose ? 'Show source' : 'Show rendered'}</a>`}</div>
${content}
</section>`;
  return repositoryPage(visit, { title: path, tab: 'code', counts: await counts(visit), main });
}

/** The text of a blob, undefined when it is not UTF-8 text. */
export function readText(entry: Pick<Entry, 'content' | 'encoding'>): string | undefined {
  const bytes = Buffer.from(entry.content ?? '', entry.encoding === 'base64' ? 'base64' : 'utf8');
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function lines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function source(text: string): Html {
  const all = lines(text);
  if (all.length === 0) return html`<p class="empty">This file is empty.</p>`;
  return html`<table class="lines"><caption class="hidden">Source</caption><tbody>${all
    .slice(0, mostLines)
    .map(
      (line, i) =>
        html`<tr id="L${i + 1}"><td class="num"><a href="#L${i + 1}" aria-label="Line ${i + 1}">${i + 1}</a></td><td class="text">${line}</td></tr>`,
    )}</tbody></table>${all.length > mostLines && html`<p class="empty">The rest of ${counted(all.length, 'line')} is not shown.</p>`}`;
}
