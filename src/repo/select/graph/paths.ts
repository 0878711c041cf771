/** The folder of a path, `''` at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The name of a file without folder and extension. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** Joins and resolves `.` and `..`; a path that leaves the repository has no answer. */
export function resolvePath(folder: string, relative: string): string | undefined {
  const parts = folder ? folder.split('/') : [];
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/**
 * Finds source files by module path, whole (`src/api/client`) or by its last segments (`api/client`), as imports name
 * them without saying where the root is. A folder is found by its `index`, `mod` or `__init__` file.
 */
export interface Modules {
  exact(path: string): readonly number[];
  ending(path: string): readonly number[];
}

const folderModules = new Set(['index', 'mod', '__init__', 'lib', 'main']);
const longestEnding = 4;

export function modulesOf(paths: readonly string[]): Modules {
  const whole = new Map<string, number[]>();
  const endings = new Map<string, number[]>();
  const add = (map: Map<string, number[]>, key: string, index: number) => {
    const found = map.get(key);
    if (!found) map.set(key, [index]);
    else if (found.at(-1) !== index) found.push(index);
  };
  paths.forEach((path, index) => {
    const folder = folderOf(path);
    const stem = stemOf(path);
    const names = [folder ? `${folder}/${stem}` : stem];
    if (folderModules.has(stem) && folder) names.push(folder);
    for (const name of names) {
      add(whole, name, index);
      const parts = name.split('/');
      for (let count = 1; count <= Math.min(longestEnding, parts.length); count++) {
        add(endings, parts.slice(-count).join('/'), index);
      }
    }
  });
  const none: number[] = [];
  return {
    exact: (path) => whole.get(path) ?? none,
    ending: (path) => endings.get(path.split('/').slice(-longestEnding).join('/')) ?? none,
  };
}
