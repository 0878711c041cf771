import { type CodeFile, toolMap } from '../repo/index.ts';
import { type SurfaceChange, shown } from './diff.ts';
import { properties } from './schema-relation.ts';
import type { Surface } from './surface.ts';

/** A tool as the code registers it. */
export interface StaticTool {
  name: string;
  path: string;
  line: number;
  /** Names at the top of its input; undefined where the idiom does not show them. */
  parameters?: string[];
}

/** The tools of a repository read from its code, without running it. A fallback and a cross-check, never a proof. */
export function staticTools(files: CodeFile[]): StaticTool[] {
  const texts = new Map(files.map(({ path, text }) => [path, text.split('\n')]));
  const sites = toolMap(files);
  return sites.map(({ name, path, line }) => {
    const lines = texts.get(path) ?? [];
    const next = Math.min(
      ...sites.filter((other) => other.path === path && other.line > line).map((other) => other.line),
      Infinity,
    );
    const text = lines.slice(line - 1, Math.min(next - 1, line + 120)).join('\n');
    const parameters = parametersIn(path, name, text);
    return { name, path, line, ...(parameters ? { parameters } : {}) };
  });
}

/** What changed as far as code shows it; of no change can be said what it does to callers. */
export function diffStatic(base: StaticTool[], head: StaticTool[]): SurfaceChange[] {
  const [before, after] = [byName(base), byName(head)];
  const own = { of: 'tool', effect: 'unknown', capability: false } as const;
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name): SurfaceChange[] => {
    const [was, is] = [before.get(name), after.get(name)];
    const called = shown(name);
    if (!was)
      return [
        {
          ...own,
          name,
          change: 'added',
          parameters: is?.parameters ?? [],
          why: `The code registers the tool ${called}.`,
        },
      ];
    if (!is)
      return [
        {
          ...own,
          name,
          change: 'removed',
          parameters: was.parameters ?? [],
          why: `The code no longer registers the tool ${called}.`,
        },
      ];
    return changedParameters(was, is).map((parameter) => {
      const why = `Tool ${called}: the code has another parameter ${shown(parameter)}.`;
      return { ...own, name, change: 'changed', part: 'parameter', parameters: [parameter], why };
    });
  });
}

/**
 * Where the code of the change says that something was added and the running server does not list it: the loudest warning there is,
 * as sentences.
 */
export function crossCheck(base: StaticTool[], head: StaticTool[], live: Surface): string[] {
  const before = byName(base);
  const listed = new Map(live.tools.map((tool) => [tool.name, tool]));
  const prefix = prefixOf([...before.keys()], [...listed.keys()]);
  return [...byName(head).values()].flatMap((tool) => {
    const was = before.get(tool.name);
    const is = listed.get(tool.name) ?? listed.get(prefix + tool.name);
    const at = `${shown(tool.path)}, line ${tool.line}`;
    if (!is)
      return was ? [] : [`The code adds the tool ${shown(tool.name)} (${at}), the running server does not list it.`];
    const known = properties(is.inputSchema);
    const added = was
      ? changedParameters(was, tool).filter((each) => tool.parameters?.includes(each))
      : (tool.parameters ?? []);
    return added
      .filter((parameter) => !(parameter in known))
      .map(
        (parameter) =>
          `The code adds ${shown(parameter)} to the tool ${shown(tool.name)} (${at}), the running server does not list it.`,
      );
  });
}

/** What a server puts before every name when it runs, if it does: the way in which most of the names in its code are listed. */
function prefixOf(names: string[], listed: string[]): string {
  if (names.some((name) => listed.includes(name))) return '';
  const prefixes = names.flatMap((name) =>
    listed.filter((each) => each.endsWith(name)).map((each) => each.slice(0, -name.length)),
  );
  const times = (prefix: string) => prefixes.filter((each) => each === prefix).length;
  return prefixes.toSorted((a, b) => times(b) - times(a))[0] ?? '';
}

function changedParameters(base: StaticTool, head: StaticTool): string[] {
  if (!base.parameters || !head.parameters) return [];
  const [before, after] = [new Set(base.parameters), new Set(head.parameters)];
  return [...before.symmetricDifference(after)].sort();
}

/** The first registration of each name. */
function byName(tools: StaticTool[]): Map<string, StaticTool> {
  const named = new Map<string, StaticTool>();
  for (const tool of tools) if (!named.has(tool.name)) named.set(tool.name, tool);
  return named;
}

function parametersIn(path: string, name: string, text: string): string[] | undefined {
  if (/\.[cm]?[jt]sx?$/.test(path)) return ofTypeScript(text);
  if (path.endsWith('.py')) return ofPython(name, text);
  if (path.endsWith('.go')) return ofGo(text);
  return undefined;
}

