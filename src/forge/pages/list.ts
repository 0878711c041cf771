import { html, raw } from 'hono/html';
import { chip } from './chip.ts';
import { type Found, type Label, Refused } from './github.ts';
import { type Icon, icon } from './icons.ts';
import { type Html, notice, repositoryPage } from './layout.ts';
import { pager } from './pager.ts';
import { only, parse, render, state, type Term, toggled, values, withState } from './query.ts';
import { api, counts, search } from './repository.ts';
import type { RepositoryVisit } from './visit.ts';
import { counted, time } from './words.ts';

type Kind = 'issues' | 'pulls';

/** The list of what is open with this label. */
export function labelled(visit: RepositoryVisit, kind: Kind, label: string): string {
  return `${visit.root}/${kind}?q=${encodeURIComponent(render(toggled(parse('is:open'), 'label', label)))}`;
}

type Item = Found['items'][number];

const perPage = 25;

/** GitHub's search reaches no further than this. */
const reach = 1000;

const orders: Record<string, string> = {
  'created-desc': 'Newest',
  'created-asc': 'Oldest',
  'comments-desc': 'Most commented',
  'updated-desc': 'Recently updated',
  'updated-asc': 'Least recently updated',
};

/** The list of issues or of pull requests, as its query asks; `page` counts from 1. */
export async function listPage(
  visit: RepositoryVisit,
  kind: Kind,
  typed: string | undefined,
  page: number,
): Promise<Html> {
  const terms = parse(typed ?? 'is:open').filter(({ key }) => key !== 'repo' && key !== 'org' && key !== 'user');
  const [open, result, labels] = await Promise.all([
    counts(visit),
    results(visit, kind, terms, page),
    visit.github.all<Label>(`${api(visit)}/labels`),
  ]);
  const href = (changed: readonly Term[]) => `${visit.root}/${kind}?q=${encodeURIComponent(render(changed))}`;
  const label = (name: string) => href(toggled(terms, 'label', name));

  const main = html`<div class="bar">
<h1 class="hidden">${kind === 'issues' ? 'Issues' : 'Pull requests'}</h1>
<form class="search" role="search" action="${visit.root}/${kind}">
<label class="hidden" for="q">Search ${kind === 'issues' ? 'issues' : 'pull requests'}</label>
<input id="q" type="search" name="q" value="${render(terms)}${terms.length > 0 ? ' ' : ''}" placeholder='is:open label:"bug" text' spellcheck="false" autocomplete="off">
<button>Search</button>
</form>
${kind === 'issues' && html`<a class="button primary" href="${visit.root}/issues/new">New issue</a>`}
</div>
${notice(result.trouble)}
<section class="box" aria-label="Results" data-live="results">
<div class="box-head">
<nav class="states" aria-label="State">
${stateLink(terms, href, 'open', result.open)}
${stateLink(terms, href, 'closed', result.closed)}
</nav>
<div class="filters">
${
  labels.length > 0 &&
  filterMenu(
    'Label',
    labels.map((one) => ({ text: chip(visit, one), href: label(one.name), on: chosen(terms, one.name) })),
  )
}
${filterMenu(
  'Sort',
  Object.entries(orders).map(([order, text]) => ({
    text,
    href: href(only(terms, 'sort', order)),
    on: sorting(terms) === order,
  })),
)}
</div>
</div>
${
  result.items.length === 0
    ? html`<div class="empty"><p>${result.trouble ? 'No result.' : 'Nothing matches.'}</p><p><a href="${visit.root}/${kind}">Show all that is open</a></p></div>`
    : html`<ul class="rows">${result.items.map((item) => row(visit, item, label, href(only(terms, 'author', item.user?.login))))}</ul>`
}
</section>
${pager(page, Math.min(result.total, reach), perPage, (to) => `${href(terms)}&page=${to}`)}`;
  return repositoryPage(visit, {
    title: kind === 'issues' ? 'Issues' : 'Pull requests',
    tab: kind,
    counts: open,
    main,
    live: true,
  });
}

