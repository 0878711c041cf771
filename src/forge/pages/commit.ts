import { html } from 'hono/html';
import { diff } from './diff.ts';
import { at, type Commit, Refused } from './github.ts';
import { type Html, repositoryPage, who } from './layout.ts';
import { commitList } from './pull.ts';
import { api, counts } from './repository.ts';
import type { RepositoryVisit } from './visit.ts';
import { time } from './words.ts';

const perPage = 30;

/** One commit with its changes. */
export async function commitPage(visit: RepositoryVisit, sha: string): Promise<Html> {
  const [open, commit] = await Promise.all([
    counts(visit),
    visit.github.get<Commit>(`${api(visit)}${at`/commits/${sha}`}`).catch(asMissing),
  ]);
  const [subject = '', ...rest] = commit.commit.message.split('\n');
  const body = rest.join('\n').trim();
  const main = html`<header class="title"><h1>${subject}</h1>
${body && html`<pre class="message">${body}</pre>`}
<p class="quiet">${commit.author ? who(commit.author as { login: string }) : commit.commit.author?.name} committed ${time(commit.commit.author?.date, visit.now)} · commit <code>${commit.sha}</code>
${commit.parents.map((parent) => html` · parent <a class="sha" href="${visit.root}/commit/${parent.sha}">${parent.sha.slice(0, 7)}</a>`)}
 · <a href="${visit.root}/tree/${commit.sha}">Browse files</a></p></header>
${diff((commit.files ?? []) as Parameters<typeof diff>[0], `${visit.root}/blob/${commit.sha}`)}`;
  return repositoryPage(visit, { title: subject, tab: 'code', counts: open, main });
}

/** GitHub answers 422 where a hash names no commit; for a page that is as good as missing. */
function asMissing(error: unknown): never {
  if (error instanceof Refused && error.status === 422) throw new Refused(404, error.message);
  throw error;
}

/** The commits that led to a ref, newest first, of one path if given. */
export async function commitsPage(visit: RepositoryVisit, ref: string, path: string, page: number): Promise<Html> {
  const of = path && `&path=${encodeURIComponent(path)}`;
  const [open, commits] = await Promise.all([
    counts(visit),
    visit.github.get<Commit[]>(
      `${api(visit)}/commits?sha=${encodeURIComponent(ref)}${of}&per_page=${perPage}&page=${page}`,
    ),
  ]);
  const main = html`<h1 class="path-title">Commits ${path && html`of ${path} `}at ${ref}</h1>
${commitList(visit, commits)}
<nav class="pager" aria-label="Pages">${page > 1 && html`<a rel="prev" href="?page=${page - 1}${of}">Newer</a>`}${commits.length === perPage && html`<a rel="next" href="?page=${page + 1}${of}">Older</a>`}</nav>`;
  return repositoryPage(visit, { title: `Commits at ${ref}`, tab: 'code', counts: open, main });
}
