import { filesOf, viewCommit } from '../../domain/commits.ts';
import { entryAt } from '../../domain/contents.ts';
import { findCommit, freshGit, type Ref } from '../../domain/refs.ts';
import { totals } from '../../git/diff.ts';
import { type Commit, countCommits, listCommits, parseTag, readCommit, type Signature } from '../../git/history.ts';
import type { GitObject } from '../../git/objects.ts';
import { entryType, parseTree } from '../../git/trees.ts';
import { isObjectId, isSafePath } from '../../names.ts';
import { nodeId } from '../../nodes.ts';
import { userJson } from '../../present/account.ts';
import { repoHtml } from '../../present/repository.ts';
import type { Account, Repo } from '../../world.ts';
import { type ConnectionArguments, connection, listSource } from '../connection.ts';
import type { Asking } from '../index.ts';
import { accountNode } from './account.ts';
import { rollupNode } from './checks.ts';
import { repositoryNode } from './repository.ts';

const short = (name: string) => name.replace(/^refs\/(heads|tags)\//, '');

export function refNode(asking: Asking, repo: Repo, { name, sha }: Ref) {
  return {
    __typename: 'Ref',
    id: nodeId('Ref', `${repo.id}:${name}`),
    name: short(name),
    prefix: name.slice(0, name.length - short(name).length),
    target: () => objectAt(asking, repo, sha),
    branchProtectionRule: null,
    repository: () => repositoryNode(asking, repo),
  };
}

/** A commit, tree, blob or tag by its id. */
export async function objectAt(asking: Asking, repo: Repo, oid: string) {
  const { objects } = await freshGit(asking.world, repo);
  const object = isObjectId(oid) ? await objects.read(oid) : null;
  return object && objectNode(asking, repo, object);
}

/** What an expression like `main:src/a.ts`, `HEAD` or an object id means. */
export async function objectOf(asking: Asking, repo: Repo, expression: string) {
  const { world } = asking;
  if (isObjectId(expression)) return objectAt(asking, repo, expression);
  const colon = expression.indexOf(':');
  const commit = await findCommit(world, repo, colon < 0 ? expression : expression.slice(0, colon));
  if (commit === null) return null;
  if (colon < 0) return commitAt(asking, repo, commit);
  const path = expression.slice(colon + 1).replace(/\/+$/, '');
  if (path !== '' && !isSafePath(path)) return null;
  const entry = await entryAt(world.git(repo), commit, path);
  return entry && objectAt(asking, repo, entry.oid);
}

export async function commitAt(asking: Asking, repo: Repo, oid: string) {
  const { objects } = await freshGit(asking.world, repo);
  const commit = await readCommit(objects, oid);
  return commit && commitNode(asking, repo, commit);
}

function common(asking: Asking, repo: Repo, oid: string, type: 'Commit' | 'Tree' | 'Blob' | 'Tag') {
  const url = `${repoHtml(asking.world.links, repo)}/commit/${oid}`;
  return {
    __typename: type,
    id: nodeId(type, `${repo.id}:${oid}`),
    oid,
    abbreviatedOid: oid.slice(0, 7),
    commitUrl: url,
    commitResourcePath: new URL(url).pathname,
    repository: () => repositoryNode(asking, repo),
  };
}

function objectNode(asking: Asking, repo: Repo, object: GitObject) {
  switch (object.type) {
    case 'commit':
      return commitAt(asking, repo, object.oid);
    case 'tree':
      return treeNode(asking, repo, object.oid, object.content);
    case 'blob': {
      const isBinary = object.content.subarray(0, 8000).includes(0);
      return {
        ...common(asking, repo, object.oid, 'Blob'),
        byteSize: object.size,
        isBinary,
        isTruncated: false,
        text: isBinary ? null : object.content.toString(),
      };
    }
    case 'tag': {
      const tag = parseTag(object);
      return {
        ...common(asking, repo, object.oid, 'Tag'),
        name: tag.tag,
        message: tag.message,
        target: () => objectAt(asking, repo, tag.object),
      };
    }
  }
}

function treeNode(asking: Asking, repo: Repo, oid: string, content: Buffer) {
  return {
    ...common(asking, repo, oid, 'Tree'),
    entries: () =>
      parseTree(content).map((entry) => ({
        name: entry.name,
        mode: Number.parseInt(entry.mode, 8),
        type: entryType(entry.mode),
        oid: entry.oid,
        object: () => objectAt(asking, repo, entry.oid),
        repository: () => repositoryNode(asking, repo),
      })),
  };
}

function gitActor(asking: Asking, { name, email, date }: Signature, account: Account | null) {
  const { links } = asking.world;
  return {
    name,
    email,
    date,
    user: account?.type === 'User' ? accountNode(asking.world, account) : null,
    avatarUrl: account ? userJson(links, account).avatar_url : `${links.html}/-/mark.svg`,
  };
}

export function commitNode(asking: Asking, repo: Repo, commit: Commit) {
  const { world } = asking;
  const view = viewCommit(world, commit);
  const [headline = '', ...rest] = commit.message.split('\n');
  const base = common(asking, repo, commit.oid, 'Commit');
  const author = gitActor(asking, commit.author, view.author);
  const counted = async () => totals(await filesOf(world, repo, commit));
  return {
    ...base,
    url: base.commitUrl,
    resourcePath: base.commitResourcePath,
    message: commit.message,
    messageHeadline: headline,
    messageBody: rest.join('\n').trim(),
    authoredDate: commit.author.date,
    committedDate: commit.committer.date,
    authoredByCommitter: commit.author.email === commit.committer.email,
    committedViaWeb: false,
    author,
    committer: gitActor(asking, commit.committer, view.committer),
    authors: (args: ConnectionArguments) => connection('authors', args, listSource([author]), (one) => one),
    parents: (args: ConnectionArguments) =>
      connection('parents', args, listSource(commit.parents), (oid) => commitAt(asking, repo, oid)),
    tree: () => objectAt(asking, repo, commit.tree),
    additions: async () => (await counted()).additions,
    deletions: async () => (await counted()).deletions,
    changedFilesIfAvailable: async () => (await counted()).changed_files,
    changedFiles: async () => (await counted()).changed_files,
    history: async (args: ConnectionArguments & { path?: string | null }) => {
      const { dir, objects } = await freshGit(world, repo);
      const path = args.path && isSafePath(args.path) ? args.path : undefined;
      const source = {
        total: await countCommits(dir, [commit.oid], path),
        slice: (skip: number, limit: number) =>
          listCommits(dir, objects, [commit.oid], { limit, skip, ...(path === undefined ? {} : { path }) }),
      };
      return connection('history', args, source, (one) => commitNode(asking, repo, one));
    },
    statusCheckRollup: () => rollupNode(asking, repo, commit.oid),
    signature: null,
  };
}
