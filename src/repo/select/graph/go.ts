import type { Source } from '../source.ts';
import type { ImportResolver, World } from './world.ts';

/**
 * Go imports a package, which is a folder; the files of it that count are those that define a name the importing file
 * uses. Files of one package see each other without an import: names alone connect those.
 */
export const goImports: ImportResolver = (file, world) => {
  const found: number[] = [];
  for (const specifier of importedPackages(file)) {
    const folder = folderFor(specifier, world);
    for (const index of (folder !== undefined && world.folders.get(folder)) || []) {
      if (sharesName(world.files[index] as Source, file)) found.push(index);
    }
  }
  return found;
};

/** The import declarations stand above all others. */
const otherDeclarations = new Set(['func', 'type', 'var', 'const']);

function importedPackages({ tokens: { kind, text, line } }: Source): Set<string> {
  const packages = new Set<string>();
  for (let at = 0; at < text.length; at++) {
    if (line[at] === line[at - 1]) continue;
    if (kind[at] === 'name' && otherDeclarations.has(text[at] as string)) break;
    if (text[at] !== 'import') continue;
    const grouped = text[at + 1] === '(';
    for (at++; at < text.length && text[at] !== ')'; at++) {
      if (kind[at] === 'string') packages.add(text[at] as string);
      if (!grouped && kind[at] === 'string') break;
    }
  }
  return packages;
}

function folderFor(specifier: string, { packages }: World): string | undefined {
  for (const [name, folder] of packages) {
    if (specifier === name) return folder;
    if (specifier.startsWith(`${name}/`)) return [folder, specifier.slice(name.length + 1)].filter(Boolean).join('/');
  }
  return undefined;
}

function sharesName(definer: Source, user: Source): boolean {
  for (const name of definer.outline.defines.keys()) if (user.outline.uses.has(name)) return true;
  return false;
}
