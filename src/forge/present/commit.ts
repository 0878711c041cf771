import type { FileChange } from '../git/diff.ts';
import type { Commit, Signature } from '../git/history.ts';
import { encodePath } from '../names.ts';
import { nodeId } from '../nodes.ts';
import type { Account, Links, Repo } from '../world.ts';
import { userJson } from './account.ts';
import { repoApi, repoHtml } from './repository.ts';

const EMAIL_HOST = 'users.noreply.localhost';

/** The address that commits made through the API carry, as GitHub's private addresses do. */
export const emailOf = (account: Account) => `${account.id}+${account.login}@${EMAIL_HOST}`;

/** The account behind such an address. */
export const loginOfEmail = (email: string): string | null =>
  email.endsWith(`@${EMAIL_HOST}`) ? (/^\d+\+(.+)@/.exec(email)?.[1] ?? null) : null;

const UNSIGNED = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

const parentsJson = (links: Links, repo: Repo, commit: Commit, kind: 'commits' | 'git/commits') =>
  commit.parents.map((sha) => ({
    sha,
    url: `${repoApi(links, repo)}/${kind}/${sha}`,
    html_url: `${repoHtml(links, repo)}/commit/${sha}`,
  }));

const personJson = ({ name, email, date }: Signature) => ({ name, email, date });

/** `git-commit`: what the git data API gives. */
export function gitCommitJson(links: Links, repo: Repo, commit: Commit) {
  const api = repoApi(links, repo);
  return {
    sha: commit.oid,
    node_id: nodeId('Commit', `${repo.id}:${commit.oid}`),
    url: `${api}/git/commits/${commit.oid}`,
    html_url: `${repoHtml(links, repo)}/commit/${commit.oid}`,
    author: personJson(commit.author),
    committer: personJson(commit.committer),
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: parentsJson(links, repo, commit, 'git/commits'),
    verification: UNSIGNED,
  };
}

/** A commit with the accounts behind its addresses, where there are any. */
export interface CommitView {
  commit: Commit;
  author: Account | null;
  committer: Account | null;
}

/** `commit` */
export function commitJson(links: Links, repo: Repo, { commit, author, committer }: CommitView) {
  const api = repoApi(links, repo);
  const url = `${api}/commits/${commit.oid}`;
  return {
    sha: commit.oid,
    node_id: nodeId('Commit', `${repo.id}:${commit.oid}`),
    commit: {
      author: personJson(commit.author),
      committer: personJson(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.oid}`,
      comment_count: 0,
      verification: UNSIGNED,
    },
    url,
    html_url: `${repoHtml(links, repo)}/commit/${commit.oid}`,
    comments_url: `${url}/comments`,
    author: author && userJson(links, author),
    committer: committer && userJson(links, committer),
    parents: parentsJson(links, repo, commit, 'commits'),
  };
}

/** `diff-entry`; `ref` is the commit that has the file after the change. */
export function fileChangeJson(links: Links, repo: Repo, ref: string, file: FileChange) {
  const path = encodePath(file.filename);
  return {
    sha: file.oid,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${repoHtml(links, repo)}/blob/${ref}/${path}`,
    raw_url: `${repoHtml(links, repo)}/raw/${ref}/${path}`,
    contents_url: `${repoApi(links, repo)}/contents/${path}?ref=${ref}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previous === null ? {} : { previous_filename: file.previous }),
  };
}
