import type { Tokens } from '../code/lex.ts';
import { closing, keyed, type Registration, stringAt, type ToolScan, valueAt } from './scan.ts';

/**
 * The idioms of Python's SDKs: `@mcp.tool` with or without arguments (FastMCP, the official SDK), `Tool(name="x")` in
 * the low-level server, `add_tool(f)` and `mcp.tool()(f)`, lists of functions that are added in a loop, and classes
 * derived from a `…Tool` with a `name`.
 */
export const pythonTools: ToolScan = (tokens) => {
  const { kind, text } = tokens;
  const found: (Registration | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1];
    if (kind[at] === 'mark') {
      if (text[at] === '@') found.push(decorated(tokens, at));
      continue;
    }
    if (kind[at] !== 'name') continue;
    const name = text[at] as string;
    if (name === 'Tool' && next === '(' && text[at - 1] !== 'class') found.push(keyed(tokens, at + 1, 'name'));
    else if (isAdder(name) && next === '(' && text[at - 1] !== 'def') found.push(added(tokens, at + 1));
    else if (name === 'tool' && text[at - 1] === '.' && next === '(') found.push(called(tokens, at + 1));
    else if (name === 'class') found.push(toolClass(tokens, at));
    else if (/tools$/i.test(name)) found.push(...listed(tokens, at));
  }
  return found.filter((each) => each !== undefined);
};

function isAdder(name: string): boolean {
  return name === 'add_tool' || name === 'register_tool' || name === 'from_function';
}

/** In tokens: other decorators may stand between. */
const furtherDecorators = 100;

/** `@x.tool(name="a") async def b(`: the name given, else the function's. */
function decorated(tokens: Tokens, at: number): Registration | undefined {
  const { text, line } = tokens;
  let last = at + 1;
  while (text[last + 1] === '.') last += 2;
  if (!/(?:^|_)tool$/.test(text[last] ?? '')) return undefined;
  let end = last;
  if (text[last + 1] === '(') {
    end = closing(tokens, last + 1);
    const given = keyed(tokens, last + 1, 'name') ?? stringAt(tokens, last + 2);
    if (given) return { ...given, line: line[at] as number };
  }
  for (let define = end; define < Math.min(text.length, end + furtherDecorators); define++) {
    if (text[define] === 'def') return { name: text[define + 1] as string, line: line[at] as number };
  }
  return undefined;
}

/** `add_tool(f)`, `add_tool(f, name="x")`: a function's own name is its tool's. */
function added(tokens: Tokens, open: number): Registration | undefined {
  const given = keyed(tokens, open, 'name') ?? valueAt(tokens, open + 1);
  if (given?.constant === undefined) return given;
  return loopVariable.test(given.constant) ? undefined : { name: given.constant, line: given.line };
}

/** `for tool in tools: mcp.add_tool(tool)` names none. */
const loopVariable = /^(?:tool|func|function|fn|f|t)$/;

/** `mcp.tool()(f)` and `mcp.tool(f, name="x")` outside a decorator. */
function called(tokens: Tokens, open: number): Registration | undefined {
  const close = closing(tokens, open);
  const given = keyed(tokens, open, 'name');
  return given ?? (tokens.text[close + 1] === '(' ? added(tokens, close + 1) : undefined);
}

/** In tokens: the name stands among the first attributes, behind the docstring. */
const classHead = 60;

/** `class Search(BaseTool): name: str = "search"`. */
function toolClass(tokens: Tokens, at: number): Registration | undefined {
  const { text } = tokens;
  if (text[at + 2] !== '(' || !text.slice(at + 3, closing(tokens, at + 2)).some((base) => /Tool/.test(base)))
    return undefined;
  for (let key = at + 3; key < at + classHead; key++) {
    if (text[key] === 'def' || text[key] === 'class') return undefined;
    if (text[key] !== 'name') continue;
    return stringAt(tokens, text.slice(key, key + 5).indexOf('=') + key + 1);
  }
  return undefined;
}

/** `read_tools = [list_a, get_b]`: only bare lower-case names, or it is another kind of list. */
function listed(tokens: Tokens, at: number): Registration[] {
  const { kind, text, line } = tokens;
  const equals = text.slice(at + 1, at + 12).indexOf('=') + at + 1;
  if (equals === at || text[equals + 1] !== '[') return [];
  const close = closing(tokens, equals + 1);
  const names: Registration[] = [];
  for (let item = equals + 2; item < close; item++) {
    if (text[item] === ',') continue;
    if (kind[item] !== 'name' || !/^[a-z]\w+$/.test(text[item] as string)) return [];
    names.push({ name: text[item] as string, line: line[item] as number });
  }
  return names;
}
