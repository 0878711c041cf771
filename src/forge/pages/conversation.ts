import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Issue, Person, Refused, TimelineEvent } from './github.ts';
import { icon } from './icons.ts';
import { type Html, who } from './layout.ts';
import { markdown } from './markdown.ts';
import { api } from './repository.ts';
import { happenings } from './timeline.ts';
import { may, type RepositoryVisit } from './visit.ts';
import { time } from './words.ts';

/** What a refused form leaves on the page: GitHub's answer and what the person had typed. */
export interface Again {
  trouble: Refused;
  form: URLSearchParams;
}

/** One post of a conversation: the issue's own text or a comment. */
interface Post {
  /** `issue`, or the comment's id. */
  id: string;
  anchor: string;
  user: Person | null | undefined;
  body: string;
  created: string | undefined;
  edited: boolean;
}

/** Fingerprint of a text, so that an edit of an older version is noticed. */
export function version(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** A page with more entries than this is no longer read, and GitHub's list would take many requests. */
const longest = 2000;

export async function timeline(visit: RepositoryVisit, number: number): Promise<TimelineEvent[]> {
  return visit.github.all<TimelineEvent>(`${api(visit)}/issues/${number}/timeline`, longest);
}

/** The issue's text, what happened to it, and the form for a comment. `editing` names the post that is open for editing. */
export async function conversation(
  visit: RepositoryVisit,
  issue: Issue,
  events: readonly TimelineEvent[],
  options: { editing?: string | undefined; again?: Again | undefined; after?: Html },
): Promise<Html> {
  const opening: Post = {
    id: 'issue',
    anchor: `issue-${issue.number}`,
    user: issue.user,
    body: issue.body ?? '',
    created: issue.created_at,
    edited: false,
  };
  const parts = await Promise.all([
    post(visit, issue, opening, options),
    ...happenings(visit, events).map((entry) =>
      'event' in entry ? post(visit, issue, comment(entry), options) : entry,
    ),
  ]);
  return html`<div class="talk-column" id="conversation">
<div data-live="posts">
${parts}
</div>
${events.length >= longest && html`<p class="banner">Only the first ${longest} entries are shown.</p>`}
${options.after}
${replyForm(visit, issue, options.again)}
</div>`;
}

function comment(event: TimelineEvent): Post {
  return {
    id: String(event.id),
    anchor: `issuecomment-${event.id}`,
    user: event.user ?? event.actor,
    body: event.body ?? '',
    created: event.created_at,
    edited: event.updated_at !== undefined && event.updated_at !== event.created_at,
  };
}

async function post(
  visit: RepositoryVisit,
  issue: Issue,
  one: Post,
  { editing, again }: { editing?: string | undefined; again?: Again | undefined },
): Promise<Html> {
  const own = one.user?.login === visit.login || may(visit, 'push');
  const form = `tick-${one.id}`;
  const { owner, name } = visit;
  const open = own && editing === one.id;
  const text = open
    ? editForm(one, again)
    : one.body.trim() === ''
      ? html`<p class="quiet">No description.</p>`
      : await markdown(visit, one.body, { owner, name, ...(own ? { ticks: form } : {}) });
  return html`<article class="post" id="${one.anchor}" aria-label="${one.id === 'issue' ? 'Description' : `Comment by ${one.user?.login ?? 'ghost'}`}">
<header>${who(one.user)} <a class="quiet" href="#${one.anchor}">${time(one.created, visit.now)}</a>
${one.edited && html`<span class="quiet">· edited</span>`}
${one.user?.login === issue.user?.login && one.id !== 'issue' && html`<span class="badge">author</span>`}
${own && !open && html`<a class="tool" href="?edit=${one.id}#${one.anchor}">${icon('edit')}Edit<span class="hidden"> this text</span></a>`}</header>
${text}
${own && !open && html`<form id="${form}" method="post" action="#${one.anchor}" hidden><input type="hidden" name="do" value="tick"><input type="hidden" name="post" value="${one.id}"><input type="hidden" name="version" value="${version(one.body)}"></form>`}
</article>`;
}

function editForm(one: Post, again: Again | undefined): Html {
  const typed = again?.form.get('post') === one.id ? again.form.get('body') : null;
  const stale = again?.trouble.status === 409 && typed !== null;
  return html`${stale && html`<details open class="now"><summary>The text as it is now</summary><pre>${one.body}</pre></details>`}
<form class="edit" method="post" action="?edit=${one.id}#${one.anchor}">
<input type="hidden" name="post" value="${one.id}">
<input type="hidden" name="version" value="${version(one.body)}">
<label class="hidden" for="edit-${one.id}">Text</label>
<textarea id="edit-${one.id}" name="body" rows="${Math.min(30, Math.max(8, one.body.split('\n').length + 2))}">
${typed ?? one.body}</textarea>
<div class="actions"><button class="primary" name="do" value="edit">Save</button><a class="button" href="?#${one.anchor}">Cancel</a>
${one.id !== 'issue' && html`<button class="danger" name="do" value="delete">Delete comment</button>`}</div>
</form>`;
}

function replyForm(visit: RepositoryVisit, issue: Issue, again: Again | undefined): Html {
  const pull = issue.pull_request !== undefined;
  const thing = pull ? 'pull request' : 'issue';
  const merged = Boolean(issue.pull_request?.merged_at);
  const canClose = may(visit, 'triage') || issue.user?.login === visit.login;
  if (issue.locked && !may(visit, 'push'))
    return html`<p class="banner">${icon('lock')}This conversation is locked; people with write access can comment.</p>`;
  const typed = again && !again.form.has('post') ? again.form.get('body') : '';
  return html`<form class="reply" method="post" action="#reply" id="reply">
<h2><label for="comment">Add a comment</label></h2>
<textarea id="comment" name="body" rows="6" aria-describedby="comment-help">
${typed}</textarea>
<p class="quiet" id="comment-help">Markdown. <code>#12</code>, <code>@person</code> and commit hashes become links.</p>
<div class="actions">
<button class="primary" name="do" value="comment">Comment</button>
${canClose && !merged && stateButtons(issue, thing)}
</div>
</form>`;
}

function stateButtons(issue: Issue, thing: string): Html {
  if (issue.state === 'closed') return html`<button name="do" value="reopen">Reopen ${thing}</button>`;
  return html`<button name="do" value="close">Close ${thing}</button>
${
  thing === 'issue' &&
  html`<label class="inline">as <select name="reason">${[
    ['completed', 'completed'],
    ['not_planned', 'not planned'],
    ['duplicate', 'duplicate'],
  ].map(
    ([value, text]) => html`<option value="${value}" ${value === 'completed' ? raw('selected') : ''}>${text}</option>`,
  )}</select></label>`
}`;
}
