import type { Language } from '../code/language.ts';
import type { Tokens } from '../code/lex.ts';
import type { Source } from '../source.ts';
import type { ToolSite } from '../types.ts';
import { goTools } from './go.ts';
import { jsonTools } from './json.ts';
import { pythonTools } from './python.ts';
import { rustTools } from './rust.ts';
import type { ToolScan } from './scan.ts';
import { typescriptTools } from './typescript.ts';

const scans: Record<Language, ToolScan> = {
  python: pythonTools,
  typescript: typescriptTools,
  go: goTools,
  rust: rustTools,
  json: jsonTools,
};

/**
 * Where each tool is registered, in the order of the files. A registration that names a constant is looked up where
 * the constant is defined, first in its own file; constants that no registration leads to count by themselves when
 * they are called a tool's name.
 */
export function toolSites(sources: readonly Source[]): ToolSite[] {
  const constants = sources.map(({ tokens }) => constantsOf(tokens));
  const everywhere = new Map<string, string>();
  for (const own of constants.toReversed()) for (const [constant, { value }] of own) everywhere.set(constant, value);
  const sites: ToolSite[] = [];
  const seen = new Set<string>();
  const add = (name: string | undefined, path: string, line: number) => {
    if (name === undefined || seen.has(`${path}\n${name}`)) return;
    seen.add(`${path}\n${name}`);
    sites.push({ name, path, line });
  };
  sources.forEach(({ path, language, tokens }, index) => {
    for (const { name, constant = '', line } of scans[language](tokens)) {
      const elsewhere = parameter.test(constant) ? undefined : everywhere.get(constant);
      add(name ?? constants[index]?.get(constant)?.value ?? elsewhere, path, line);
    }
  });
  const known = new Set(sites.map(({ name }) => name));
  sources.forEach(({ path }, index) => {
    for (const [constant, { value, line }] of constants[index] as Map<string, Constant>) {
      if (/tool/i.test(constant) && !known.has(value) && /[_-]/.test(value)) add(value, path, line);
    }
  });
  return sites;
}

/** What a function that makes tools calls its argument: another file's has nothing to do with it. */
const parameter = /^(?:tool_?)?name$|^toolName$/;

interface Constant {
  value: string;
  line: number;
}

/** `NAME = "x"`, `const Name string = "x"`, `name: "x"`: strings that have the form of a tool's name. */
function constantsOf(tokens: Tokens): Map<string, Constant> {
  const { kind, text, line } = tokens;
  const constants = new Map<string, Constant>();
  for (let at = 1; at < text.length; at++) {
    if (kind[at] !== 'string' || (text[at - 1] !== '=' && text[at - 1] !== ':')) continue;
    const value = text[at] as string;
    if (value.length > 64 || !/^[a-z][a-z0-9]*(?:[_\-.][a-z0-9]+)*$/i.test(value)) continue;
    const constant = nameBefore(tokens, at - 1);
    if (constant && !constants.has(constant)) constants.set(constant, { value, line: line[at] as number });
  }
  return constants;
}

const declaring = new Set(['const', 'var', 'let', 'static', 'readonly', 'public', 'private', 'export', 'mut']);
/** In tokens: how long the type between a name and its value may be. */
const longestType = 6;

/** The name that gets a value: before the type, if there is one (`Name string = `, `NAME: &str = `). */
function nameBefore({ kind, text, line }: Tokens, assignment: number): string | undefined {
  let at = assignment - 1;
  for (let colon = at; text[assignment] === '=' && colon > at - longestType && line[colon] === line[at]; colon--) {
    if (text[colon] === ':') at = colon - 1;
  }
  const typed = kind[at - 1] === 'name' && line[at - 1] === line[at] && !declaring.has(text[at - 1] as string);
  if (typed && text[assignment] === '=') at--;
  return kind[at] === 'name' ? text[at] : undefined;
}
