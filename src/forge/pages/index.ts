import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { script, styleSheet } from './assets.ts';
import { blobPage } from './blob.ts';
import { treePage } from './code.ts';
import { commitPage, commitsPage } from './commit.ts';
import type { Again } from './conversation.ts';
import { type Deed, deeds, field } from './deeds.ts';
import { type Api, deep, type Graphql, github, type Issue, Refused } from './github.ts';
import { guard, headers } from './guard.ts';
import { homePage, ownerPage } from './home.ts';
import { mark } from './icons.ts';
import { issuePage, newIssuePage } from './issue.ts';
import { labelDeed, labelsPage } from './labels.ts';
import { failed, type Html, missing } from './layout.ts';
import { listPage } from './list.ts';
import { pullDeeds } from './merge.ts';
import { personCookie, wayBack } from './person.ts';
import { type PullTab, pullPage, pullTabs } from './pull.ts';
import { splitRef } from './ref.ts';
import { lookup } from './references.ts';
import { api, enter } from './repository.ts';
import type { RepositoryVisit, Visiting } from './visit.ts';

type C = Context<Visiting>;

export interface PagesOptions {
  /** Public base URL of the forge. */
  url: string;
  /** Who one can be; the first is the default. */
  people: readonly string[];
  api: Api;
  graphql: Graphql;
}

/**
 * The pages of the forge, at the paths that GitHub's `html_url`s name. A client of the REST and GraphQL surfaces and nothing
 * else, so that what a person may do here is what the API lets them do. Answers every path, so mount it last.
 */
