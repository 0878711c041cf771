import type { Source } from '../source.ts';
import type { Modules } from './paths.ts';

/** What imports are resolved against. */
export interface World {
  files: readonly Source[];
  modules: Modules;
  /** Folder of each package of the repository, by the name it is imported with. */
  packages: ReadonlyMap<string, string>;
  /** Files by folder. */
  folders: ReadonlyMap<string, readonly number[]>;
}

/** The files that one file imports, as far as they are in the repository. */
export type ImportResolver = (file: Source, world: World) => number[];

/** An import that could mean more files than this means none of them for sure. */
export const mostMeanings = 4;
