import type { RefChange } from '../domain/pushes.ts';
import type { Commit, Signature } from '../git/history.ts';
import { NO_OBJECT } from '../git/repository.ts';
import type { Account, Links, Repo } from '../world.ts';
import { loginOfEmail } from './commit.ts';
import { repoHtml } from './repository.ts';

export interface PushedCommit {
  commit: Commit;
  files: { added: string[]; removed: string[]; modified: string[] };
}

function personJson({ name, email }: Signature) {
  const username = loginOfEmail(email);
  return { name, email, ...(username === null ? {} : { username }) };
}

function pushedCommitJson(links: Links, repo: Repo, { commit, files }: PushedCommit) {
  return {
    id: commit.oid,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repoHtml(links, repo)}/commit/${commit.oid}`,
    author: personJson(commit.author),
    committer: personJson(commit.committer),
    ...files,
  };
}

/** The `create` and `delete` events of branches and tags. */
export function refEventJson(repo: Repo, name: string, isNew: boolean) {
  const [, type, short] = /^refs\/(heads|tags)\/(.+)$/.exec(name) ?? [];
  return {
    ref: short ?? name,
    ref_type: type === 'tags' ? 'tag' : 'branch',
    pusher_type: 'user',
    ...(isNew ? { master_branch: repo.default_branch, description: repo.description } : {}),
  };
}

/** The `push` event. */
export function pushJson(
  links: Links,
  repo: Repo,
  pusher: Account,
  push: { change: RefChange; forced: boolean; commits: readonly PushedCommit[]; head: PushedCommit | null },
) {
  const { name, before, after } = push.change;
  const range =
    before !== null && after !== null
      ? `${before.slice(0, 12)}...${after.slice(0, 12)}`
      : name.replace(/^refs\/(heads|tags)\//, '');
  return {
    ref: name,
    before: before ?? NO_OBJECT,
    after: after ?? NO_OBJECT,
    created: before === null,
    deleted: after === null,
    forced: push.forced,
    base_ref: null,
    compare: `${repoHtml(links, repo)}/compare/${range}`,
    commits: push.commits.map((commit) => pushedCommitJson(links, repo, commit)),
    head_commit: push.head && pushedCommitJson(links, repo, push.head),
    pusher: { name: pusher.login, email: null },
  };
}
