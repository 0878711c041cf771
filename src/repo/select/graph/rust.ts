import { folderOf, stemOf } from './paths.ts';
import type { ImportResolver, World } from './world.ts';

/**
 * `mod x;` and every path that starts at `crate`, `super`, `self` or a crate of the workspace, in a `use` or in code.
 * The longest beginning of the path that is a module counts; a group `{a, b}` is one path each.
 */
export const rustImports: ImportResolver = ({ path, tokens: { kind, text } }, world) => {
  const stem = stemOf(path);
  const folder = folderOf(path);
  const own = stem === 'mod' || stem === 'lib' || stem === 'main' ? folder : [folder, stem].filter(Boolean).join('/');
  const roots: Record<string, string> = { self: own, super: folderOf(own), crate: crateRoot(path) };
  const found: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (kind[at] !== 'name') continue;
    const name = text[at] as string;
    if (name === 'mod' && text[at + 2] === ';') found.push(...world.modules.exact(`${own}/${text[at + 1]}`));
    if (text[at + 1] !== ':' || text[at + 2] !== ':' || text[at - 1] === ':') continue;
    const root = Object.hasOwn(roots, name) ? roots[name] : crateFolder(name, world);
    if (root === undefined) continue;
    for (const segments of pathsFrom(text, at + 3)) found.push(...longestModule(root, segments, world));
  }
  return found;
};

/** The `src` folder a file belongs to. */
function crateRoot(path: string): string {
  const source = path.lastIndexOf('src/');
  return source < 0 ? '' : path.slice(0, source + 3);
}

function crateFolder(name: string, { packages }: World): string | undefined {
  const folder = packages.get(name);
  return folder === undefined ? undefined : [folder, 'src'].filter(Boolean).join('/');
}

/** In tokens, and in segments: bounds for what a path may be. */
const longestGroup = 120;
const longestPath = 6;

/** The paths behind a root: `a::b` is one, `a::{b, c::d}` are two. */
function pathsFrom(text: readonly string[], from: number): string[][] {
  const paths: string[][] = [];
  const outer: string[][] = [];
  let current: string[] = [];
  for (let at = from; at < Math.min(text.length, from + longestGroup); at++) {
    const token = text[at] as string;
    if (token === 'as') at++;
    else if (/^\w+$/.test(token)) current = current.length < longestPath ? [...current, token] : current;
    else if (token === '{') outer.push(current);
    else if (token === ',' || token === '}') {
      if (outer.length === 0) break;
      if (current.length > (outer.at(-1) as string[]).length) paths.push(current);
      current = outer.at(-1) as string[];
      if (token === '}') outer.pop();
    } else if (token !== ':') break;
  }
  return paths.length > 0 ? paths : [current];
}

function longestModule(root: string, segments: readonly string[], { modules }: World): readonly number[] {
  for (let count = segments.length; count >= 0; count--) {
    const found = modules.exact([root, ...segments.slice(0, count)].filter(Boolean).join('/'));
    if (found.length > 0) return found;
  }
  return [];
}
