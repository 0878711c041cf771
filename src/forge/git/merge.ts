import type { Commit, Signature } from './history.ts';
import { writeCommit } from './history.ts';
import { git } from './run.ts';

/** The tree of a three-way merge of two commits, without a work tree; null when they conflict. */
export async function mergeTree(dir: string, ours: string, theirs: string): Promise<string | null> {
  const args = ['merge-tree', '--write-tree', '--no-messages', ours, theirs];
  const { code, stdout } = await git(dir, args, { allow: [1] });
  return code === 0 ? stdout.toString().slice(0, 40) : null;
}

/**
 * Replays `commits` (oldest first, no merges) on top of `onto` and gives the last new commit; null on a conflict.
 * Each step is a three-way merge whose base is the commit's parent: a stand-in commit of the new tree with that parent
 * makes git find it.
 */
export async function replay(
  dir: string,
  onto: { oid: string; tree: string },
  commits: readonly Commit[],
  committer: Signature,
): Promise<string | null> {
  let tip = onto;
  for (const commit of commits) {
    const parent = commit.parents[0];
    if (parent === undefined) return null;
    const standIn = await writeCommit(dir, {
      tree: tip.tree,
      parents: [parent],
      author: committer,
      committer,
      message: 'stand-in',
    });
    const tree = await mergeTree(dir, standIn, commit.oid);
    if (tree === null) return null;
    const { author, message } = commit;
    tip = { oid: await writeCommit(dir, { tree, parents: [tip.oid], author, committer, message }), tree };
  }
  return tip.oid;
}
