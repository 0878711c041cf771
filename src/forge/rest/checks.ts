import { notFound, unprocessable } from '../answers.ts';
import { accountById } from '../domain/accounts.ts';
import { getCheckSuite, listCheckSuites, viewCheckSuite } from '../domain/check-suites.ts';
import { createCheckRun, getCheckRun, listCheckRuns, updateCheckRun, viewCheckRun } from '../domain/checks.ts';
import { findCommit } from '../domain/refs.ts';
import { combinedStatus, createStatus, listStatuses } from '../domain/statuses.ts';
import { type Annotation, annotationJson, checkRunJson } from '../present/check.ts';
import { checkSuiteJson } from '../present/check-suite.ts';
import { combinedStatusJson, statusJson } from '../present/status.ts';
import type { Repo, World } from '../world.ts';
import { created, listed, ok, pageOf, sliced } from './answer.ts';
import type { Surface } from './surface.ts';

async function shaOf(world: World, repo: Repo, ref = ''): Promise<string> {
  const sha = await findCommit(world, repo, ref);
  if (sha === null) throw unprocessable(`No commit found for SHA: ${ref}`);
  return sha;
}

export function checkRoutes({ read, write }: Surface): void {
  write('POST', '/check-runs', async ({ world, viewer, repo, input }) => {
    const run = await createCheckRun(world, viewer, repo, input);
    const json = checkRunJson(world.links, viewCheckRun(world, repo, run));
    return created(json, json.url);
  });
  read('checks:read', '/check-runs/:id{[0-9]+}', ({ world, repo, params }) =>
    ok(checkRunJson(world.links, viewCheckRun(world, repo, getCheckRun(world, repo, Number(params.id))))),
  );
  write('PATCH', '/check-runs/:id{[0-9]+}', async ({ world, viewer, repo, params, input }) => {
    const run = await updateCheckRun(world, viewer, repo, getCheckRun(world, repo, Number(params.id)), input);
    return ok(checkRunJson(world.links, viewCheckRun(world, repo, run)));
  });
  read('checks:read', '/check-runs/:id{[0-9]+}/annotations', ({ world, repo, params, query, url }) => {
    const run = getCheckRun(world, repo, Number(params.id));
    const annotations = JSON.parse(run.annotations_json) as Annotation[];
    return sliced(world.links, url, pageOf(query), annotations, (annotation) =>
      annotationJson(world.links, repo, run.head_sha, annotation),
    );
  });
  read('checks:read', '/commits/:ref{.+}/check-runs', async ({ world, repo, params, query, url }) => {
    const page = pageOf(query);
    const { rows, total } = listCheckRuns(world, repo, await shaOf(world, repo, params.ref), query, page);
    const check_runs = rows.map((run) => checkRunJson(world.links, viewCheckRun(world, repo, run)));
    return listed(world.links, url, page, total, { total_count: total, check_runs });
  });

  read('checks:read', '/check-suites/:id{[0-9]+}', async ({ world, repo, params }) =>
    ok(checkSuiteJson(world.links, await viewCheckSuite(world, repo, getCheckSuite(world, repo, Number(params.id))))),
  );
  read('checks:read', '/commits/:ref{.+}/check-suites', async ({ world, repo, params, query, url }) => {
    const page = pageOf(query);
    const suites = listCheckSuites(world, repo, await shaOf(world, repo, params.ref), query);
    const shown = suites.slice((page.page - 1) * page.perPage, page.page * page.perPage);
    const views = await Promise.all(shown.map((suite) => viewCheckSuite(world, repo, suite)));
    const check_suites = views.map((view) => checkSuiteJson(world.links, view));
    return listed(world.links, url, page, suites.length, { total_count: suites.length, check_suites });
  });

  write('POST', '/statuses/:sha', async ({ world, viewer, repo, params, input }) => {
    const status = await createStatus(world, viewer, repo, params.sha ?? '', input);
    return created(statusJson(world.links, repo, status, accountById(world, status.creator_id)));
  });
  read('statuses:read', '/commits/:ref{.+}/statuses', async ({ world, repo, params, query, url }) => {
    const statuses = listStatuses(world, repo, await shaOf(world, repo, params.ref));
    return sliced(world.links, url, pageOf(query), statuses, (status) =>
      statusJson(world.links, repo, status, accountById(world, status.creator_id)),
    );
  });
  read('statuses:read', '/commits/:ref{.+}/status', async ({ world, repo, params }) => {
    const sha = await findCommit(world, repo, params.ref ?? '');
    if (sha === null) throw notFound();
    const { state, statuses } = combinedStatus(world, repo, sha);
    const views = statuses.map((status) => ({ status, creator: accountById(world, status.creator_id) }));
    return ok(combinedStatusJson(world.links, repo, sha, { state, statuses: views }));
  });
}
