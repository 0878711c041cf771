import { GitHubError, invalid, notFound } from '../answers.ts';
import { type Commit, listCommits } from '../git/history.ts';
import { git } from '../git/run.ts';
import type { Value } from '../store.ts';
import type { Actor, Issue, Pull, Repo, World } from '../world.ts';
import { demand, may } from './access.ts';
import { recordMentions } from './cross-references.ts';
import { type Input, oneOf, optionalFlag, optionalText, requiredText } from './fields.ts';
import { announce, issueById, record } from './issue-events.ts';
import type { Listed, Page } from './issue-list.ts';
import { getIssue, insertIssue, updateIssue } from './issues.ts';
import { measure, pinHead } from './pull-sync.ts';
import { branchSha, freshGit } from './refs.ts';

const TITLE = { resource: 'PullRequest', max: 256 };
const BODY = { resource: 'PullRequest', max: 65_536 };

export interface PullIssue {
  issue: Issue;
  pull: Pull;
}

export function pullOf(world: World, issue: Issue): Pull {
  const pull = world.store.get<Pull>('SELECT * FROM pulls WHERE issue_id = ?', issue.id);
  if (!pull) throw notFound();
  return pull;
}

export function getPull(world: World, repo: Repo, number: number): PullIssue {
  const issue = getIssue(world, repo, number);
  return { issue, pull: pullOf(world, issue) };
}

const MOST_COMMITS = 250;

/** The commits of a pull request, oldest first. */
export function commitsOf(world: World, repo: Repo, { pull }: PullIssue): Promise<Commit[]> {
  const { dir, objects } = world.git(repo);
  return listCommits(dir, objects, [pull.head_sha, `^${pull.merge_base}`], {
    limit: MOST_COMMITS,
    flags: ['--reverse', '--topo-order'],
  });
}

const refusal = (message: string) => invalid({ resource: 'PullRequest', code: 'custom', message });

/** `branch` or `owner:branch`; there are no forks here, so another owner's branch does not exist. */
function headBranch(repo: Repo, head: string): string | null {
  const [owner, branch] = head.includes(':') ? head.split(':', 2) : [repo.owner.login, head];
  return owner?.toLowerCase() === repo.owner.login.toLowerCase() ? (branch ?? null) : null;
}

