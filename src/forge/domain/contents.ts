import { conflict, GitHubError, invalid, notFound, unprocessable } from '../answers.ts';
import { type Commit, readCommit, writeCommit } from '../git/history.ts';
import { type GitRepository, writeBlob } from '../git/repository.ts';
import { entryType, parseTree, type TreeChange, type TreeEntry, writeTree } from '../git/trees.ts';
import { isBranchName, isSafePath } from '../names.ts';
import type { Actor, Repo, World } from '../world.ts';
import { signatureFrom, signatureOf } from './commits.ts';
import { type Input, optionalText, requiredText } from './fields.ts';
import { branchSha, changeRefs, findCommit } from './refs.ts';

/** What a path holds at a commit. */
export interface Entry {
  path: string;
  name: string;
  mode: string;
  oid: string;
  size: number;
}

const ROOT = { mode: '040000', name: '', bytes: Buffer.alloc(0) };

/** What a path holds in a commit; the path must have passed `isSafePath` or be empty. */
export async function entryAt(repository: GitRepository, commit: string, path: string): Promise<TreeEntry | null> {
  const tree = await repository.objects.look(`${commit}^{tree}`);
  if (!tree) return null;
  let here: TreeEntry = { ...ROOT, oid: tree.oid };
  for (const part of path === '' ? [] : path.split('/')) {
    const folder = here.mode === '040000' ? await repository.objects.read(here.oid) : null;
    const next = folder && parseTree(folder.content).find((entry) => entry.name === part);
    if (!next) return null;
    here = next;
  }
  return here;
}

async function sized(repository: GitRepository, entry: TreeEntry, path: string): Promise<Entry> {
  const object = entryType(entry.mode) === 'blob' ? await repository.objects.look(entry.oid) : null;
  return { path, name: entry.name, mode: entry.mode, oid: entry.oid, size: object?.size ?? 0 };
}

export type Found =
  | { kind: 'folder'; entry: Entry; entries: Entry[] }
  | { kind: 'file'; entry: Entry; content: Buffer }
  | { kind: 'symlink'; entry: Entry; target: string }
  | { kind: 'submodule'; entry: Entry };

/** Looks a path up at a ref. A link to a file inside the repository gives that file, as GitHub does. */
export async function lookUp(world: World, repo: Repo, path: string, ref: string): Promise<Found> {
  const clean = path.replace(/^\/+|\/+$/g, '');
  if (clean !== '' && !isSafePath(clean)) throw notFound();
  const commit = await findCommit(world, repo, ref);
  if (commit === null) {
    throw branchSha(world, repo, repo.default_branch) === undefined
      ? new GitHubError(404, 'This repository is empty.')
      : new GitHubError(404, `No commit found for the ref ${ref}`);
  }
  const repository = world.git(repo);
  const entry = await entryAt(repository, commit, clean);
  if (!entry) throw notFound();
  return read(repository, commit, entry, clean);
}

async function read(repository: GitRepository, commit: string, entry: TreeEntry, path: string): Promise<Found> {
  const here = await sized(repository, entry, path);
  if (entry.mode === '160000') return { kind: 'submodule', entry: here };
  const object = await repository.objects.read(entry.oid);
  if (!object) throw notFound();
  if (entry.mode === '040000') {
    const prefix = path === '' ? '' : `${path}/`;
    const entries = await Promise.all(
      parseTree(object.content).map((child) => sized(repository, child, prefix + child.name)),
    );
    return { kind: 'folder', entry: here, entries };
  }
  if (entry.mode !== '120000') return { kind: 'file', entry: here, content: object.content };
  const target = object.content.toString();
  const followed = resolveLink(path, target);
  const file = followed === null ? null : await entryAt(repository, commit, followed);
  if (followed !== null && file?.mode.startsWith('100')) return read(repository, commit, file, followed);
  return { kind: 'symlink', entry: here, target };
}

/** Where a link inside the repository points; null when it leads outside. */
function resolveLink(from: string, target: string): string | null {
  const parts = from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null;
    } else if (part !== '.') parts.push(part);
  }
  const path = parts.join('/');
  return !target.startsWith('/') && isSafePath(path) ? path : null;
}

export interface FileWrite {
  commit: Commit;
  /** Null when the file was deleted. */
  entry: Entry | null;
  created: boolean;
}

/** Bytes from base64 text; null when it is not base64. Line breaks are allowed, as git and GitHub write them. */
export function fromBase64(text: string): Buffer | null {
  const packed = text.replace(/[\r\n\s]/g, '');
  return /^[A-Za-z0-9+/]*={0,2}$/.test(packed) && packed.length % 4 !== 1 ? Buffer.from(packed, 'base64') : null;
}

/** `PUT` and `DELETE /contents/{path}`: one commit on a branch that changes one file. */
export function writeFile(
  world: World,
  actor: Actor,
  repo: Repo,
  path: string,
  input: Input,
  how: 'put' | 'delete',
): Promise<FileWrite> {
  return changeRefs(world, actor, repo, async (repository, move) => {
    const { dir, objects } = repository;
    if (!isSafePath(path)) throw unprocessable('path contains a malformed path component');
    const message = requiredText(input, 'message', { resource: 'Commit' });
    const sha = optionalText(input, 'sha', { resource: 'Commit' });
    const content = how === 'put' ? contentOf(input) : null;
    const branch = optionalText(input, 'branch', { resource: 'Commit' }) ?? repo.default_branch;
    const tip = isBranchName(branch) ? branchSha(world, repo, branch) : undefined;
    const isFirst = branchSha(world, repo, repo.default_branch) === undefined && branch === repo.default_branch;
    if (tip === undefined && !isFirst) throw new GitHubError(404, `Branch ${branch} not found`);

    const old = tip === undefined ? null : await entryAt(repository, tip, path);
    if (how === 'delete' && !old) throw notFound();
    if (old && old.mode === '040000') throw unprocessable(`${path} is a directory`);
    if (old && !sha) throw unprocessable('Invalid request.\n\n"sha" wasn\'t supplied.');
    if (sha && sha !== old?.oid) throw conflict(`${path} does not match ${sha}`);

    const oid = content === null ? null : await writeBlob(dir, content);
    const change: TreeChange = { path, mode: old?.mode ?? '100644', oid };
    const base = tip === undefined ? null : ((await objects.look(`${tip}^{tree}`))?.oid ?? null);
    const self = signatureOf(world, actor.account);
    const committer = signatureFrom(input, 'committer', self);
    const written = await writeCommit(dir, {
      tree: await writeTree(dir, objects, base, [change]),
      parents: tip === undefined ? [] : [tip],
      author: signatureFrom(input, 'author', committer),
      committer,
      message,
    });
    await move(`refs/heads/${branch}`, written, tip ?? null);
    return {
      commit: (await readCommit(objects, written)) as Commit,
      entry:
        oid === null || content === null
          ? null
          : { path, name: path.split('/').at(-1) ?? path, mode: change.mode, oid, size: content.length },
      created: old === null,
    };
  });
}

function contentOf(input: Input): Buffer {
  const text = optionalText(input, 'content', { resource: 'Commit' });
  if (text === undefined || text === null) {
    throw invalid({ resource: 'Commit', field: 'content', code: 'missing_field' });
  }
  const content = fromBase64(text);
  if (!content) throw unprocessable('content is not valid Base64');
  return content;
}
