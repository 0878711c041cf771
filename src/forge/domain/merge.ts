import { conflict, GitHubError, notFound } from '../answers.ts';
import { isAncestor, listCommits, readCommit, writeCommit } from '../git/history.ts';
import { mergeTree, replay } from '../git/merge.ts';
import type { GitRepository } from '../git/repository.ts';
import { isBranchName } from '../names.ts';
import type { Actor, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { accountById } from './accounts.ts';
import { signatureOf } from './commits.ts';
import { type Input, optionalText, requiredText } from './fields.ts';
import { missingChecks } from './protection.ts';
import { markMerged } from './pull-sync.ts';
import { getPull, type PullIssue } from './pulls.ts';
import { branchSha, changeRefs, findCommit } from './refs.ts';

export interface MergeWish {
  method: 'merge' | 'squash' | 'rebase';
  /** What the head must be. */
  head?: string | undefined;
  title?: string | undefined;
  message?: string | undefined;
}

const notAllowed = (message: string) => new GitHubError(405, message);

/** Merges a pull request and gives the commit that its base branch is at then. */
export function mergePull(world: World, actor: Actor, repo: Repo, number: number, wish: MergeWish): Promise<string> {
  const { pull } = getPull(world, repo, number);
  demand(world, actor, repo, 'write', 'contents:write');
  if (repo.linked_path !== null && !pull.base_ref.startsWith(repo.linked_publish ?? '')) {
    throw notAllowed(
      `${pull.base_ref} belongs to your own repository at ${repo.linked_path}: merge there with ` +
        `\`git switch ${pull.base_ref} && git merge ${pull.head_ref}\`, and this pull request shows as merged.`,
    );
  }
  return changeRefs(world, actor, repo, async (repository, move) => {
    const found = getPull(world, repo, number); // again: the branches may have moved before we were alone
    const { issue } = found;
    const { base_ref: base, base_sha: baseSha, head_sha: head } = found.pull;
    if (issue.state === 'closed') throw notAllowed('Pull Request is not mergeable');
    if (found.pull.draft) throw notAllowed('Pull Request is still a draft');
    if (wish.head !== undefined && wish.head !== head) {
      throw conflict('Head branch was modified. Review and try the merge again.');
    }
    const [missing] = missingChecks(world, repo, found.pull);
    if (missing !== undefined) throw notAllowed(`Required status check "${missing}" is expected.`);
    const commit = await WAYS[wish.method](world, actor, repo, repository, found, wish);
    if (commit === null) throw notAllowed('Pull Request is not mergeable');
    await move(`refs/heads/${base}`, commit, baseSha);
    world.store.transaction(() => markMerged(world, actor, repo, issue, found.pull, { head, commit }));
    return commit;
  });
}

type Way = (
  world: World,
  actor: Actor,
  repo: Repo,
  repository: GitRepository,
  found: PullIssue,
  wish: MergeWish,
) => Promise<string | null>;

const text = (title: string, body: string) => (body === '' ? title : `${title}\n\n${body}`);

const byMerge: Way = async (world, actor, repo, { dir }, { issue, pull }, wish) => {
  const tree = await mergeTree(dir, pull.base_sha, pull.head_sha);
  if (tree === null) return null;
  const author = signatureOf(world, actor.account);
  const title = wish.title ?? `Merge pull request #${issue.number} from ${repo.owner.login}/${pull.head_ref}`;
  const message = text(title, wish.message ?? issue.title);
  return writeCommit(dir, { tree, parents: [pull.base_sha, pull.head_sha], author, committer: author, message });
};

const bySquash: Way = async (world, actor, _repo, { dir, objects }, { issue, pull }, wish) => {
  const tree = await mergeTree(dir, pull.base_sha, pull.head_sha);
  if (tree === null) return null;
  const range = [pull.head_sha, `^${pull.base_sha}`];
  const commits = await listCommits(dir, objects, range, { limit: 250, flags: ['--reverse', '--no-merges'] });
  const only = commits.length === 1 ? commits[0] : undefined;
  const [firstLine = '', ...rest] = (only?.message ?? '').split('\n');
  const title = wish.title ?? `${only ? firstLine : issue.title} (#${issue.number})`;
  const body = only ? rest.join('\n').trim() : commits.map((commit) => `* ${commit.message}`).join('\n\n');
  return writeCommit(dir, {
    tree,
    parents: [pull.base_sha],
    author: signatureOf(world, accountById(world, issue.user_id)),
    committer: signatureOf(world, actor.account),
    message: text(title, wish.message ?? body),
  });
};

const byRebase: Way = async (world, actor, _repo, { dir, objects }, { pull }) => {
  const base = await readCommit(objects, pull.base_sha);
  const range = [pull.head_sha, `^${pull.base_sha}`];
  const flags = ['--reverse', '--topo-order', '--no-merges'];
  const commits = await listCommits(dir, objects, range, { limit: 1000, flags });
  return base && replay(dir, base, commits, signatureOf(world, actor.account));
};

const WAYS: Record<MergeWish['method'], Way> = { merge: byMerge, squash: bySquash, rebase: byRebase };

/** `POST /merges`: merges a branch or commit into a branch. Null when there is nothing to merge. */
export function mergeBranch(world: World, actor: Actor, repo: Repo, input: Input): Promise<string | null> {
  return changeRefs(world, actor, repo, async (repository, move) => {
    const { dir } = repository;
    const base = requiredText(input, 'base', { resource: 'Merge' });
    const head = requiredText(input, 'head', { resource: 'Merge' });
    const into = isBranchName(base) ? branchSha(world, repo, base) : undefined;
    if (into === undefined) throw new GitHubError(404, 'Base does not exist');
    const from = await findCommit(world, repo, head);
    if (from === null) throw new GitHubError(404, 'Head does not exist');
    if (await isAncestor(dir, from, into)) return null;
    const tree = await mergeTree(dir, into, from);
    if (tree === null) throw conflict('Merge conflict');
    const author = signatureOf(world, actor.account);
    const message = optionalText(input, 'commit_message', { resource: 'Merge' }) ?? `Merge ${head} into ${base}`;
    const commit = await writeCommit(dir, { tree, parents: [into, from], author, committer: author, message });
    await move(`refs/heads/${base}`, commit, into);
    return commit;
  });
}

/** What `GET /pulls/{n}/merge` asks. */
export function demandMerged({ pull }: PullIssue): void {
  if (pull.merged_at === null) throw notFound();
}
