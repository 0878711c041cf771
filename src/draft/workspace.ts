import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Repository } from '../issues/index.ts';
import { at } from '../issues/index.ts';
import type { Change, Snapshot } from '../repo/index.ts';
import { makeFolder, removeFolder } from '../surface/index.ts';

/** The files of a commit on disk, to run them; gone when disposed of. */
export interface Workspace extends AsyncDisposable {
  dir: string;
}

/** Writes a snapshot out, with a draft's changes applied. Files that are no text are read from the clone or GitHub; links are left out. */
export async function openWorkspace(repository: Repository, snapshot: Snapshot, changes: Change[]): Promise<Workspace> {
  const dir = await makeFolder('workspace');
  const texts = new Map(snapshot.texts.map((file) => [file.path, file.text]));
  const changed = new Map(changes.map((change) => [change.path, change]));
  for (const { path, mode, sha } of snapshot.files) {
    if (changed.has(path)) continue;
    const content = texts.get(path) ?? (await (snapshot.blob?.(sha) ?? readBlob(repository, sha)));
    await put(join(dir, path), content, mode);
  }
  for (const { path, mode, after } of changes) if (after !== undefined) await put(join(dir, path), after, mode);
  return { dir, [Symbol.asyncDispose]: () => removeFolder(dir) };
}

async function put(file: string, content: string | Uint8Array, mode: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  if (mode === '100755') await chmod(file, 0o755);
}

async function readBlob(repository: Repository, sha: string): Promise<Uint8Array> {
  const { data } = await repository.octokit.rest.git.getBlob({ ...at(repository), file_sha: sha });
  return Buffer.from(data.content, 'base64');
}
