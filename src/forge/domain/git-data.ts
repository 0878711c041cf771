import { invalid, notFound, unprocessable } from '../answers.ts';
import { type AnnotatedTag, type Commit, parseTag, readCommit, writeCommit, writeTag } from '../git/history.ts';
import { writeBlob } from '../git/repository.ts';
import { entryType, NoSuchPath, type TreeChange, writeTree } from '../git/trees.ts';
import { isObjectId, isSafePath, isSafeRef } from '../names.ts';
import type { Actor, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { signatureFrom, signatureOf } from './commits.ts';
import { fromBase64 } from './contents.ts';
import { type Input, isObject, oneOf, optionalList, optionalText, requiredText } from './fields.ts';
import { freshGit } from './refs.ts';

const MODES = ['100644', '100755', '040000', '160000', '120000'] as const;

const demandPush = (world: World, actor: Actor, repo: Repo) =>
  demand(world, actor, repo, 'write', 'contents:write', notFound());

export async function createBlob(world: World, actor: Actor, repo: Repo, input: Input): Promise<string> {
  demandPush(world, actor, repo);
  const text = optionalText(input, 'content', { resource: 'Blob' });
  if (text === undefined || text === null) {
    throw invalid({ resource: 'Blob', field: 'content', code: 'missing_field' });
  }
  const encoding = oneOf(input, 'encoding', ['utf-8', 'base64'], 'Blob') ?? 'utf-8';
  const content = encoding === 'base64' ? fromBase64(text) : Buffer.from(text);
  if (!content) throw unprocessable('content is not valid Base64');
  return writeBlob((await freshGit(world, repo)).dir, content);
}

/** Writes a tree and gives its object id. */
export async function createTree(world: World, actor: Actor, repo: Repo, input: Input): Promise<string> {
  demandPush(world, actor, repo);
  const { dir, objects } = await freshGit(world, repo);
  const items = optionalList(input, 'tree');
  if (!items) throw invalid({ resource: 'Tree', field: 'tree', code: 'missing_field' });
  if (items.length === 0) throw unprocessable('Invalid tree info');
  const base = optionalText(input, 'base_tree', { resource: 'Tree' });
  // GitHub takes a commit here as well, and reads it as the tree it has
  const baseTree = base && isObjectId(base) ? await objects.look(`${base}^{tree}`) : null;
  if (base && !baseTree) throw unprocessable('base_tree is not a valid tree oid');

  const changes: TreeChange[] = [];
  for (const item of items) {
    if (!isObject(item)) throw unprocessable('Invalid tree info');
    const path = requiredText(item, 'path', { resource: 'Tree' });
    if (!isSafePath(path)) throw unprocessable('tree.path contains a malformed path component');
    const mode = oneOf(item, 'mode', MODES, 'Tree');
    if (!mode) throw unprocessable('Must supply a valid tree.mode');
    if (item.sha === null) {
      changes.push({ path, mode, oid: null });
    } else if (typeof item.content === 'string' && item.sha === undefined) {
      if (entryType(mode) !== 'blob') throw unprocessable('tree.content is only for blobs');
      changes.push({ path, mode, oid: await writeBlob(dir, item.content) });
    } else {
      const sha = typeof item.sha === 'string' && isObjectId(item.sha) ? item.sha : null;
      if (sha === null) throw unprocessable('Must supply either tree.sha or tree.content');
      const object = mode === '160000' ? null : await objects.look(sha);
      if (mode !== '160000' && object?.type !== entryType(mode)) throw unprocessable('tree.sha does not exist');
      changes.push({ path, mode, oid: sha });
    }
  }
  try {
    return await writeTree(dir, objects, baseTree?.oid ?? null, changes);
  } catch (error) {
    if (error instanceof NoSuchPath) throw unprocessable('GitRPC::BadObjectState');
    throw error;
  }
}

export async function createCommit(world: World, actor: Actor, repo: Repo, input: Input): Promise<Commit> {
  demandPush(world, actor, repo);
  const { dir, objects } = await freshGit(world, repo);
  const message = requiredText(input, 'message', { resource: 'Commit' });
  const tree = requiredText(input, 'tree', { resource: 'Commit' });
  if (!isObjectId(tree) || (await objects.look(tree))?.type !== 'tree') throw unprocessable('Tree SHA does not exist');
  const parents = optionalList(input, 'parents') ?? [];
  for (const parent of parents) {
    if (typeof parent !== 'string' || !isObjectId(parent) || (await objects.look(parent))?.type !== 'commit') {
      throw unprocessable('Parent SHA does not exist or is not a commit object');
    }
  }
  const author = signatureFrom(input, 'author', signatureOf(world, actor.account));
  const oid = await writeCommit(dir, {
    tree,
    parents: parents as string[],
    author,
    committer: signatureFrom(input, 'committer', author),
    message,
  });
  return (await readCommit(objects, oid)) as Commit;
}

export async function createTag(world: World, actor: Actor, repo: Repo, input: Input): Promise<AnnotatedTag> {
  demandPush(world, actor, repo);
  const { dir, objects } = await freshGit(world, repo);
  const tag = requiredText(input, 'tag', { resource: 'Tag' });
  const message = requiredText(input, 'message', { resource: 'Tag' });
  const object = requiredText(input, 'object', { resource: 'Tag' });
  const type = oneOf(input, 'type', ['commit', 'tree', 'blob'], 'Tag');
  if (!isSafeRef(`refs/tags/${tag}`)) throw unprocessable(`${tag} is not a valid tag name`);
  if (!type || !isObjectId(object) || (await objects.look(object))?.type !== type) {
    throw unprocessable('Object does not exist');
  }
  const tagger = signatureFrom(input, 'tagger', signatureOf(world, actor.account));
  const oid = await writeTag(dir, { object, type, tag, tagger, message });
  return getTag(world, repo, oid);
}

export async function getTag(world: World, repo: Repo, sha: string): Promise<AnnotatedTag> {
  const { objects } = await freshGit(world, repo);
  const object = isObjectId(sha) ? await objects.read(sha) : null;
  if (object?.type !== 'tag') throw notFound();
  return parseTag(object);
}
