import { createInterface } from 'node:readline';
import type { ObjectReader } from './objects.ts';
import { startGit } from './run.ts';

export interface TreeEntry {
  mode: string;
  name: string;
  oid: string;
  /** The name as it is stored; git does not ask for UTF-8, and rewriting a tree must not change its other names. */
  bytes: Buffer;
}

/** `path` must have passed `isSafePath`; `oid: null` removes it. A mode of `040000` puts a whole tree there. */
export interface TreeChange {
  path: string;
  mode: string;
  oid: string | null;
}

export const entryType = (mode: string): 'tree' | 'commit' | 'blob' =>
  mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob';

export function parseTree(content: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(32, at);
    const end = content.indexOf(0, space);
    entries.push({
      mode: content.toString('latin1', at, space).padStart(6, '0'),
      name: content.toString('utf8', space + 1, end),
      bytes: Buffer.from(content.subarray(space + 1, end)),
      oid: content.toString('hex', end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

/** Lists a tree with all its subtrees, paths from the root, in git's order. */
export async function walkTree(
  objects: ObjectReader,
  oid: string,
  prefix = '',
): Promise<(TreeEntry & { path: string })[]> {
  const tree = await objects.read(oid);
  if (tree?.type !== 'tree') return [];
  const lists = await Promise.all(
    parseTree(tree.content).map(async (entry) => {
      const here = { ...entry, path: prefix + entry.name };
      return entry.mode === '040000' ? [here, ...(await walkTree(objects, entry.oid, `${here.path}/`))] : [here];
    }),
  );
  return lists.flat();
}

/** Thrown when a change removes a path that is not there. */
export class NoSuchPath extends Error {}

interface Folder {
  entry: Omit<TreeChange, 'path'> | undefined;
  children: Map<string, Folder>;
}

/**
 * Writes the tree that results from `changes` on `base` (null: the empty tree) and gives its object id.
 * Only the folders on the way to a change are read and written. Folders that become empty disappear, as git has none.
 */
export async function writeTree(
  dir: string,
  objects: ObjectReader,
  base: string | null,
  changes: readonly TreeChange[],
): Promise<string> {
  const root: Folder = { entry: undefined, children: new Map() };
  for (const { path, mode, oid } of changes) {
    let folder = root;
    for (const part of path.split('/')) {
      let next = folder.children.get(part);
      if (!next) {
        next = { entry: undefined, children: new Map() };
        folder.children.set(part, next);
      }
      folder = next;
    }
    folder.entry = { mode, oid };
  }

  const maker = startGit(dir, ['mktree', '-z', '--batch']);
  maker.stdin.on('error', () => {});
  let stderr = '';
  maker.stderr.on('data', (part: Buffer) => {
    stderr += part;
  });
  const ended = new Promise<void>((resolve) => {
    maker.on('close', () => resolve());
    maker.on('error', () => resolve());
  });
  const lines = createInterface({ input: maker.stdout })[Symbol.asyncIterator]();

  async function make(entries: Iterable<TreeEntry>): Promise<string> {
    for (const { mode, oid, bytes } of entries) {
      maker.stdin.write(`${mode} ${entryType(mode)} ${oid}\t`);
      maker.stdin.write(bytes);
      maker.stdin.write('\0');
    }
    maker.stdin.write('\0');
    const line = await lines.next();
    if (line.done) {
      await ended;
      throw new Error(`git mktree failed: ${stderr.trim()}`);
    }
    return line.value;
  }

  /** The entries of the changed folder; depth first and one at a time, because mktree answers in order. */
  async function change(folder: Folder, oid: string | null, path: string): Promise<Map<string, TreeEntry>> {
    const before = oid === null ? null : await objects.read(oid);
    const entries = new Map((before ? parseTree(before.content) : []).map((entry) => [entry.name, entry]));
    for (const [name, child] of folder.children) {
      const here = path + name;
      if (child.entry) {
        if (child.entry.oid !== null)
          entries.set(name, { mode: child.entry.mode, name, oid: child.entry.oid, bytes: Buffer.from(name) });
        else if (!entries.delete(name)) throw new NoSuchPath(here);
      }
      if (child.children.size > 0) {
        const old = entries.get(name);
        const inner = await change(child, old?.mode === '040000' ? old.oid : null, `${here}/`);
        if (inner.size > 0)
          entries.set(name, { mode: '040000', name, oid: await make(inner.values()), bytes: Buffer.from(name) });
        else entries.delete(name);
      }
    }
    return entries;
  }

  try {
    return await make((await change(root, base, '')).values());
  } finally {
    maker.stdin.end();
    await ended;
  }
}
