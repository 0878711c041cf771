import { GitHubError, notFound, unprocessable } from '../../answers.ts';
import { commitOnBranch } from '../../domain/commit-on-branch.ts';
import { fromBase64 } from '../../domain/contents.ts';
import { createRef, deleteRef, findRef, updateExistingRef } from '../../domain/refs.ts';
import { findRepository, formerlyNamed } from '../../domain/repositories.ts';
import type { Repo } from '../../world.ts';
import type { Asking } from '../index.ts';
import { gitPlace, repositoryById } from '../lookup.ts';
import { commitAt, refNode } from '../nodes/git.ts';

interface CommitInput {
  branch: { id?: string | null; repositoryNameWithOwner?: string | null; branchName?: string | null };
  expectedHeadOid: string;
  message: { headline: string; body?: string | null };
  fileChanges?: {
    additions?: { path: string; contents: string }[] | null;
    deletions?: { path: string }[] | null;
  } | null;
}

/** A branch is named by its node id, or by its repository and name. */
function branchOf(asking: Asking, { id, repositoryNameWithOwner, branchName }: CommitInput['branch']) {
  if (id) {
    const { repo, rest } = gitPlace(asking.world, id, 'Ref');
    return { repo, branch: rest.replace('refs/heads/', '') };
  }
  const [owner = '', name = ''] = (repositoryNameWithOwner ?? '').split('/');
  const repo = findRepository(asking.world, owner, name) ?? formerlyNamed(asking.world, owner, name);
  if (!repo) throw new GitHubError(404, `Could not resolve to a Repository with the name '${owner}/${name}'.`);
  if (!branchName) throw notFound();
  return { repo, branch: branchName.replace(/^refs\/heads\//, '') };
}

const shown = (asking: Asking, repo: Repo, name: string) => {
  const ref = findRef(asking.world, repo, name);
  return ref ? refNode(asking, repo, ref) : null;
};

export const refMutations = {
  async createCommitOnBranch(asking: Asking, input: CommitInput) {
    const { repo, branch } = branchOf(asking, input.branch);
    const { headline, body } = input.message;
    const additions = (input.fileChanges?.additions ?? []).map(({ path, contents }) => {
      const content = fromBase64(contents);
      if (!content) throw unprocessable(`The contents of ${path} are not valid Base64`);
      return { path, content };
    });
    const oid = await commitOnBranch(asking.world, asking.viewer, repo, {
      branch,
      expectedHead: input.expectedHeadOid,
      message: body ? `${headline}\n\n${body}` : headline,
      additions,
      deletions: (input.fileChanges?.deletions ?? []).map(({ path }) => path),
    });
    return { commit: () => commitAt(asking, repo, oid), ref: () => shown(asking, repo, `refs/heads/${branch}`) };
  },

  async createRef(asking: Asking, input: { repositoryId: string; name: string; oid: string }) {
    const repo = repositoryById(asking.world, input.repositoryId);
    await createRef(asking.world, asking.viewer, repo, { ref: input.name, sha: input.oid });
    return { ref: () => shown(asking, repo, input.name) };
  },

  async updateRef(asking: Asking, input: { refId: string; oid: string; force?: boolean | null }) {
    const { repo, rest } = gitPlace(asking.world, input.refId, 'Ref');
    const change = { sha: input.oid, force: input.force ?? false };
    await updateExistingRef(asking.world, asking.viewer, repo, rest, change);
    return { ref: () => shown(asking, repo, rest) };
  },

  async deleteRef(asking: Asking, input: { refId: string }) {
    const { repo, rest } = gitPlace(asking.world, input.refId, 'Ref');
    await deleteRef(asking.world, asking.viewer, repo, rest);
    return {};
  },
};
