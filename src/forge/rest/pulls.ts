import { getCommit, viewCommit } from '../domain/commits.ts';
import { oneOf, optionalText } from '../domain/fields.ts';
import { demandMerged, mergeBranch, mergePull } from '../domain/merge.ts';
import { pullView, pullViews } from '../domain/pull-views.ts';
import { commitsOf, createPull, examine, getPull, listPulls, updatePull } from '../domain/pulls.ts';
import { freshGit } from '../domain/refs.ts';
import { diffFiles } from '../git/diff.ts';
import { commitJson, fileChangeJson } from '../present/commit.ts';
import { pullJson, simplePullJson } from '../present/pull.ts';
import type { Repo, World } from '../world.ts';
import { created, listed, noContent, ok, pageOf, sliced } from './answer.ts';
import { asText } from './commits.ts';
import type { Surface } from './surface.ts';

const NUMBER = ':number{[0-9]+}';
const READ = 'pull_requests:read';

/** The pull request as it is now, with its mergeability worked out. */
async function fullPull(world: World, repo: Repo, number: number) {
  await freshGit(world, repo);
  await examine(world, repo, getPull(world, repo, number));
  return pullJson(world.links, pullView(world, repo, getPull(world, repo, number).issue));
}

export function pullRoutes({ read, write }: Surface): void {
  read(READ, '/pulls', async ({ world, repo, query, url }) => {
    await freshGit(world, repo);
    const page = pageOf(query);
    const { rows, total } = listPulls(world, repo, query, page);
    const json = pullViews(world, repo, rows).map((view) => simplePullJson(world.links, view));
    return listed(world.links, url, page, total, json);
  });

  write('POST', '/pulls', async ({ world, viewer, repo, input }) => {
    const issue = await createPull(world, viewer, repo, input);
    const json = pullJson(world.links, pullView(world, repo, issue));
    return created(json, json.url);
  });

  read(READ, `/pulls/${NUMBER}`, async ({ world, repo, params, headers }) => {
    const json = await fullPull(world, repo, Number(params.number));
    const { pull } = getPull(world, repo, Number(params.number));
    return (await asText(world, repo, headers.get('accept'), pull.merge_base, pull.head_sha)) ?? ok(json);
  });

  write('PATCH', `/pulls/${NUMBER}`, async ({ world, viewer, repo, params, input }) => {
    const number = Number(params.number);
    await updatePull(world, viewer, repo, number, input);
    return ok(await fullPull(world, repo, number));
  });

  read(READ, `/pulls/${NUMBER}/files`, async ({ world, repo, params, query, url }) => {
    const { dir } = await freshGit(world, repo);
    const { pull } = getPull(world, repo, Number(params.number));
    const files = await diffFiles(dir, pull.merge_base, pull.head_sha);
    return sliced(world.links, url, pageOf(query), files, (file) =>
      fileChangeJson(world.links, repo, pull.head_sha, file),
    );
  });

  read(READ, `/pulls/${NUMBER}/commits`, async ({ world, repo, params, query, url }) => {
    await freshGit(world, repo);
    const commits = await commitsOf(world, repo, getPull(world, repo, Number(params.number)));
    return sliced(world.links, url, pageOf(query), commits, (commit) =>
      commitJson(world.links, repo, viewCommit(world, commit)),
    );
  });

  read(READ, `/pulls/${NUMBER}/merge`, async ({ world, repo, params }) => {
    await freshGit(world, repo);
    demandMerged(getPull(world, repo, Number(params.number)));
    return noContent();
  });

  write('PUT', `/pulls/${NUMBER}/merge`, async ({ world, viewer, repo, params, input }) => {
    const text = (field: string) => optionalText(input, field, { resource: 'PullRequest' }) ?? undefined;
    const sha = await mergePull(world, viewer, repo, Number(params.number), {
      method: oneOf(input, 'merge_method', ['merge', 'squash', 'rebase'], 'PullRequest') ?? 'merge',
      head: text('sha'),
      title: text('commit_title'),
      message: text('commit_message'),
    });
    return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
  });

  write('POST', '/merges', async ({ world, viewer, repo, input }) => {
    const sha = await mergeBranch(world, viewer, repo, input);
    if (sha === null) return noContent();
    return created(commitJson(world.links, repo, viewCommit(world, await getCommit(world, repo, sha))));
  });
}
