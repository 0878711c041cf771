import { spawn } from 'node:child_process';
import { MAX_FILE, type Snapshot, type TreeFile, textOf, wantsText } from './snapshot.ts';

/**
 * The same snapshot from a clone on this machine, without a request. Git's objects are read, never the working tree: other steps may
 * have changed that. Undefined when the clone does not hold the commit whole.
 */
export async function readCheckout(dir: string, commit: string): Promise<Snapshot | undefined> {
  try {
    const listed = (await git(dir, ['ls-tree', '-r', '-l', '-z', '--full-tree', commit])).toString();
    const files: TreeFile[] = [];
    const special: string[] = [];
    for (const line of listed.split('\0').filter(Boolean)) {
      const [, mode = '', type, sha = '', size, path = ''] = /^(\d+) (\w+) (\w+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
      if (type !== 'blob' || mode === '120000') special.push(path);
      else files.push({ path, mode, sha, size: Number(size) });
    }
    const contents = await readBlobs(dir, files.filter(wantsText));
    const texts = files.flatMap((file) => {
      const text = file.size === 0 ? '' : textOf(contents.get(file.sha));
      return text === undefined ? [] : [{ path: file.path, text }];
    });
    const blob = (sha: string): Promise<Uint8Array> => git(dir, ['cat-file', 'blob', sha]);
    return { commit, files, special, texts: texts.sort((a, b) => (a.path < b.path ? -1 : 1)), blob };
  } catch {
    return undefined;
  }
}

async function readBlobs(dir: string, files: TreeFile[]): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(files.map(({ sha }) => sha))];
  const answer = await git(dir, ['cat-file', '--batch'], `${wanted.join('\n')}\n`);
  const contents = new Map<string, Buffer>();
  for (let at = 0; contents.size < wanted.length; ) {
    const end = answer.indexOf('\n', at);
    const [sha = '', type, size] = answer.toString('latin1', at, end).split(' ');
    if (type !== 'blob') throw new Error(`${sha} is not there`);
    contents.set(sha, answer.subarray(end + 1, end + 1 + Number(size)));
    at = end + 2 + Number(size);
  }
  return contents;
}

/** Throws when git fails. A clone's owner may be another user (a container's), and what it lacks is not fetched. */
function git(dir: string, args: string[], input = ''): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['-c', `safe.directory=${dir}`, '-C', dir, ...args], {
      env: { PATH: process.env.PATH, LC_ALL: 'C', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_BYTES) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(`git: ${code}`))));
    child.stdin.on('error', () => {}).end(input);
  });
}

/** Of all text files of a repository together. */
const MOST_BYTES = 1024 * MAX_FILE;
