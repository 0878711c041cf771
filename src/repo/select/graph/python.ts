import { folderOf } from './paths.ts';
import { type ImportResolver, mostMeanings, type World } from './world.ts';

/** `from .a.b import c, d` and `import a.b`: a name after `import` may itself be a module. */
export const pythonImports: ImportResolver = ({ path, tokens }, world) => {
  const { text, line } = tokens;
  const found: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (line[at] === line[at - 1]) continue;
    if (text[at] === 'import') found.push(...absolute(dottedName(text, at + 1).name, world));
    if (text[at] !== 'from') continue;
    let dots = 0;
    while (text[at + 1 + dots] === '.') dots++;
    const { name, end } = dottedName(text, at + 1 + dots);
    if (text[end] !== 'import') continue;
    const names = importedNames(tokens.text, tokens.line, end + 1);
    const wanted = [name, ...names.map((each) => (name ? `${name}/${each}` : each))];
    if (dots === 0) {
      for (const each of wanted) found.push(...absolute(each, world));
      continue;
    }
    let base = folderOf(path);
    for (let up = 1; up < dots; up++) base = folderOf(base);
    for (const each of wanted) found.push(...world.modules.exact([base, each].filter(Boolean).join('/')));
  }
  return found;
};

function dottedName(text: readonly string[], from: number): { name: string; end: number } {
  const parts: string[] = [];
  let at = from;
  while (/^\w+$/.test(text[at] ?? '') && text[at] !== 'import') {
    parts.push(text[at] as string);
    at++;
    if (text[at] !== '.') break;
    at++;
  }
  return { name: parts.join('/'), end: at };
}

const mostNames = 200;

/** The names up to the end of the line, or of the brackets. */
function importedNames(text: readonly string[], line: readonly number[], from: number): string[] {
  const bracketed = text[from] === '(';
  const names: string[] = [];
  for (let at = bracketed ? from + 1 : from; at < text.length && names.length < mostNames; at++) {
    if (bracketed ? text[at] === ')' : line[at] !== line[from]) break;
    if (text[at] === 'as') at++;
    else if (/^\w+$/.test(text[at] as string)) names.push(text[at] as string);
  }
  return names;
}

function absolute(name: string, { modules }: World): readonly number[] {
  const found = modules.ending(name);
  return found.length <= mostMeanings ? found : [];
}