async function results(visit: RepositoryVisit, kind: Kind, terms: readonly Term[], page: number) {
  const [by, order] = sorting(terms).split('-');
  const unsorted = only(terms, 'sort', undefined);
  const type = kind === 'issues' ? 'is:issue' : 'is:pr';
  // One request for the list and one for the tab that it does not show.
  const other = state(terms) === 'open' ? 'closed' : 'open';
  try {
    const [found, rest] = await Promise.all([
      search(visit, `${type} ${render(unsorted)}`, `sort=${by}&order=${order}&per_page=${perPage}&page=${page}`),
      search(visit, `${type} ${render(withState(unsorted, other))}`, 'per_page=1'),
    ]);
    const [total, count] = [found.total_count, rest.total_count];
    const shown = state(terms) === undefined ? total - count : total;
    return {
      items: found.items,
      total,
      ...(other === 'closed' ? { open: shown, closed: count } : { open: count, closed: shown }),
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { items: [], total: 0, open: undefined, closed: undefined, trouble: error };
  }
}

function sorting(terms: readonly Term[]): string {
  const asked = values(terms, 'sort')[0] ?? '';
  return Object.hasOwn(orders, asked) ? asked : 'created-desc';
}

function chosen(terms: readonly Term[], label: string): boolean {
  return values(terms, 'label').some((value) => value.toLowerCase() === label.toLowerCase());
}

function stateLink(
  terms: readonly Term[],
  href: (terms: Term[]) => string,
  value: 'open' | 'closed',
  count: number | undefined,
): Html {
  const current = state(terms) === value;
  return html`<a href="${href(withState(terms, value))}" ${current ? raw('aria-current="page"') : ''}>${icon(value)}${count?.toLocaleString('en')} ${value === 'open' ? 'Open' : 'Closed'}</a>`;
}

function filterMenu(name: string, choices: { text: Html | string; href: string; on: boolean }[]): Html {
  return html`<details class="menu"><summary>${name}</summary><ul class="sheet">${choices.map(
    ({ text, href, on }) =>
      html`<li><a href="${href}" ${on ? raw('aria-current="true"') : ''}><span class="mark">${on && icon('check')}</span>${text}</a></li>`,
  )}</ul></details>`;
}

function row(visit: RepositoryVisit, item: Item, label: (name: string) => string, author: string): Html {
  const look = appearance(item);
  const pull = item.pull_request !== undefined;
  const href = `${visit.root}/${pull ? 'pull' : 'issues'}/${item.number}`;
  const by = html`<a href="${author}">${item.user?.login ?? 'ghost'}</a>`;
  return html`<li class="row">
<span class="state ${look.tone}">${icon(look.icon)}<span class="hidden">${look.words}</span></span>
<div class="row-body">
<a class="row-title" href="${href}">${item.title}</a>
${item.labels.map((one) => chip(visit, one, label((typeof one === 'string' ? one : one.name) ?? '')))}
<p class="quiet">#${item.number} ${item.state === 'closed' ? html`by ${by} was closed ${time(item.closed_at, visit.now)}` : html`opened ${time(item.created_at, visit.now)} by ${by}${item.draft === true && ' · draft'}`}</p>
</div>
${item.comments > 0 && html`<a class="talk" href="${href}" aria-label="${counted(item.comments, 'comment')}">${icon('comment')}${item.comments}</a>`}
</li>`;
}

/** How an issue or pull request shows its state: icon, colour and words. */
export function appearance(item: {
  state: string;
  state_reason?: string | null | undefined;
  draft?: boolean | undefined;
  pull_request?: { merged_at?: string | null } | null | undefined;
}): { icon: Icon; tone: string; words: string } {
  if (item.pull_request) {
    if (item.pull_request.merged_at) return { icon: 'merged', tone: 'done', words: 'Merged' };
    if (item.state === 'closed') return { icon: 'pull', tone: 'bad', words: 'Closed' };
    return item.draft ? { icon: 'draft', tone: 'idle', words: 'Draft' } : { icon: 'pull', tone: 'good', words: 'Open' };
  }
  if (item.state === 'open') return { icon: 'open', tone: 'good', words: 'Open' };
  if (item.state_reason === 'not_planned') return { icon: 'dropped', tone: 'idle', words: 'Closed as not planned' };
  if (item.state_reason === 'duplicate') return { icon: 'dropped', tone: 'idle', words: 'Closed as duplicate' };
  return { icon: 'closed', tone: 'done', words: 'Closed' };
}
