import { conflict, notFound, unprocessable } from '../answers.ts';
import { diffFiles, type FileChange } from '../git/diff.ts';
import {
  aheadBehind,
  type Commit,
  countCommits,
  listCommits,
  mergeBase,
  readCommit,
  type Signature,
} from '../git/history.ts';
import { isoSeconds } from '../moments.ts';
import { isSafePath } from '../names.ts';
import { type CommitView, emailOf, loginOfEmail } from '../present/commit.ts';
import type { Account, Repo, World } from '../world.ts';
import { accountByLogin } from './accounts.ts';
import { type Input, isObject } from './fields.ts';
import type { Listed, Page } from './issue-list.ts';
import { branchSha, findCommit, freshGit } from './refs.ts';

export function viewCommit(world: World, commit: Commit): CommitView {
  const account = (email: string) => {
    const login = loginOfEmail(email);
    return (login !== null && accountByLogin(world, login)) || null;
  };
  return { commit, author: account(commit.author.email), committer: account(commit.committer.email) };
}

/** The signature of a person who works through the API, now. */
export const signatureOf = (world: World, account: Account): Signature => ({
  name: account.name ?? account.login,
  email: emailOf(account),
  date: world.time(),
});

/** `author` or `committer` of a request: name and e-mail, and maybe a date; otherwise `fallback`. */
export function signatureFrom(input: Input, field: 'author' | 'committer' | 'tagger', fallback: Signature): Signature {
  const given = input[field];
  if (!isObject(given)) return fallback;
  const { name = fallback.name, email = fallback.email, date = fallback.date } = given;
  if (
    typeof name !== 'string' ||
    typeof email !== 'string' ||
    typeof date !== 'string' ||
    Number.isNaN(Date.parse(date))
  ) {
    throw unprocessable(`Invalid ${field}: name, email and an ISO 8601 date are texts.`);
  }
  if (/[<>\n\0]/.test(name + email) || name.trim() === '') throw unprocessable(`Invalid ${field}.`);
  return { name, email, date: isoSeconds(new Date(date)) };
}

export async function getCommit(world: World, repo: Repo, name: string): Promise<Commit> {
  const oid = await findCommit(world, repo, name);
  const commit = oid === null ? null : await readCommit(world.git(repo).objects, oid);
  if (!commit) throw unprocessable(`No commit found for SHA: ${name}`);
  return commit;
}

/** Files a commit changed, against its first parent. */
export async function filesOf(world: World, repo: Repo, commit: Commit): Promise<FileChange[]> {
  const { dir, objects } = world.git(repo);
  const empty = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'; // git knows the empty tree without having it
  return diffFiles(dir, commit.parents[0] ?? (await objects.look(empty))?.oid ?? empty, commit.oid);
}

export async function history(
  world: World,
  repo: Repo,
  query: Record<string, string>,
  { page, perPage }: Page,
): Promise<Listed<Commit>> {
  const { dir, objects } = await freshGit(world, repo);
  if (query.sha === undefined && branchSha(world, repo, repo.default_branch) === undefined) {
    throw conflict('Git Repository is empty.');
  }
  const start = await findCommit(world, repo, query.sha ?? repo.default_branch);
  if (start === null) throw notFound();
  if (query.path !== undefined && !isSafePath(query.path)) return { rows: [], total: 0 };
  const flags = [
    ...(query.since ? [`--since=${new Date(query.since).toISOString()}`] : []),
    ...(query.until ? [`--until=${new Date(query.until).toISOString()}`] : []),
    ...(query.author ? ['--fixed-strings', `--author=${query.author}`] : []),
  ];
  const path = query.path === undefined ? {} : { path: query.path };
  const rows = await listCommits(dir, objects, [start], {
    limit: perPage,
    skip: (page - 1) * perPage,
    flags,
    ...path,
  });
  return { rows, total: await countCommits(dir, [...flags, start], query.path) };
}

export interface Comparison {
  base: Commit;
  head: Commit;
  mergeBase: Commit;
  ahead: number;
  behind: number;
  /** Oldest first. */
  commits: Commit[];
  files: FileChange[];
}

/** Commits shown on one page of a comparison unless asked otherwise; files are on the first page only, up to 300. */
export const COMPARE_PAGE = 250;
const MOST_FILES = 300;

export async function compare(world: World, repo: Repo, base: string, head: string, page: Page): Promise<Comparison> {
  const [from, to] = await Promise.all([findCommit(world, repo, base), findCommit(world, repo, head)]);
  if (from === null || to === null) throw notFound();
  const { dir, objects } = world.git(repo);
  const common = await mergeBase(dir, from, to);
  if (common === null) throw notFound();
  const [{ ahead, behind }, commits, files, ...ends] = await Promise.all([
    aheadBehind(dir, from, to),
    listCommits(dir, objects, [to, `^${from}`], {
      limit: page.perPage,
      skip: (page.page - 1) * page.perPage,
      flags: ['--reverse', '--topo-order'],
    }),
    page.page === 1 ? diffFiles(dir, common, to) : [],
    ...[from, to, common].map((oid) => readCommit(objects, oid)),
  ]);
  const [baseCommit, headCommit, mergeBaseCommit] = ends;
  if (!baseCommit || !headCommit || !mergeBaseCommit) throw notFound();
  return {
    base: baseCommit,
    head: headCommit,
    mergeBase: mergeBaseCommit,
    ahead,
    behind,
    commits,
    files: files.slice(0, MOST_FILES),
  };
}
