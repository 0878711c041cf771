import { html } from 'hono/html';
import { type Again, conversation, timeline } from './conversation.ts';
import type { Issue, Label } from './github.ts';
import { icon } from './icons.ts';
import { type Html, notice, repositoryPage, who } from './layout.ts';
import { appearance } from './list.ts';
import { api, counts, pageOf } from './repository.ts';
import { sidebar } from './sidebar.ts';
import { may, type RepositoryVisit } from './visit.ts';
import { counted, time } from './words.ts';

export interface Asked {
  editing?: string | undefined;
  again?: Again | undefined;
}

export async function issuePage(visit: RepositoryVisit, issue: Issue, asked: Asked): Promise<Html> {
  const [open, labels, events] = await Promise.all([
    counts(visit),
    visit.github.all<Label>(`${api(visit)}/labels`),
    timeline(visit, issue.number),
  ]);
  const look = appearance(issue);
  const main = html`${notice(asked.again?.trouble)}
<header class="title">
${heading(visit, issue, asked)}
<p data-live="state"><span class="pill ${look.tone}">${icon(look.icon)}${look.words}</span>
<span class="quiet">${who(issue.user)} opened this ${time(issue.created_at, visit.now)} · ${counted(issue.comments, 'comment')}${issue.locked && html` · ${icon('lock')}locked`}</span></p>
</header>
<div class="columns">
${sidebar(visit, issue, labels)}
${await conversation(visit, issue, events, asked)}
</div>`;
  return repositoryPage(visit, {
    title: `${issue.title} · Issue #${issue.number}`,
    tab: 'issues',
    counts: open,
    main,
    live: true,
  });
}

/** The title, or the form to change it when `?edit=title`. */
export function heading(visit: RepositoryVisit, issue: Issue, asked: Asked): Html {
  const here = pageOf(visit, issue);
  const own = issue.user?.login === visit.login || may(visit, 'triage');
  if (own && asked.editing === 'title')
    return html`<form class="retitle" method="post" action="${here}?edit=title">
<input type="hidden" name="do" value="title">
<label class="hidden" for="title">Title</label><input id="title" name="title" value="${asked.again?.form.get('title') ?? issue.title}">
<button class="primary">Save</button><a class="button" href="${here}">Cancel</a></form>`;
  return html`<h1>${issue.title} <span class="number">#${issue.number}</span>${own && html` <a class="tool" href="${here}?edit=title">${icon('edit')}Edit<span class="hidden"> the title</span></a>`}</h1>`;
}

/** The form for a new issue; `form` carries what was typed, or `title`, `body` and `labels` of the address as on GitHub. */
export async function newIssuePage(visit: RepositoryVisit, form: URLSearchParams, again?: Again): Promise<Html> {
  const main = html`${notice(again?.trouble)}
<form class="compose" method="post" action="${visit.root}/issues">
<h1>New issue</h1>
<p><label for="title">Title</label><input id="title" name="title" value="${form.get('title')}" required></p>
<p><label for="body">Text</label><textarea id="body" name="body" rows="14">
${form.get('body')}</textarea></p>
${form.get('labels') && html`<input type="hidden" name="labels" value="${form.get('labels')}">`}
<div class="actions"><button class="primary">Create issue</button></div>
</form>`;
  return repositoryPage(visit, { title: 'New issue', tab: 'issues', counts: await counts(visit), main });
}
