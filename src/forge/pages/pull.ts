import { html, raw } from 'hono/html';
import { type Check, checkList, checksOf } from './checks.ts';
import { conversation, timeline } from './conversation.ts';
import { diff } from './diff.ts';
import { type ChangedFile, type Commit, deep, type Issue, type Label, type Pull } from './github.ts';
import { type Icon, icon } from './icons.ts';
import { type Asked, heading } from './issue.ts';
import { type Html, notice, repositoryPage, who } from './layout.ts';
import { appearance } from './list.ts';
import { mergeBox } from './merge.ts';
import { api, counts } from './repository.ts';
import { sidebar } from './sidebar.ts';
import type { RepositoryVisit } from './visit.ts';
import { counted, time } from './words.ts';

export const pullTabs = ['conversation', 'commits', 'checks', 'files'] as const;
export type PullTab = (typeof pullTabs)[number];

/** A pull request on one of its tabs. `issue` is the same thing as the issues API shows it. */
export async function pullPage(visit: RepositoryVisit, issue: Issue, tab: PullTab, asked: Asked): Promise<Html> {
  const pull = await visit.github.get<Pull>(`${api(visit)}/pulls/${issue.number}`);
  const [open, checks] = await Promise.all([counts(visit), checksOf(visit, pull.head.sha)]);
  const content = await contents[tab](visit, issue, pull, checks, asked);
  const look = appearance({ ...issue, draft: pull.draft });
  const root = `${visit.root}/pull/${pull.number}`;
  const link = (id: PullTab, image: Icon, text: string, count?: number) =>
    html`<li><a href="${id === 'conversation' ? root : `${root}/${id}`}" ${id === tab ? raw('aria-current="page"') : ''}>${icon(image)}${text}${count !== undefined && html` <span class="count">${count}</span>`}</a></li>`;
  const main = html`${notice(asked.again?.trouble)}
<header class="title">
${heading(visit, issue, asked)}
<p data-live="state"><span class="pill ${look.tone}">${icon(look.icon)}${look.words}</span>
<span class="quiet">${pull.merged ? html`${who(pull.merged_by)} merged` : html`${who(pull.user)} wants to merge`} ${counted(pull.commits, 'commit')} into <a class="ref" href="${visit.root}/tree/${deep(pull.base.ref)}">${pull.base.ref}</a> from <a class="ref" href="${visit.root}/tree/${deep(pull.head.ref)}">${pull.head.ref}</a> ${time(pull.merged_at ?? pull.created_at, visit.now)}</span></p>
</header>
<nav class="tabs inner" aria-label="Pull request"><ul data-live="pull-tabs">
${link('conversation', 'comment', 'Conversation', issue.comments)}
${link('commits', 'commit', 'Commits', pull.commits)}
${link('checks', 'check', 'Checks', checks.length)}
${link('files', 'file', 'Files changed', pull.changed_files)}
</ul></nav>
${content}`;
  return repositoryPage(visit, {
    title: `${pull.title} · Pull request #${pull.number}`,
    tab: 'pulls',
    counts: open,
    main,
    live: tab !== 'files',
  });
}

type Content = (visit: RepositoryVisit, issue: Issue, pull: Pull, checks: Check[], asked: Asked) => Promise<Html>;

const contents: Record<PullTab, Content> = {
  conversation: async (visit, issue, pull, checks, asked) => {
    const [labels, events] = await Promise.all([
      visit.github.all<Label>(`${api(visit)}/labels`),
      timeline(visit, issue.number),
    ]);
    return html`<div class="columns">
${sidebar(visit, issue, labels)}
${await conversation(visit, issue, events, { ...asked, after: await mergeBox(visit, pull, checks) })}
</div>`;
  },
  commits: async (visit, _issue, pull) => {
    const commits = await visit.github.all<Commit>(`${api(visit)}/pulls/${pull.number}/commits`, 250);
    return commitList(visit, commits);
  },
  checks: (visit, _issue, _pull, checks) => checkList(visit, checks),
  files: async (visit, _issue, pull) => {
    const files = await visit.github.all<ChangedFile>(`${api(visit)}/pulls/${pull.number}/files`, 300);
    return diff(files as Parameters<typeof diff>[0], `${visit.root}/blob/${pull.head.sha}`);
  },
};

export function commitList(visit: RepositoryVisit, commits: readonly Commit[]): Html {
  if (commits.length === 0) return html`<div class="box empty"><p>No commits.</p></div>`;
  return html`<ul class="box rows">${commits.map((commit) => {
    const [subject = '', ...rest] = commit.commit.message.split('\n');
    const body = rest.join('\n').trim();
    return html`<li class="row"><span class="state idle">${icon('commit')}</span><div class="row-body">
<a class="row-title" href="${visit.root}/commit/${commit.sha}">${subject}</a>
<p class="quiet">${commit.author?.login ?? commit.commit.author?.name} committed ${time(commit.commit.author?.date, visit.now)}</p>
${body && html`<details class="more"><summary>Message</summary><pre>${body}</pre></details>`}</div>
<a class="sha" href="${visit.root}/commit/${commit.sha}"><span class="hidden">Commit </span>${commit.sha.slice(0, 7)}</a></li>`;
  })}</ul>`;
}
