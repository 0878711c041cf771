import type { Language } from '../code/language.ts';
import type { Source } from '../source.ts';
import type { CodeFile } from '../types.ts';
import { goImports } from './go.ts';
import type { NameIndex } from './names.ts';
import { packagesOf } from './packages.ts';
import { folderOf, modulesOf } from './paths.ts';
import { pythonImports } from './python.ts';
import { rustImports } from './rust.ts';
import { typescriptImports } from './typescript.ts';
import type { ImportResolver, World } from './world.ts';

export { type NameIndex, nameIndex } from './names.ts';

const resolvers: Record<Language, ImportResolver> = {
  python: pythonImports,
  typescript: typescriptImports,
  go: goImports,
  rust: rustImports,
  json: () => [],
};

/** For each file the files it leans on, with a strength up to 1. */
export type Graph = Map<number, number>[];

/** Who leans on whom: by import (`all` holds the manifests that name packages), or by using a name that another defines. */
export function graphOf(sources: readonly Source[], all: readonly CodeFile[], names: NameIndex): Graph {
  const paths = sources.map(({ path }) => path);
  const world: World = {
    files: sources,
    modules: modulesOf(paths),
    packages: packagesOf(all),
    folders: byFolder(paths),
  };
  return sources.map((source, from) => {
    const edges = sharedNames(source, names);
    for (const to of resolvers[source.language](source, world)) edges.set(to, 1);
    edges.delete(from);
    return edges;
  });
}

/** One name that half the repository uses is no connection. */
const leastShared = 0.4;

/** A rare name connects more than a common one, and several connect more than one. */
function sharedNames({ outline }: Source, names: NameIndex): Map<number, number> {
  const sums = new Map<number, number>();
  for (const name of outline.uses) {
    const known = names.get(name);
    if (!known) continue;
    for (const { file } of known.owners) sums.set(file, (sums.get(file) ?? 0) + 1 / Math.log(1.5 + known.users));
  }
  const strengths = new Map<number, number>();
  for (const [file, sum] of sums) if (sum > leastShared) strengths.set(file, Math.min(1, 0.35 + 0.15 * sum));
  return strengths;
}

function byFolder(paths: readonly string[]): Map<string, number[]> {
  const folders = new Map<string, number[]>();
  paths.forEach((path, index) => {
    const folder = folderOf(path);
    const found = folders.get(folder);
    if (found) found.push(index);
    else folders.set(folder, [index]);
  });
  return folders;
}
