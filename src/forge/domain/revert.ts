import { unprocessable } from '../answers.ts';
import { readCommit, writeCommit } from '../git/history.ts';
import { mergeTree } from '../git/merge.ts';
import { fullName } from '../present/repository.ts';
import type { Actor, Issue, Repo, World } from '../world.ts';
import { signatureOf } from './commits.ts';
import { createPull, type PullIssue } from './pulls.ts';
import { branchSha, changeRefs } from './refs.ts';

export interface RevertWish {
  title?: string | undefined;
  body?: string | undefined;
  draft: boolean;
}

/** Opens a pull request that undoes a merged one: a three-way merge of the base branch with what it was before. */
export async function revertPull(
  world: World,
  actor: Actor,
  repo: Repo,
  { issue, pull }: PullIssue,
  wish: RevertWish,
): Promise<Issue> {
  const { merge_commit_sha: merged } = pull;
  if (pull.merged_at === null || merged === null) throw unprocessable('Pull request is not merged');
  const title = wish.title ?? `Revert "${issue.title}"`;
  const wanted = `${repo.linked_publish ?? ''}revert-${issue.number}-${pull.head_ref.replace(repo.linked_publish ?? '', '')}`;

  const head = await changeRefs(world, actor, repo, async ({ dir, objects }, move) => {
    const before = await readCommit(objects, pull.base_sha);
    const tip = branchSha(world, repo, pull.base_ref);
    if (!before || tip === undefined) throw unprocessable('This pull request cannot be reverted');
    const author = signatureOf(world, actor.account);
    const message = `${title}\n\nThis reverts commit ${merged}.`;
    const undone = { tree: before.tree, parents: [merged], author, committer: author, message };
    const tree = await mergeTree(dir, tip, await writeCommit(dir, undone));
    if (tree === null) throw unprocessable('This pull request cannot be reverted: it conflicts with later changes.');
    let branch = wanted;
    for (let next = 1; branchSha(world, repo, branch) !== undefined; next += 1) branch = `${wanted}-${next}`;
    const commit = await writeCommit(dir, { ...undone, tree, parents: [tip] });
    await move(`refs/heads/${branch}`, commit, null);
    return branch;
  });
  return createPull(world, actor, repo, {
    title,
    body: wish.body ?? `Reverts ${fullName(repo)}#${issue.number}`,
    head,
    base: pull.base_ref,
    draft: wish.draft,
  });
}
