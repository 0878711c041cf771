import { html, raw } from 'hono/html';
import { script, styleSheet } from './assets.ts';
import { chipStyles } from './chip.ts';
import type { Refused } from './github.ts';
import { type Icon, icon } from './icons.ts';
import { avatar, personSwitch } from './person.ts';
import type { RepositoryVisit, Visit } from './visit.ts';

export type Html = ReturnType<typeof html>;

/** A whole page. `live` pages follow changes while they are looked at. */
export function document(
  visit: Visit,
  title: string,
  main: Html,
  options: { crumbs?: Html; live?: boolean } = {},
): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="/-/mark.svg">
<link rel="stylesheet" href="${styleSheet.path}">
${chipStyles(visit)}
${options.live && html`<script src="${script.path}" nonce="${visit.nonce}" defer></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<div class="wide">
<nav class="crumbs" aria-label="Breadcrumb"><a class="home" href="/"><img src="/-/mark.svg" alt="" width="20" height="20"><span>Local forge</span></a>${options.crumbs}</nav>
${personSwitch(visit)}
</div>
</header>
<main id="main" class="wide" tabindex="-1">
${main}
</main>
<footer class="foot wide"><p>Everything here lives on this machine and is reachable through GitHub’s API under <code>${visit.site}/api/v3</code>.</p></footer>
</body>
</html>`;
}

type Tab = 'code' | 'issues' | 'pulls' | 'labels';

/** A page of a repository, with its tabs. */
export function repositoryPage(
  visit: RepositoryVisit,
  page: { title: string; tab: Tab; counts: { issues: number; pulls: number }; main: Html; live?: boolean },
): Html {
  const { root, owner, name } = visit;
  const tab = (id: Tab, href: string, image: Icon, text: string, count?: number) =>
    html`<li><a href="${href}" ${page.tab === id ? raw('aria-current="page"') : ''}>${icon(image)}${text}${count !== undefined && html` <span class="count">${count}</span>`}</a></li>`;
  const main = html`<nav class="tabs" aria-label="Repository"><ul data-live="tabs">
${tab('code', root, 'code', 'Code')}
${tab('issues', `${root}/issues`, 'open', 'Issues', page.counts.issues)}
${tab('pulls', `${root}/pulls`, 'pull', 'Pull requests', page.counts.pulls)}
${tab('labels', `${root}/labels`, 'tag', 'Labels')}
</ul></nav>
${page.main}`;
  const crumbs = html`<span aria-hidden="true">/</span><a href="/${owner}">${owner}</a><span aria-hidden="true">/</span><a href="${root}"><b>${name}</b></a>`;
  return document(visit, `${page.title} · ${owner}/${name}`, main, { crumbs, live: page.live ?? false });
}

/** What GitHub said when it refused; stands at the top of the page that asked. */
export function notice(trouble: Refused | undefined): Html {
  if (!trouble) return html``;
  return html`<div class="notice" role="alert"><p>${icon('cross')}<strong>${trouble.status < 500 ? 'Refused' : 'Failed'} (${trouble.status}):</strong> ${trouble.message}</p>
${trouble.faults.length > 0 && html`<ul>${trouble.faults.map((fault) => html`<li>${fault}</li>`)}</ul>`}</div>`;
}

/** Who did it, linked; nobody is GitHub's "ghost". */
export function who(user: { login: string; type?: string } | null | undefined): Html {
  if (!user) return html`<span class="who">ghost</span>`;
  const bot = user.type === 'Bot';
  const name = bot ? user.login.replace(/\[bot\]$/, '') : user.login;
  return html`<a class="who" href="/${encodeURIComponent(user.login)}">${avatar(user)}${name}</a>${bot && html` <span class="badge">bot</span>`}`;
}

export function missing(visit: Visit, trouble?: Refused): Html {
  const message = trouble && trouble.message !== 'Not Found' ? trouble.message : 'There is nothing at this address.';
  return document(
    visit,
    'Not found',
    html`<div class="empty"><h1>Not found</h1><p>${message}</p><p>${'root' in visit && html`<a href="${visit.root}">Back to the repository</a> · `}<a href="/">All repositories</a></p></div>`,
  );
}

export function failed(visit: Visit, trouble: Refused): Html {
  return document(
    visit,
    'Refused',
    html`<div class="empty"><h1>That did not work</h1>${notice(trouble)}<p><a href="/">All repositories</a></p></div>`,
  );
}
