import { notFound } from '../answers.ts';
import { pullsAt } from '../domain/checks.ts';
import { COMPARE_PAGE, compare, filesOf, getCommit, history, viewCommit } from '../domain/commits.ts';
import { pullViews } from '../domain/pull-views.ts';
import { getPull } from '../domain/pulls.ts';
import { findCommit, freshGit, refsUnder } from '../domain/refs.ts';
import { diffText, patchText, totals } from '../git/diff.ts';
import type { Commit } from '../git/history.ts';
import { commitJson, fileChangeJson } from '../present/commit.ts';
import { simplePullJson } from '../present/pull.ts';
import { repoApi, repoHtml } from '../present/repository.ts';
import type { Repo, World } from '../world.ts';
import { type Answer, listed, ok, pageOf, sliced } from './answer.ts';
import type { Surface } from './surface.ts';

const toJson = (world: World, repo: Repo, commit: Commit) => commitJson(world.links, repo, viewCommit(world, commit));

/** A comparison as text, for the `diff` and `patch` media types; null for all others. */
export async function asText(
  world: World,
  repo: Repo,
  accept: string | null,
  from: string,
  to: string,
): Promise<Answer | null> {
  const kind = /\.(diff|patch)\b/.exec(accept ?? '')?.[1];
  if (kind === undefined) return null;
  const { dir } = await freshGit(world, repo);
  const body = await (kind === 'diff' ? diffText : patchText)(dir, from, to);
  return { status: 200, body, headers: { 'content-type': `application/vnd.github.${kind}; charset=utf-8` } };
}

export function commitRoutes({ read }: Surface): void {
  read('contents:read', '/commits', async ({ world, repo, query, url }) => {
    const page = pageOf(query);
    const { rows, total } = await history(world, repo, query, page);
    return listed(
      world.links,
      url,
      page,
      total,
      rows.map((commit) => toJson(world, repo, commit)),
    );
  });

  read('contents:read|pull_requests:read', '/commits/:ref{.+}/pulls', async ({ world, repo, params, query, url }) => {
    const sha = await findCommit(world, repo, params.ref ?? '');
    if (sha === null) throw notFound();
    const issues = pullsAt(world, repo, sha).map((pull) => getPull(world, repo, pull.number).issue);
    const views = pullViews(world, repo, issues);
    return sliced(world.links, url, pageOf(query), views, (view) => simplePullJson(world.links, view));
  });

  read('contents:read', '/commits/:ref{.+}/branches-where-head', async ({ world, repo, params }) => {
    const sha = await findCommit(world, repo, params.ref ?? '');
    const heads = refsUnder(world, repo, 'refs/heads/').filter((ref) => ref.sha === sha);
    return ok(
      heads.map((ref) => ({
        name: ref.name.replace('refs/heads/', ''),
        commit: { sha: ref.sha, url: `${repoApi(world.links, repo)}/commits/${ref.sha}` },
        protected: false,
      })),
    );
  });

  read('contents:read', '/commits/:ref{.+}', async ({ world, repo, params, headers }) => {
    const commit = await getCommit(world, repo, params.ref ?? '');
    const text = commit.parents[0]
      ? await asText(world, repo, headers.get('accept'), commit.parents[0], commit.oid)
      : null;
    if (text) return text;
    if (/\.sha\b/.test(headers.get('accept') ?? '')) {
      return {
        status: 200,
        body: commit.oid,
        headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' },
      };
    }
    const files = await filesOf(world, repo, commit);
    const { additions, deletions } = totals(files);
    return ok({
      ...toJson(world, repo, commit),
      stats: { total: additions + deletions, additions, deletions },
      files: files.map((file) => fileChangeJson(world.links, repo, commit.oid, file)),
    });
  });

  read('contents:read', '/compare/:basehead{.+}', async ({ world, repo, params, query, headers, url }) => {
    const [base, head] = (params.basehead ?? '').split('...').map((side) => side.replace(/^[^/:]+:/, ''));
    if (!base || !head) throw notFound();
    const page = pageOf(query, COMPARE_PAGE, COMPARE_PAGE);
    const found = await compare(world, repo, base, head, page);
    const text = await asText(world, repo, headers.get('accept'), found.mergeBase.oid, found.head.oid);
    if (text) return text;
    const { ahead, behind } = found;
    const api = `${repoApi(world.links, repo)}/compare/${base}...${head}`;
    const html = `${repoHtml(world.links, repo)}/compare/${base}...${head}`;
    const fixed = `${repo.owner.login}:${found.base.oid.slice(0, 7)}...${repo.owner.login}:${found.head.oid.slice(0, 7)}`;
    return listed(world.links, url, page, ahead, {
      url: api,
      html_url: html,
      permalink_url: `${repoHtml(world.links, repo)}/compare/${fixed}`,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: toJson(world, repo, found.base),
      merge_base_commit: toJson(world, repo, found.mergeBase),
      status: ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical',
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: found.commits.map((commit) => toJson(world, repo, commit)),
      files: found.files.map((file) => fileChangeJson(world.links, repo, found.head.oid, file)),
    });
  });
}
