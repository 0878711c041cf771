import { html } from 'hono/html';
import { readText } from './blob.ts';
import { at, type Branch, type Commit, deep, Refused, type Repository } from './github.ts';
import { icon } from './icons.ts';
import { type Html, repositoryPage } from './layout.ts';
import { markdown } from './markdown.ts';
import { api, counts } from './repository.ts';
import type { RepositoryVisit } from './visit.ts';
import { sized, time } from './words.ts';

/** One entry of GitHub's contents API. */
export interface Entry {
  type: string;
  name: string;
  path: string;
  size: number;
  sha: string;
  content?: string;
  encoding?: string;
}

/** The repository at a glance, or one folder of it at a ref. */
export async function treePage(visit: RepositoryVisit, ref: string, path: string): Promise<Html> {
  const [open, branches, entries, commits] = await Promise.all([
    counts(visit),
    visit.github.all<Branch>(`${api(visit)}/branches`, 200),
    visit.github.find<Entry[] | Entry>(
      `${api(visit)}/contents${path && `/${deep(path)}`}?ref=${encodeURIComponent(ref)}`,
    ),
    visit.github.find<Commit[]>(
      `${api(visit)}/commits?sha=${encodeURIComponent(ref)}${path && `&path=${encodeURIComponent(path)}`}&per_page=1`,
    ),
  ]);
  const { repository } = visit;
  const list = Array.isArray(entries) ? entries : [];
  if (list.length === 0 && (path !== '' || ref !== visit.repository.default_branch))
    throw new Refused(404, `There is no folder ${path || '/'} at ${ref}.`);
  const readme = list.find((entry) => entry.type === 'file' && /^readme(\.md|\.markdown|\.txt)?$/i.test(entry.name));
  const main = html`<div class="bar">
<h1 class="path-title">${path === '' ? visit.name : trail(visit, ref, path)}</h1>
${branchMenu(visit, branches, ref)}
<a class="button" href="${visit.root}/commits/${deep(ref)}">${icon('commit')}Commits</a>
</div>
${path === '' && repository.description && html`<p class="lead">${repository.description}</p>`}
<section class="box" aria-label="Files">
${commits?.[0] && latest(visit, commits[0])}
${list.length === 0 ? html`<p class="empty">This repository is empty.</p>` : html`<ul class="files">${path !== '' && html`<li><a href="${up(visit, ref, path)}">${icon('folder')}..<span class="hidden"> the folder above</span></a></li>`}${sorted(list).map((entry) => file(visit, ref, entry))}</ul>`}
</section>
${path === '' && cloneBox(repository)}
${readme && (await readmeBox(visit, ref, readme))}`;
  return repositoryPage(visit, { title: path === '' ? 'Code' : path, tab: 'code', counts: open, main });
}

/** `owner/name / folder / file`, each part linked. */
export function trail(visit: RepositoryVisit, ref: string, path: string): Html {
  const parts = path.split('/');
  return html`<a href="${visit.root}/tree/${deep(ref)}">${visit.name}</a>${parts.map((part, i) =>
    i === parts.length - 1
      ? html`<span class="slash">/</span>${part}`
      : html`<span class="slash">/</span><a href="${visit.root}/tree/${deep(ref)}/${deep(parts.slice(0, i + 1).join('/'))}">${part}</a>`,
  )}`;
}

function branchMenu(visit: RepositoryVisit, branches: readonly Branch[], ref: string): Html {
  return html`<details class="menu"><summary>${icon('branch')}<span class="hidden">Branch </span><span class="cut">${/^[0-9a-f]{40}$/.test(ref) ? ref.slice(0, 7) : ref}</span></summary>
<ul class="sheet">${branches.map(
    ({ name }) =>
      html`<li><a href="${visit.root}/tree/${deep(name)}"><span class="mark">${name === ref && icon('check')}</span>${name}${name === visit.repository.default_branch && html` <span class="badge">default</span>`}</a></li>`,
  )}</ul></details>`;
}

function latest(visit: RepositoryVisit, commit: Commit): Html {
  return html`<div class="box-head latest"><span><b>${commit.author?.login ?? commit.commit.author?.name}</b> <a href="${visit.root}/commit/${commit.sha}">${commit.commit.message.split('\n')[0]}</a></span><span class="quiet"><a class="sha" href="${visit.root}/commit/${commit.sha}">${commit.sha.slice(0, 7)}</a> ${time(commit.commit.author?.date, visit.now)}</span></div>`;
}

function file(visit: RepositoryVisit, ref: string, entry: Entry): Html {
  const folder = entry.type === 'dir';
  return html`<li><a href="${visit.root}/${folder ? 'tree' : 'blob'}/${deep(ref)}/${deep(entry.path)}">${icon(folder ? 'folder' : 'file')}${entry.name}</a>${!folder && html`<span class="quiet">${sized(entry.size)}</span>`}</li>`;
}

function sorted(entries: readonly Entry[]): Entry[] {
  const rank = (entry: Entry) => (entry.type === 'dir' ? 0 : 1);
  return [...entries].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en'));
}

function up(visit: RepositoryVisit, ref: string, path: string): string {
  const above = path.split('/').slice(0, -1).join('/');
  return `${visit.root}/tree/${deep(ref)}${above && `/${deep(above)}`}`;
}

function cloneBox(repository: Repository): Html {
  return html`<p class="clone"><span class="quiet">Clone it:</span> <code>git clone ${repository.clone_url}</code></p>`;
}

async function readmeBox(visit: RepositoryVisit, ref: string, entry: Entry): Promise<Html> {
  const { owner, name } = visit;
  const blob = await visit.github.find<Entry>(`${api(visit)}${at`/git/blobs/${entry.sha}`}`);
  const text = blob && readText(blob);
  if (text === undefined) return html``;
  const content = /\.(md|markdown)$/i.test(entry.name)
    ? await markdown(visit, text, { owner, name, file: { ref, path: entry.path } })
    : html`<pre class="plain">${text}</pre>`;
  return html`<article class="box readme" aria-label="${entry.name}"><h2 class="box-head">${icon('file')}${entry.name}</h2>${content}</article>`;
}
