import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { git, gitEnvironment, gitText, SAFE_FLAGS } from './run.ts';

/**
 * The user's own repository, which the forge mirrors and to which it adds branches. It is only read, given objects, and
 * has refs moved; plumbing commands do that, because they start no hook and no program that its configuration names.
 */

/** The shared git directory of the repository (work tree, linked work tree or bare) that holds `path`. */
export async function findGitDirectory(path: string): Promise<string> {
  const args = ['-C', path, ...SAFE_FLAGS, 'rev-parse', '--path-format=absolute', '--git-common-dir'];
  const { stdout } = await promisify(execFile)('git', args, { env: gitEnvironment() });
  return stdout.trim();
}

/** The branch that pull requests should go to: what a remote calls its default, else `main`, `master`, else what is checked out. */
export async function defaultBranch(gitDirectory: string): Promise<string> {
  const remote = await git(gitDirectory, ['symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD'], { allow: [1, 128] });
  const head = await git(gitDirectory, ['symbolic-ref', '--quiet', 'HEAD'], { allow: [1, 128] });
  const candidates = [
    remote.stdout.toString().trim().replace('refs/remotes/origin/', ''),
    'main',
    'master',
    head.stdout.toString().trim().replace('refs/heads/', ''),
  ].filter(Boolean);
  for (const name of candidates) {
    const found = await git(gitDirectory, ['show-ref', '--verify', '--quiet', `refs/heads/${name}`], { allow: [1] });
    if (found.code === 0) return name;
  }
  return candidates.at(-1) ?? 'main';
}

/** Changes whenever a branch or tag of the repository does. Reads files, starts nothing: cheap enough for every request. */
export function refsFingerprint(gitDirectory: string): string {
  const parts: string[] = [];
  const stat = (name: string) => {
    const found = statSync(join(gitDirectory, name), { throwIfNoEntry: false, bigint: true });
    if (found) parts.push(`${name} ${found.ino} ${found.mtimeNs} ${found.size}`);
  };
  const walk = (folder: string) => {
    const entries = readdirSync(join(gitDirectory, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(name);
      else if (!name.endsWith('.lock')) parts.push(`${name} ${readFileSync(join(gitDirectory, name), 'latin1')}`);
    }
  };
  stat('packed-refs');
  stat('reftable/tables.list');
  for (const folder of ['refs/heads', 'refs/tags']) {
    try {
      walk(folder);
    } catch {
      parts.push(`${folder} ?`); // absent, or changed under our feet: the next look is different from this one
    }
  }
  return parts.join('\n');
}

/** Copies the user's branches and tags to `refs/linked/…` of the forge's repository `dir`. */
export async function fetchLinked(dir: string, gitDirectory: string): Promise<Map<string, string>> {
  const uploadPack = ['git', ...SAFE_FLAGS, 'upload-pack'].map((word) => `'${word}'`).join(' ');
  await git(dir, [
    'fetch',
    ...['--quiet', '--prune', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--update-shallow'],
    `--upload-pack=${uploadPack}`,
    gitDirectory,
    '+refs/heads/*:refs/linked/heads/*',
    '+refs/tags/*:refs/linked/tags/*',
  ]);
  const text = await gitText(dir, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/linked']);
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => [`refs/${line.slice(41 + 'refs/linked/'.length)}`, line.slice(0, 40)]),
  );
}

/** Whether a work tree of the user has the branch checked out: moving it would change the files under their hands. */
async function isCheckedOut(gitDirectory: string, ref: string): Promise<boolean> {
  const text = await gitText(gitDirectory, ['worktree', 'list', '--porcelain']);
  return text.split('\n').includes(`branch ${ref}`);
}

/** Why a ref could not be moved in the user's repository; the message is a sentence for them. */
export class PublishRefused extends Error {}

/** Moves one ref of the user's repository from `old` to `next` (null: does not exist), bringing the objects it needs. */
export async function publishRef(
  dir: string,
  gitDirectory: string,
  ref: string,
  next: string | null,
  old: string | null,
): Promise<void> {
  if (await isCheckedOut(gitDirectory, ref)) {
    throw new PublishRefused(
      `The branch ${ref.replace('refs/heads/', '')} is checked out in ${gitDirectory}. Switch to another branch there (git switch), then try again.`,
    );
  }
  if (next !== null) {
    const known = await gitText(dir, ['for-each-ref', '--format=^%(objectname)', 'refs/linked']);
    const pack = await git(dir, ['pack-objects', '--quiet', '--revs', '--thin', '--stdout'], {
      input: `${next}\n${known}\n`,
    });
    await git(gitDirectory, ['unpack-objects', '-q'], { input: pack.stdout });
  }
  const none = '0'.repeat(40);
  const args = next === null ? ['-d', ref, old ?? none] : [ref, next, old ?? none];
  const { code, stderr } = await git(gitDirectory, ['update-ref', ...args], { allow: [1, 128] });
  if (code !== 0) throw new PublishRefused(`${gitDirectory} refused to move ${ref}: ${stderr.trim()}`);
}
