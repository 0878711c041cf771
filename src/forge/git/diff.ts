import { git } from './run.ts';

export interface FileChange {
  filename: string;
  previous: string | null;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  /** Blob after the change; for a removed file the blob it had. */
  oid: string;
  additions: number;
  deletions: number;
  /** The hunks, without git's file header; null for binary, huge, and mode-only changes. */
  patch: string | null;
}

// GitHub leaves the patch out when it is too large to show.
const LARGEST_PATCH = 1_000_000;
const FLAGS = ['-r', '-M', '--no-ext-diff', '--no-textconv', '--no-color', '--full-index'];

const STATUS: Record<string, FileChange['status']> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'changed',
};

/** The changed files between two trees or commits. */
export async function diffFiles(dir: string, from: string, to: string): Promise<FileChange[]> {
  const [facts, patches] = await Promise.all([
    git(dir, ['diff-tree', ...FLAGS, '-z', '--raw', '--numstat', from, to]),
    git(dir, ['diff-tree', ...FLAGS, '-p', from, to]),
  ]);
  const hunks = patches.stdout
    .toString()
    .split(/^diff --git /m)
    .slice(1)
    .map((text) => {
      const start = text.search(/^@@ /m);
      return start < 0 || text.length > LARGEST_PATCH ? null : text.slice(start).replace(/\n$/, '');
    });

  // -z output: all raw records (`:mode mode oid oid S` NUL path NUL [path NUL]), then all numstat records.
  const tokens = facts.stdout.toString().split('\0');
  const files: FileChange[] = [];
  let at = 0;
  for (; tokens[at]?.startsWith(':'); at += 2) {
    const [, , before = '', after = '', letter = 'M'] = (tokens[at] ?? '').split(' ');
    const status = STATUS[letter.charAt(0)] ?? 'modified';
    const renamed = status === 'renamed';
    const filename = tokens[at + (renamed ? 2 : 1)] ?? '';
    files.push({
      filename,
      previous: renamed ? (tokens[at + 1] ?? null) : null,
      status,
      oid: status === 'removed' ? before : after,
      additions: 0,
      deletions: 0,
      patch: hunks[files.length] ?? null,
    });
    if (renamed) at += 1;
  }
  for (const file of files) {
    const [additions = '0', deletions = '0'] = (tokens[at] ?? '').split('\t');
    file.additions = Number(additions) || 0; // `-` for binary files
    file.deletions = Number(deletions) || 0;
    at += file.previous === null ? 1 : 3;
  }
  return files;
}

/** The whole change as text, as `.diff` on GitHub gives it. */
export async function diffText(dir: string, from: string, to: string): Promise<string> {
  return (await git(dir, ['diff-tree', ...FLAGS, '-p', from, to])).stdout.toString();
}

/** The commits as e-mails, as `.patch` on GitHub gives them. */
export async function patchText(dir: string, from: string, to: string): Promise<string> {
  return (
    await git(dir, ['format-patch', '--stdout', '--no-ext-diff', '--no-textconv', `${from}..${to}`, '--'])
  ).stdout.toString();
}

export const totals = (files: readonly FileChange[]) => ({
  additions: files.reduce((sum, file) => sum + file.additions, 0),
  deletions: files.reduce((sum, file) => sum + file.deletions, 0),
  changed_files: files.length,
});
