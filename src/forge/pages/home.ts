import { html } from 'hono/html';
import { at, type Repository } from './github.ts';
import { icon } from './icons.ts';
import { document, type Html } from './layout.ts';
import { avatar } from './person.ts';
import type { Visit } from './visit.ts';
import { counted, time } from './words.ts';

/** The repositories the person works on, or else the public ones. */
export async function homePage(visit: Visit): Promise<Html> {
  const own = await visit.github.all<Repository>('/user/repos', 200);
  const repositories = own.length > 0 ? own : ((await visit.github.find<Repository[]>('/repositories')) ?? []);
  return document(
    visit,
    'Repositories',
    html`<div class="bar"><h1>Repositories</h1></div>${list(visit, repositories)}`,
  );
}

/** A person, an app or an organisation, with what it owns. */
export async function ownerPage(visit: Visit, login: string): Promise<Html> {
  const user = await visit.github.get<{ login: string; type: string }>(at`/users/${login}`);
  const repositories = await visit.github.all<Repository>(`${at`/users/${user.login}`}/repos`, 200);
  const main = html`<div class="bar"><h1>${avatar(user)}${user.login}</h1><span class="badge">${user.type.toLowerCase()}</span></div>${list(visit, repositories)}`;
  return document(visit, user.login, main);
}

function list(visit: Visit, repositories: readonly Repository[]): Html {
  if (repositories.length === 0) return html`<div class="box empty"><p>No repositories here.</p></div>`;
  return html`<ul class="box rows">${repositories.map(
    (one) => html`<li class="row"><span class="state idle">${icon('code')}</span><div class="row-body">
<a class="row-title" href="/${one.full_name}">${one.full_name}</a>${one.private && html` <span class="badge">private</span>`}
${one.description && html`<p>${one.description}</p>`}
<p class="quiet">${one.open_issues_count !== undefined && html`${counted(one.open_issues_count, 'open issue or pull request', 'open issues and pull requests')} · pushed ${time(one.pushed_at, visit.now)}`}</p></div></li>`,
  )}</ul>`;
}
