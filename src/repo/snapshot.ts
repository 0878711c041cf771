import type { Octokit } from '@octokit/rest';
import { PatchworkError } from '../report/index.ts';
import type { CodeFile } from './select/index.ts';

/** One file of the tree; `mode` is git's (100644 or 100755). Symbolic links and submodules are listed apart. */
export interface TreeFile {
  path: string;
  mode: string;
  sha: string;
  size: number;
}

/** A repository's code at one commit. */
export interface Snapshot {
  commit: string;
  files: TreeFile[];
  /** Paths taken by symbolic links and submodules: never read, never written. */
  special: string[];
  /** The text files; what is binary, not UTF-8 or too large is left out. */
  texts: CodeFile[];
  /** Reads any file of it without a request, where there is a clone. */
  blob?(sha: string): Promise<Uint8Array>;
}

export const MAX_FILE = 512 * 1024;
const BATCH = 100;

/** Reads a repository through GitHub's API: one request for the tree and one per hundred files. */
export async function readSnapshot(
  octokit: Octokit,
  repository: { owner: string; name: string },
  commit: string,
): Promise<Snapshot> {
  const route = { owner: repository.owner, repo: repository.name };
  const { data } = await octokit.rest.git.getTree({ ...route, tree_sha: commit, recursive: '1' });
  if (data.truncated) {
    throw new PatchworkError('repository_too_large', 'GitHub does not list this repository’s files in one answer.', {
      next: 'Draft from a checkout instead: use the Action.',
    });
  }
  const blobs = data.tree.filter((entry) => entry.type === 'blob' && entry.mode !== '120000');
  const files = blobs.map(({ path, mode, sha, size }) => ({ path, mode, sha, size: size ?? 0 }));
  const special = data.tree
    .filter((entry) => entry.mode === '120000' || entry.type === 'commit')
    .map(({ path }) => path);
  const wanted = files.filter(wantsText);
  const texts: CodeFile[] = files.filter((file) => file.size === 0).map(({ path }) => ({ path, text: '' }));
  for (let i = 0; i < wanted.length; i += BATCH) {
    texts.push(...(await readBatch(octokit, repository, wanted.slice(i, i + BATCH))));
  }
  return { commit, files, special, texts: texts.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Names that are never text worth sending to a model. */
const BINARY =
  /\.(?:png|jpe?g|gif|webp|ico|icns|bmp|tiff?|pdf|zip|gz|tgz|bz2|xz|7z|jar|war|class|so|dylib|dll|exe|bin|wasm|woff2?|ttf|otf|eot|mp[34]|mov|avi|webm|ogg|wav|sqlite|db|pyc|lockb)$/i;

export function wantsText({ path, size }: TreeFile): boolean {
  return size > 0 && size <= MAX_FILE && !BINARY.test(path);
}

/** Undefined for what is no UTF-8 text: it could not be written back as it was. */
export function textOf(content: Uint8Array | undefined): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return content === undefined || text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

interface Blob {
  text: string | null;
  isBinary: boolean | null;
  isTruncated: boolean;
}

async function readBatch(
  octokit: Octokit,
  repository: { owner: string; name: string },
  files: TreeFile[],
): Promise<CodeFile[]> {
  const fields = files.map(
    ({ sha }, i) => `f${i}: object(oid: "${sha}") { ... on Blob { text isBinary isTruncated } }`,
  );
  const document = `query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { ${fields.join(' ')} } }`;
  let answer: { repository: Record<string, Blob | null> };
  try {
    answer = await octokit.graphql(document, { owner: repository.owner, name: repository.name });
  } catch (error) {
    // Servers that speak GitHub's REST API only (some gateways and emulators) answer 404 here.
    if ((error as { status?: number }).status !== 404) throw error;
    return readOneByOne(octokit, repository, files);
  }
  return files.flatMap(({ path }, i) => {
    const blob = answer.repository[`f${i}`];
    // GitHub shows bytes that are not UTF-8 as replacement characters: such a file could not be written back as it was.
    if (!blob || blob.isBinary || blob.isTruncated || blob.text === null || blob.text.includes('\u{FFFD}')) return [];
    return [{ path, text: blob.text }];
  });
}

async function readOneByOne(
  octokit: Octokit,
  repository: { owner: string; name: string },
  files: TreeFile[],
): Promise<CodeFile[]> {
  const texts: CodeFile[] = [];
  for (const { path, sha } of files) {
    const { data } = await octokit.rest.git.getBlob({ owner: repository.owner, repo: repository.name, file_sha: sha });
    const text = textOf(Buffer.from(data.content, 'base64'));
    if (text !== undefined) texts.push({ path, text });
  }
  return texts;
}