export function pages(options: PagesOptions): Hono<Visiting> {
  const app = new Hono<Visiting>();
  const site = new URL(options.url).origin;

  app.use(headers, guard(options.url), bodyLimit({ maxSize: 1_000_000 }), async (c, next) => {
    const chosen = getCookie(c, personCookie);
    const login = options.people.find((person) => person === chosen) ?? options.people[0] ?? '';
    const client = github(options.api, options.graphql, login);
    const { pathname, search } = new URL(c.req.url);
    c.set('visit', {
      login,
      people: options.people,
      site,
      path: c.req.method === 'GET' ? pathname + search : pathname,
      now: new Date(),
      nonce: randomBytes(16).toString('base64url'),
      github: client,
      lookup: lookup(client, options.people),
      colours: new Set<string>(),
    });
    await next();
  });

  for (const { path, text } of [styleSheet, script])
    app.get(path, (c) => {
      c.header('Content-Type', path.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8');
      c.header('Cache-Control', 'public, max-age=31536000, immutable');
      return c.body(text);
    });
  app.get('/-/mark.svg', (c) => {
    c.header('Cache-Control', 'public, max-age=86400');
    return c.body(mark, 200, { 'Content-Type': 'image/svg+xml' });
  });
  app.post('/-/person', async (c) => {
    const form = await formOf(c);
    const login = options.people.find((person) => person === form.get('login'));
    if (login) setCookie(c, personCookie, login, { path: '/', httpOnly: true, sameSite: 'Strict', maxAge: 31_536_000 });
    return c.redirect(wayBack(form.get('back') ?? '/'), 303);
  });

  app.get('/', async (c) => c.html(await homePage(c.get('visit'))));
  app.get('/:owner', async (c) => c.html(await ownerPage(c.get('visit'), c.req.param('owner'))));
  app.get('/:owner/:name', async (c) => {
    const visit = await inside(c);
    return c.html(await treePage(visit, visit.repository.default_branch, ''));
  });

  for (const kind of ['issues', 'pulls'] as const)
    app.get(`/:owner/:name/${kind}`, async (c) =>
      c.html(await listPage(await inside(c), kind, c.req.query('q'), page(c))),
    );
  app.get('/:owner/:name/issues/new', async (c) =>
    c.html(await newIssuePage(await inside(c), new URL(c.req.url).searchParams)),
  );
  app.post('/:owner/:name/issues', async (c) => {
    const [visit, form] = [await inside(c), await formOf(c)];
    const labels = (form.get('labels') ?? '').split(',').filter(Boolean);
    const create = async () => {
      const issue = { title: form.get('title') ?? '', body: field(form, 'body'), labels };
      const made = await visit.github.send<Issue>('POST', `${api(visit)}/issues`, issue);
      return `${visit.root}/issues/${made.number}`;
    };
    return act(c, form, create, (again) => newIssuePage(visit, form, again));
  });

  app.get('/:owner/:name/issues/:number{[0-9]+}', async (c) => {
    const [visit, issue] = await thing(c);
    if (issue.pull_request) return c.redirect(`${visit.root}/pull/${issue.number}`);
    return c.html(await issuePage(visit, issue, { editing: c.req.query('edit') }));
  });
  app.post('/:owner/:name/issues/:number{[0-9]+}', async (c) => {
    const [[visit, issue], form] = [await thing(c), await formOf(c)];
    const deed = chosen(deeds, form);
    if (!deed) return c.html(missing(visit), 404);
    const editing = c.req.query('edit');
    return act(
      c,
      form,
      () => deed(visit, issue, form),
      (again) => issuePage(visit, issue, { editing, again }),
    );
  });

  const tabs = pullTabs.filter((tab) => tab !== 'conversation').join('|');
  app.get(`/:owner/:name/pull/:number{[0-9]+}/:tab{${tabs}}?`, async (c) => {
    const [visit, issue] = await thing(c);
    if (!issue.pull_request) return c.redirect(`${visit.root}/issues/${issue.number}`);
    const tab = (c.req.param('tab') ?? 'conversation') as PullTab;
    return c.html(await pullPage(visit, issue, tab, { editing: c.req.query('edit') }));
  });
  app.post('/:owner/:name/pull/:number{[0-9]+}', async (c) => {
    const [[visit, issue], form] = [await thing(c), await formOf(c)];
    const deed = chosen(pullDeeds, form);
    if (!deed || !issue.pull_request) return c.html(missing(visit), 404);
    const editing = c.req.query('edit');
    return act(
      c,
      form,
      () => deed(visit, issue, form),
      (again) => pullPage(visit, issue, 'conversation', { editing, again }),
    );
  });

  app.get('/:owner/:name/labels', async (c) => c.html(await labelsPage(await inside(c))));
  app.post('/:owner/:name/labels', async (c) => {
    const [visit, form] = [await inside(c), await formOf(c)];
    return act(
      c,
      form,
      () => labelDeed(visit, form),
      (again) => labelsPage(visit, again),
    );
  });

  app.get('/:owner/:name/tree/:rest{.+}', async (c) => {
    const visit = await inside(c);
    const { ref, path } = await splitRef(visit, tidy(c.req.param('rest')));
    return c.html(await treePage(visit, ref, path));
  });
  app.get('/:owner/:name/blob/:rest{.+}', async (c) => {
    const visit = await inside(c);
    const { ref, path } = await splitRef(visit, tidy(c.req.param('rest')));
    const found = await blobPage(visit, ref, path, c.req.query('plain') === '1');
    return found ? c.html(found) : c.redirect(`${visit.root}/tree/${deep(ref)}/${deep(path)}`);
  });
  app.get('/:owner/:name/commits/:rest{.+}', async (c) =>
    c.html(await commitsPage(await inside(c), tidy(c.req.param('rest')), c.req.query('path') ?? '', page(c))),
  );
  app.get('/:owner/:name/commit/:sha', async (c) => c.html(await commitPage(await inside(c), c.req.param('sha'))));

  app.all('*', (c) => c.html(missing(c.get('visit')), 404));
  app.onError((error, c) => {
    const visit = c.get('visit');
    if (error instanceof Refused && error.status === 404) return c.html(missing(visit, error), 404);
    if (error instanceof Refused) return c.html(failed(visit, error), error.status as 403);
    console.error(error);
    return c.html(failed(visit, new Refused(500, 'The page could not be made; the log of the server says why.')), 500);
  });
  return app;
}

function inside(c: C): Promise<RepositoryVisit> {
  return enter(c.get('visit'), c.req.param('owner') ?? '', c.req.param('name') ?? '');
}

/** The issue or pull request of the address. */
async function thing(c: C): Promise<[RepositoryVisit, Issue]> {
  const visit = await inside(c);
  return [visit, await visit.github.get<Issue>(`${api(visit)}/issues/${Number(c.req.param('number'))}`)];
}

async function formOf(c: C): Promise<URLSearchParams> {
  return new URLSearchParams(await c.req.text());
}

/** The deed a form's button names. */
function chosen(all: Record<string, Deed>, form: URLSearchParams): Deed | undefined {
  const name = form.get('do') ?? '';
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

function page(c: C): number {
  return Math.max(1, Math.trunc(Number(c.req.query('page')) || 1));
}

function tidy(path: string): string {
  return path.split('/').filter(Boolean).join('/');
}

/** Does it and goes on, or shows the page again with what GitHub said and what had been typed. */
async function act(c: C, form: URLSearchParams, deed: () => Promise<string>, again: (again: Again) => Promise<Html>) {
  try {
    return c.redirect(await deed(), 303);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return c.html(await again({ trouble: error, form }), error.status as 422);
  }
}