/** `inputSchema: {a: z…}`, `inputSchema: z.object({a: …})`, `inputSchema: {type: 'object', properties: {a: …}}`, `.tool('x', 'd', {a: z…})`. */
function ofTypeScript(text: string): string[] | undefined {
  const named =
    /(?:inputSchema|input_schema|parameters|argsShape)\s*:\s*(?:z\s*\.\s*(?:strictObject|looseObject|object)\s*\(\s*)?\{/.exec(
      text,
    );
  const open = named ? named.index + named[0].length - 1 : shapeOfCall(text);
  if (open === undefined) return undefined;
  const keys = keysOf(text, open);
  if (!keys) return undefined;
  const inner = keys.get('properties');
  if (keys.has('type') && inner !== undefined) {
    const brace = text.indexOf('{', inner);
    return brace < 0 ? undefined : [...(keysOf(text, brace)?.keys() ?? [])];
  }
  return [...keys.keys()];
}

function shapeOfCall(text: string): number | undefined {
  const call =
    /\.tool\s*\(\s*(['"`])[\w./-]+\1\s*,\s*(?:(['"`])(?:\\.|(?!\2)[^\\])*\2\s*(?:\+\s*(['"`])(?:\\.|(?!\3)[^\\])*\3\s*)*,\s*)?\{/.exec(
      text,
    );
  if (!call) return undefined;
  const open = call.index + call[0].length - 1;
  return /^\{\s*(?:\}|[\w'"]+\s*:\s*z\b)/.test(text.slice(open)) ? open : undefined;
}

/** The keys that stand directly in the braces at `open`, each with where its value starts; nothing when they spread or never close. */
function keysOf(text: string, open: number): Map<string, number> | undefined {
  const keys = new Map<string, number>();
  let depth = 0;
  let expectsKey = false;
  for (let at = open; at < text.length; at += 1) {
    const mark = text[at] as string;
    const rest = text.slice(at, at + 200);
    const skipped = /^(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/|\s+)/.exec(rest);
    if (skipped) {
      at += skipped[0].length - 1;
      continue;
    }
    if (depth === 1 && expectsKey) {
      if (rest.startsWith('...')) return undefined;
      const key = /^(?:([A-Za-z_$][\w$]*)|'([^'\n]*)'|"([^"\n]*)")\s*(?=[:,}])/.exec(rest);
      if (key) {
        keys.set((key[1] ?? key[2] ?? key[3]) as string, at + key[0].length + 1);
        at += key[0].length - 1;
        expectsKey = false;
        continue;
      }
    }
    if (mark === '"' || mark === "'" || mark === '`') {
      for (at += 1; at < text.length && text[at] !== mark; at += 1) if (text[at] === '\\') at += 1;
    } else if ('{(['.includes(mark)) {
      depth += 1;
      expectsKey = depth === 1;
    } else if ('})]'.includes(mark)) {
      depth -= 1;
      if (depth === 0) return keys;
    } else if (mark === ',' && depth === 1) expectsKey = true;
  }
  return undefined;
}

/** The parameters of `def name(…)`, without `self` and the SDK's context. */
function ofPython(name: string, text: string): string[] | undefined {
  const define = /\bdef\s+\w+\s*\(/.exec(text);
  if (!define || !/@\w/.test(text.slice(0, define.index) || (text.includes(`def ${name}`) ? '@x' : '')))
    return undefined;
  const parts: string[] = [];
  let depth = 1;
  let part = '';
  for (let at = define.index + define[0].length; at < text.length && depth > 0; at += 1) {
    const mark = text[at] as string;
    if ('([{'.includes(mark)) depth += 1;
    if (')]}'.includes(mark)) depth -= 1;
    if (mark === '#') {
      while (at < text.length && text[at] !== '\n') at += 1;
    } else if (mark === '"' || mark === "'") {
      const from = at;
      for (at += 1; at < text.length && text[at] !== mark; at += 1) if (text[at] === '\\') at += 1;
      part += text.slice(from, at + 1);
    } else if ((mark === ',' && depth === 1) || depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += mark;
  }
  if (depth > 0 || parts.some((each) => each.startsWith('**') || /^\*\w/.test(each))) return undefined;
  return parts
    .filter(
      (each) => /^[A-Za-z_]\w*/.test(each) && !/^(?:self|cls)\b/.test(each) && !/^\w+\s*:\s*[\w.]*Context\b/.test(each),
    )
    .map((each) => (/^\w+/.exec(each) as RegExpExecArray)[0]);
}

/** mcp-go's options; go-sdk takes a struct, which stands elsewhere. */
function ofGo(text: string): string[] | undefined {
  if (!/\bmcp\.NewTool\s*\(/.test(text)) return undefined;
  return [...text.matchAll(/\bmcp\.With(?:String|Number|Boolean|Array|Object|Any)\s*\(\s*"([^"]+)"/g)].map(
    (found) => found[1] as string,
  );
}
