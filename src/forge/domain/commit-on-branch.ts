import { GitHubError, unprocessable } from '../answers.ts';
import { writeCommit } from '../git/history.ts';
import { type GitRepository, writeBlob } from '../git/repository.ts';
import { NoSuchPath, type TreeChange, writeTree } from '../git/trees.ts';
import { isSafePath } from '../names.ts';
import type { Actor, Repo, World } from '../world.ts';
import { signatureOf } from './commits.ts';
import { entryAt } from './contents.ts';
import { branchSha, changeRefs } from './refs.ts';

export interface BranchCommit {
  branch: string;
  /** The commit the branch must be at. */
  expectedHead: string;
  message: string;
  additions: { path: string; content: Buffer }[];
  deletions: string[];
}

/** GitHub's refusal when the branch has moved: GraphQL error type `STALE_DATA`. */
export class StaleHead extends GitHubError {
  constructor(expected: string) {
    super(409, `Expected branch to point to "${expected}" but it did not. Pull and try again.`);
  }
}

/** One commit with all its file changes on top of a branch, or nothing. Gives the new commit. */
export function commitOnBranch(world: World, actor: Actor, repo: Repo, commit: BranchCommit): Promise<string> {
  return changeRefs(world, actor, repo, async (repository, move) => {
    const { dir, objects } = repository;
    const tip = branchSha(world, repo, commit.branch);
    if (tip === undefined) throw new GitHubError(404, `Could not resolve to a branch named '${commit.branch}'.`);
    if (tip !== commit.expectedHead) throw new StaleHead(commit.expectedHead);
    const paths = [...commit.additions.map(({ path }) => path), ...commit.deletions];
    const malformed = paths.find((path) => !isSafePath(path));
    if (malformed !== undefined) throw unprocessable(`${malformed} contains a malformed path component`);
    if (new Set(paths).size < paths.length) throw unprocessable('A path was named more than once in fileChanges.');

    const base = (await objects.look(`${tip}^{tree}`))?.oid ?? '';
    const changes: TreeChange[] = commit.deletions.map((path) => ({ path, mode: '100644', oid: null }));
    for (const { path, content } of commit.additions) {
      changes.push({ path, mode: await modeOf(repository, tip, path), oid: await writeBlob(dir, content) });
    }
    const author = signatureOf(world, actor.account);
    let tree: string;
    try {
      tree = await writeTree(dir, objects, base, changes);
    } catch (error) {
      if (!(error instanceof NoSuchPath)) throw error;
      throw unprocessable(`A path was requested for deletion which does not exist as of commit oid \`${tip}\``);
    }
    const oid = await writeCommit(dir, { tree, parents: [tip], author, committer: author, message: commit.message });
    await move(`refs/heads/${commit.branch}`, oid, tip);
    return oid;
  });
}

/** An executable file stays one; everything else becomes a plain file. */
async function modeOf(repository: GitRepository, commit: string, path: string): Promise<string> {
  return (await entryAt(repository, commit, path))?.mode === '100755' ? '100755' : '100644';
}
