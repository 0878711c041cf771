import { folderOf, resolvePath } from './paths.ts';
import { type ImportResolver, mostMeanings, type World } from './world.ts';

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`, `require('x')`. */
export const typescriptImports: ImportResolver = ({ path, tokens: { kind, text } }, world) => {
  const found: number[] = [];
  for (let at = 1; at < text.length; at++) {
    if (kind[at] !== 'string') continue;
    const before = text[at - 1] === '(' ? text[at - 2] : text[at - 1];
    if (before === 'from' || before === 'import' || before === 'require')
      found.push(...resolve(text[at] as string, path, world));
  }
  return found;
};

/** The specifier may carry the extension of the output (`./a.js` for `a.ts`). */
const extension = /\.[cm]?[jt]sx?$/;
/** `@/a`, `~/a`, `#a` and `src/a` are the usual path aliases of the source root. */
const alias = /^(?:[@~]\/|#\/?|src\/)/;

function resolve(specifier: string, path: string, { modules, packages }: World): readonly number[] {
  const bare = specifier.replace(extension, '');
  if (bare.startsWith('.')) {
    const target = resolvePath(folderOf(path), bare);
    return target === undefined ? [] : modules.exact(target);
  }
  if (alias.test(bare)) {
    const found = modules.ending(bare.replace(alias, ''));
    return found.length <= mostMeanings ? found : [];
  }
  const parts = bare.split('/');
  const name = parts.slice(0, bare.startsWith('@') ? 2 : 1).join('/');
  const folder = packages.get(name);
  if (folder === undefined) return [];
  const inside = parts.slice(name.split('/').length).join('/');
  return (
    [`${folder}/src/${inside}`, `${folder}/${inside}`, `${folder}/src`, folder]
      .map((candidate) => modules.exact(candidate.replace(/\/$/, '')))
      .find((targets) => targets.length > 0) ?? []
  );
}
