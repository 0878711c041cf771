import type { GitObject, ObjectReader } from './objects.ts';
import { git, gitText } from './run.ts';

/** A person and a moment as git stores them; `date` is ISO 8601 in UTC. */
export interface Signature {
  name: string;
  email: string;
  date: string;
}

export interface Commit {
  oid: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
}

export interface AnnotatedTag {
  oid: string;
  object: string;
  type: string;
  tag: string;
  tagger: Signature;
  message: string;
}

const isoSeconds = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

function parseSignature(line: string): Signature {
  const [, name = '', email = '', seconds = '0'] = /^(.*?) ?<(.*)> (-?\d+) [+-]\d{4}$/.exec(line) ?? [];
  return { name, email, date: isoSeconds(Number(seconds)) };
}

function parseHeaders(content: Buffer): { headers: [string, string][]; message: string } {
  const text = content.toString();
  const cut = text.indexOf('\n\n');
  const head = cut < 0 ? text : text.slice(0, cut);
  const headers = head
    .split('\n')
    .filter((line) => !line.startsWith(' ')) // continuation lines belong to signatures, which we do not read
    .map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
  return { headers, message: cut < 0 ? '' : text.slice(cut + 2).replace(/\n$/, '') };
}

export function parseCommit(object: GitObject): Commit {
  const { headers, message } = parseHeaders(object.content);
  const one = (key: string) => headers.find(([name]) => name === key)?.[1] ?? '';
  return {
    oid: object.oid,
    tree: one('tree'),
    parents: headers.filter(([name]) => name === 'parent').map(([, oid]) => oid),
    author: parseSignature(one('author')),
    committer: parseSignature(one('committer')),
    message,
  };
}

export function parseTag(object: GitObject): AnnotatedTag {
  const { headers, message } = parseHeaders(object.content);
  const one = (key: string) => headers.find(([name]) => name === key)?.[1] ?? '';
  return {
    oid: object.oid,
    object: one('object'),
    type: one('type'),
    tag: one('tag'),
    tagger: parseSignature(one('tagger')),
    message,
  };
}

export async function readCommit(objects: ObjectReader, oid: string): Promise<Commit | null> {
  const object = await objects.read(oid);
  return object?.type === 'commit' ? parseCommit(object) : null;
}

/** Commits of a range (`a..b`, `b`), newest first. */
export async function listCommits(
  dir: string,
  objects: ObjectReader,
  range: readonly string[],
  options: { limit: number; skip?: number; path?: string; flags?: readonly string[] },
): Promise<Commit[]> {
  const text = await gitText(dir, [
    'rev-list',
    `--max-count=${options.limit}`,
    `--skip=${options.skip ?? 0}`,
    ...(options.flags ?? []),
    ...range,
    '--',
    ...(options.path ? [`:(literal)${options.path}`] : []),
  ]);
  const commits = await Promise.all(
    text
      .split('\n')
      .filter(Boolean)
      .map((oid) => readCommit(objects, oid)),
  );
  return commits.filter((commit) => commit !== null);
}

export async function countCommits(dir: string, range: readonly string[], path?: string): Promise<number> {
  return Number(await gitText(dir, ['rev-list', '--count', ...range, '--', ...(path ? [`:(literal)${path}`] : [])]));
}

export async function mergeBase(dir: string, a: string, b: string): Promise<string | null> {
  const { code, stdout } = await git(dir, ['merge-base', a, b], { allow: [1] });
  return code === 0 ? stdout.toString().trim() : null;
}

export async function isAncestor(dir: string, older: string, newer: string): Promise<boolean> {
  return (await git(dir, ['merge-base', '--is-ancestor', older, newer], { allow: [1] })).code === 0;
}

/** Commits only in `base` and only in `head`. */
export async function aheadBehind(dir: string, base: string, head: string): Promise<{ ahead: number; behind: number }> {
  const text = await gitText(dir, ['rev-list', '--left-right', '--count', `${base}...${head}`, '--']);
  const [behind = 0, ahead = 0] = text.split('\t').map(Number);
  return { ahead, behind };
}

const signatureEnvironment = (role: 'AUTHOR' | 'COMMITTER', { name, email, date }: Signature) => ({
  [`GIT_${role}_NAME`]: name,
  [`GIT_${role}_EMAIL`]: email,
  [`GIT_${role}_DATE`]: `${Math.floor(Date.parse(date) / 1000)} +0000`,
});

export function writeCommit(
  dir: string,
  commit: Pick<Commit, 'tree' | 'parents' | 'author' | 'committer' | 'message'>,
): Promise<string> {
  return gitText(dir, ['commit-tree', commit.tree, ...commit.parents.flatMap((parent) => ['-p', parent])], {
    input: commit.message,
    env: {
      ...signatureEnvironment('AUTHOR', commit.author),
      ...signatureEnvironment('COMMITTER', commit.committer),
    },
  });
}

export function writeTag(dir: string, tag: Omit<AnnotatedTag, 'oid'>): Promise<string> {
  const { name, email, date } = tag.tagger;
  const seconds = Math.floor(Date.parse(date) / 1000);
  const text = `object ${tag.object}\ntype ${tag.type}\ntag ${tag.tag}\ntagger ${name} <${email}> ${seconds} +0000\n\n${tag.message}\n`;
  return gitText(dir, ['mktag', '--strict'], { input: text });
}

/** Files that each of `commits` touched, against its first parent; merges have none, as on GitHub. */
export async function touchedFiles(
  dir: string,
  commits: readonly string[],
): Promise<Map<string, { added: string[]; removed: string[]; modified: string[] }>> {
  const files = new Map(
    commits.map((oid) => [oid, { added: [] as string[], removed: [] as string[], modified: [] as string[] }]),
  );
  const args = ['diff-tree', '--stdin', '-r', '-z', '--root', '--name-status', '--no-renames'];
  const { stdout } = await git(dir, args, { input: commits.map((oid) => `${oid}\n`).join('') });
  const tokens = stdout.toString().split('\0');
  let current = files.get('');
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (/^[AMDT]$/.test(token)) {
      at += 1;
      const path = tokens[at] ?? '';
      if (token === 'A') current?.added.push(path);
      else if (token === 'D') current?.removed.push(path);
      else current?.modified.push(path);
    } else if (token !== '') {
      current = files.get(token.trim());
    }
  }
  return files;
}
