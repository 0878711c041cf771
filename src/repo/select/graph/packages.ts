import type { CodeFile } from '../types.ts';
import { folderOf } from './paths.ts';

/** How each manifest says the name that others import its package with. */
const nameIn = new Map<string, (text: string) => string | undefined>([
  ['package.json', (text) => /"name"\s*:\s*"([^"\n]+)"/.exec(text)?.[1]],
  // Cargo's names are written with hyphens and imported with underscores.
  ['Cargo.toml', (text) => /^name\s*=\s*"([^"\n]+)"/m.exec(packageSection(text))?.[1]?.replaceAll('-', '_')],
  ['go.mod', (text) => /^module\s+([^\s"]+)/m.exec(text)?.[1]],
]);

function packageSection(cargo: string): string {
  const [, section = ''] = cargo.split(/^\[package\]/m, 2);
  return section.split(/^\[/m, 1)[0] as string;
}

/** Manifests name their package near the top. In characters. */
const manifestHead = 20_000;

/** The folders of the packages that live in the repository: monorepos cross their own package borders by name. */
export function packagesOf(files: readonly CodeFile[]): Map<string, string> {
  const packages = new Map<string, string>();
  for (const { path, text } of files) {
    const name = nameIn.get(path.slice(path.lastIndexOf('/') + 1))?.(text.slice(0, manifestHead));
    if (name) packages.set(name, folderOf(path));
  }
  return packages;
}