export async function createPull(world: World, actor: Actor, repo: Repo, input: Input): Promise<Issue> {
  demand(world, actor, repo, 'write', 'pull_requests:write');
  const title = requiredText(input, 'title', TITLE);
  const body = optionalText(input, 'body', BODY) ?? null;
  const draft = optionalFlag(input, 'draft') ?? false;
  const modifiable = optionalFlag(input, 'maintainer_can_modify') ?? false;
  const head = headBranch(repo, requiredText(input, 'head', { resource: 'PullRequest' }));
  const base = requiredText(input, 'base', { resource: 'PullRequest' });
  const repository = await freshGit(world, repo);

  return world.lock(repo, async () => {
    const headSha = head === null ? undefined : branchSha(world, repo, head);
    if (head === null || headSha === undefined) {
      throw invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
    }
    const baseSha = branchSha(world, repo, base);
    if (baseSha === undefined) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
    const twin = world.store.get(
      `SELECT 1 FROM pulls JOIN issues ON issues.id = issue_id
       WHERE pulls.repository_id = ? AND head_ref = ? AND base_ref = ? AND state = 'open'`,
      repo.id,
      head,
      base,
    );
    if (twin) throw refusal(`A pull request already exists for ${repo.owner.login}:${head}.`);
    const measured = await measure(repository, baseSha, headSha);
    if (!measured) throw refusal(`The ${head} branch has no history in common with ${base}`);
    if (measured.commits === 0) throw refusal(`No commits between ${base} and ${head}`);

    // pinned under the number it will get: the lock keeps other pull requests away, and a crash leaves only a spare ref
    const issue = world.store.transaction(() => {
      const made = insertIssue(world, actor, repo, { title, body, isPull: true });
      world.store.run(
        `INSERT INTO pulls (issue_id, repository_id, head_ref, head_sha, base_ref, base_sha, merge_base, draft,
         maintainer_can_modify, commits, additions, deletions, changed_files) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        made.id,
        repo.id,
        head,
        headSha,
        base,
        baseSha,
        measured.merge_base,
        Number(draft),
        Number(modifiable),
        measured.commits,
        measured.additions,
        measured.deletions,
        measured.changed_files,
      );
      announce(world, actor, repo, made, 'opened');
      recordMentions(world, actor, repo, made, body);
      return made;
    });
    await pinHead(repository, issue.number, headSha);
    return issue;
  });
}

/** `PATCH /pulls/{n}`: title, body and state as for issues, and the base branch. */
export async function updatePull(world: World, actor: Actor, repo: Repo, number: number, input: Input): Promise<Issue> {
  const { issue, pull } = getPull(world, repo, number);
  const base = optionalText(input, 'base', { resource: 'PullRequest' });
  const { title, body, state } = input;
  if (state === 'open' && issue.state === 'closed') {
    if (pull.merged_at) throw refusal('Cannot reopen a merged pull request');
    await freshGit(world, repo);
    if (branchSha(world, repo, pull.head_ref) === undefined) {
      throw refusal('state cannot be changed. The branch was deleted.');
    }
  }
  if (base && base !== pull.base_ref) await changeBase(world, actor, repo, issue, pull, base);
  const changes = Object.fromEntries(Object.entries({ title, body, state }).filter(([, value]) => value !== undefined));
  return updateIssue(world, actor, repo, issueById(world, issue.id), changes);
}

async function changeBase(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  pull: Pull,
  base: string,
): Promise<void> {
  demand(world, actor, repo, issue.user_id === actor.account.id ? 'read' : 'write', 'pull_requests:write');
  const repository = await freshGit(world, repo);
  await world.lock(repo, async () => {
    const sha = branchSha(world, repo, base);
    if (sha === undefined) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
    const measured = await measure(repository, sha, pull.head_sha);
    if (!measured || measured.commits === 0) throw refusal(`No commits between ${base} and ${pull.head_ref}`);
    world.store.transaction(() => {
      world.store.run(
        `UPDATE pulls SET base_ref = ?, base_sha = ?, merge_base = ?, commits = ?, additions = ?, deletions = ?,
         changed_files = ?, mergeable = NULL WHERE id = ?`,
        base,
        sha,
        measured.merge_base,
        measured.commits,
        measured.additions,
        measured.deletions,
        measured.changed_files,
        pull.id,
      );
      record(world, actor, repo, issue, 'base_ref_changed');
      announce(world, actor, repo, issue, 'edited', {
        changes: { base: { ref: { from: pull.base_ref }, sha: { from: pull.base_sha } } },
      });
    });
  });
}

const ORDER = {
  created: 'issues.number',
  updated: 'issues.updated_at',
  popularity: 'issues.comments',
  'long-running': 'issues.created_at',
} as const;

export function listPulls(
  world: World,
  repo: Repo,
  query: Record<string, string>,
  { page, perPage }: Page,
): Listed<Issue> {
  const where = ['pulls.repository_id = ?'];
  const values: Value[] = [repo.id];
  const state = oneOf(query, 'state', ['open', 'closed', 'all'], 'PullRequest') ?? 'open';
  if (state !== 'all') {
    where.push('state = ?');
    values.push(state);
  }
  if (query.head) {
    where.push('head_ref = ?');
    values.push(headBranch(repo, query.head) ?? '');
  }
  if (query.base) {
    where.push('base_ref = ?');
    values.push(query.base);
  }
  const sort = oneOf(query, 'sort', ['created', 'updated', 'popularity', 'long-running'], 'PullRequest') ?? 'created';
  const direction =
    oneOf(query, 'direction', ['asc', 'desc'], 'PullRequest') ?? (query.sort && sort !== 'created' ? 'asc' : 'desc');
  const from = `FROM pulls JOIN issues ON issues.id = issue_id WHERE ${where.join(' AND ')}`;
  const rows = world.store.all<Issue>(
    `SELECT issues.* ${from} ORDER BY ${ORDER[sort]} ${direction}, issues.number ${direction} LIMIT ? OFFSET ?`,
    ...values,
    perPage,
    (page - 1) * perPage,
  );
  const total = world.store.get<{ total: number }>(`SELECT count(*) AS total ${from}`, ...values)?.total ?? 0;
  return { rows, total };
}

/** Works out whether an open pull request merges cleanly, when nobody has since its branches moved. */
export async function examine(world: World, repo: Repo, { issue, pull }: PullIssue): Promise<void> {
  if (issue.state === 'closed' || pull.mergeable !== null) return;
  const { dir } = world.git(repo);
  const args = ['merge-tree', '--write-tree', '--no-messages', pull.base_sha, pull.head_sha];
  const { code } = await git(dir, args, { allow: [1] });
  world.store.run(
    'UPDATE pulls SET mergeable = ? WHERE id = ? AND base_sha = ? AND head_sha = ?',
    Number(code === 0),
    pull.id,
    pull.base_sha,
    pull.head_sha,
  );
}

/** Marks a draft ready for review, or turns a pull request back into a draft. */
export function setDraft(world: World, actor: Actor, repo: Repo, { issue, pull }: PullIssue, draft: boolean): void {
  const own = issue.user_id === actor.account.id && actor.kind === 'user';
  if (!may(world, actor, repo, own ? 'read' : 'write', 'pull_requests:write')) {
    throw new GitHubError(403, 'Must have write access to mark the pull request ready for review.');
  }
  if (pull.draft === Number(draft)) return;
  world.store.transaction(() => {
    world.store.run('UPDATE pulls SET draft = ? WHERE id = ?', Number(draft), pull.id);
    world.store.run('UPDATE issues SET updated_at = ? WHERE id = ?', world.time(), issue.id);
    record(world, actor, repo, issue, draft ? 'convert_to_draft' : 'ready_for_review');
    announce(world, actor, repo, issue, draft ? 'converted_to_draft' : 'ready_for_review');
  });
}
